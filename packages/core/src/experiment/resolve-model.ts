import type { Backend } from "../foundation/backend/index.js";
import { atPath, InputError } from "../foundation/errors/index.js";
import { ownLinearAlgebra } from "../foundation/linear-algebra/index.js";
import type { NumericContext } from "../foundation/parameters/index.js";
import type { Geometry } from "../geometry/contract.js";
import { createModel, type Model } from "../model/index.js";
import type { Normalization, NormalizationPlugin } from "../normalization/contract.js";
import { type Choice, type Choosable, resolveChoice } from "./choice.js";
import type { Plugins } from "./plugins.js";
import type { DocumentSpec } from "./spec.js";

/** A bound part of a spec together with how the canonical spec writes it. */
export interface Resolved<T> {
  readonly value: T;
  readonly canonical: unknown;
}

/** The path of a choice's parameters: { name: params } has one key more than the bare name. */
export function parameterPath(path: readonly (string | number)[], written: unknown, name: string) {
  return typeof written === "string" ? path : [...path, name];
}

function listOf<M extends Choosable>(family: string, catalog: readonly M[], value: unknown, path: readonly string[]) {
  const items = Array.isArray(value) ? value : [value];
  if (items.length === 0) {
    throw new InputError({ code: "empty", who: family, rule: "a list needs at least one entry", got: "[]", path });
  }
  return items.map((item: unknown, k) => {
    const at = Array.isArray(value) ? [...path, k] : path;
    const choice: Choice<M> = resolveChoice(family, catalog, item, at);
    return { choice, path: parameterPath(at, item, choice.plugin.name) };
  });
}

function bindNormalization(
  choice: Choice<NormalizationPlugin>,
  spec: DocumentSpec["model"],
  geometry: Geometry,
  context: NumericContext,
): Normalization {
  const path = ["model", "normalization"];
  const bound = atPath(parameterPath(path, spec.normalization, choice.plugin.name), () =>
    choice.plugin.bind(choice.params, context),
  );
  if (bound.identity || geometry.flat) return bound;
  throw new InputError({
    code: "incompatible",
    who: `normalization ${bound.name}`,
    rule: `on the ${geometry.name} every token is normalised already`,
    got: `geometry: ${geometry.name}`,
    fix: "Write geometry: euclidean, or leave normalization out (geometry: sphere is post-LN)",
    path,
  });
}

/** The `model:` section. @throws InputError with the path of the offending value */
export function resolveModel(
  spec: DocumentSpec["model"],
  plugins: Plugins,
  context: NumericContext,
  backend: Backend,
): Resolved<Model> {
  if (spec.attention === undefined) {
    throw new InputError({
      code: "missing",
      who: "model",
      rule: "attention is needed",
      fix: "Write attention: softmax",
      path: ["model"],
    });
  }
  const attention = listOf("attention", plugins.attention, spec.attention, ["model", "attention"]);
  const feedforward = listOf("feedforward", plugins.feedforward, spec.feedforward, ["model", "feedforward"]);
  const mask = resolveChoice("mask", plugins.masks, spec.mask, ["model", "mask"]);
  const geometry = resolveChoice("geometry", plugins.geometry, spec.geometry, ["model", "geometry"]);
  const normalization = resolveChoice("normalization", plugins.normalization, spec.normalization, [
    "model",
    "normalization",
  ]);
  const noise = resolveChoice("noise", plugins.noise, spec.noise, ["model", "noise"]);
  const parts = {
    d: context.d,
    attention: attention.map(({ choice, path }) =>
      atPath(path, () => choice.plugin.bind(choice.params, context, backend)),
    ),
    feedforward: feedforward.map(({ choice, path }) =>
      atPath(path, () => choice.plugin.bind(choice.params, context, backend)),
    ),
    mask: mask.plugin.bind(mask.params),
    normalization: bindNormalization(normalization, spec, geometry.plugin, context),
    geometry: geometry.plugin,
    noise: atPath(parameterPath(["model", "noise"], spec.noise, noise.plugin.name), () =>
      noise.plugin.bind(noise.params, context),
    ),
    sign: spec.sign,
    linearAlgebra: backend.linearAlgebra ?? ownLinearAlgebra,
    ...(backend.rows && { rows: backend.rows }),
  };
  const value = atPath(["model"], () => createModel(parts));
  const written = (list: readonly { choice: { canonical: unknown } }[]) =>
    list.length === 1 ? list[0]!.choice.canonical : list.map(({ choice }) => choice.canonical);
  const canonical = {
    attention: written(attention),
    mask: mask.canonical,
    feedforward: written(feedforward),
    normalization: normalization.canonical,
    noise: noise.canonical,
    geometry: geometry.canonical,
    sign: spec.sign,
  };
  return { value, canonical };
}
