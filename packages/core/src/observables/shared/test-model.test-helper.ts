import type { AttentionPlugin } from "../../attention/contract.js";
import type { HeadParameters } from "../../attention/shared/heads.js";
import { softmax } from "../../attention/softmax/index.js";
import { createReferenceBackend } from "../../foundation/backend/index.js";
import { cloudOf } from "../../foundation/law/index.js";
import { ownLinearAlgebra } from "../../foundation/linear-algebra/index.js";
import { stream } from "../../foundation/random/index.js";
import type { Geometry } from "../../geometry/contract.js";
import { sphere } from "../../geometry/sphere/index.js";
import type { Law, PointCloud } from "../../laws/contract.js";
import type { Mask } from "../../masks/contract.js";
import { none } from "../../masks/none/index.js";
import { createModel, type Model } from "../../model/index.js";
import { none as noNoise } from "../../noise/none/index.js";
import { none as noNormalization } from "../../normalization/none/index.js";
import type { ObservablePlugin } from "../contract.js";
import { bindObservable } from "./bind-observable.js";

interface TestModelOptions {
  readonly attention?: readonly AttentionPlugin<HeadParameters>[];
  readonly heads?: HeadParameters;
  readonly mask?: Mask;
  readonly geometry?: Geometry;
}

/** A small model: softmax with β = 2 on the sphere unless said otherwise. */
export function testModel(d: number, options: TestModelOptions = {}): Model {
  const context = { d, span: [0, 1] as const };
  const plugins = options.attention ?? [softmax];
  return createModel({
    normalization: noNormalization.bind({}, context),
    noise: noNoise.bind({}, context),
    linearAlgebra: ownLinearAlgebra,
    d,
    attention: plugins.map((one) => one.bind(options.heads ?? { beta: 2 }, context, createReferenceBackend())),
    mask: options.mask ?? none.bind({}),
    feedforward: [],
    geometry: options.geometry ?? sphere,
    sign: "attract",
  });
}

/** n random unit tokens. */
export function unitCloud(n: number, d: number, seed = 1): PointCloud {
  const points = new Float64Array(n * d);
  stream({ seed, purpose: "observable test" }).fillNormal(points);
  sphere.retract(points, n, d);
  return cloudOf(points, n, d);
}

/** Tokens written out. */
export function cloudFrom(rows: readonly (readonly number[])[], weights?: readonly number[]): PointCloud {
  const cloud = cloudOf(Float64Array.from(rows.flat()), rows.length, rows[0]!.length);
  return weights === undefined ? cloud : { ...cloud, weights: Float64Array.from(weights) };
}

/** One measurement through the whole way: schema, bindObservable, measure. */
export function measureOnce<P>(
  plugin: ObservablePlugin<P>,
  law: Law,
  options: { readonly params?: unknown; readonly model?: Model; readonly t?: number } = {},
): Float64Array {
  const model = options.model ?? testModel(law.d);
  const params = plugin.params.parse(options.params ?? {});
  const n = law.kind === "point-cloud" ? { n: law.m } : {};
  const bound = bindObservable(plugin, params, { model, kind: law.kind, d: law.d, ...n });
  const out = new Float64Array(bound.shape.reduce((size, length) => size * length, 1)).fill(Number.NaN);
  bound.measure(options.t ?? 0, law, out);
  return out;
}
