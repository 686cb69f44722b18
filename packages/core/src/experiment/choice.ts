import type { ZodType } from "zod";
import { InputError, nearestOf, type SpecPath, show } from "../foundation/errors/index.js";
import { isMapping } from "../foundation/parameters/index.js";
import { parseParameters } from "./parse.js";

/** What a family's members have in common, as far as a spec is concerned. */
export interface Choosable {
  readonly name: string;
  readonly params?: ZodType;
  /** Writes out defaults that a schema cannot. */
  complete?(params: unknown): unknown;
}

/** A member of a family with its parsed parameters, and how the canonical spec writes it. */
export interface Choice<M extends Choosable> {
  readonly plugin: M;
  readonly params: unknown;
  readonly canonical: unknown;
}

function unknownName(family: string, name: string, names: readonly string[], path: SpecPath): InputError {
  return new InputError({
    code: "unknown-name",
    who: family,
    rule: `there is no ${family} "${name}" in this version`,
    fix: `Did you mean "${nearestOf(name, names)}"? There are ${names.join(", ")}`,
    details: { name, names },
    path,
  });
}

/**
 * A plug-in is its name, or { name: params }.
 *
 * @throws InputError unknown-name (naming the nearest), wrong-type, and what the parameters throw
 */
export function resolveChoice<M extends Choosable>(
  family: string,
  catalog: readonly M[],
  value: unknown,
  path: SpecPath,
): Choice<M> {
  const names = catalog.map((member) => member.name);
  const find = (name: string, at: SpecPath): M => {
    const plugin = catalog.find((member) => member.name === name);
    if (plugin === undefined) throw unknownName(family, name, names, at);
    return plugin;
  };
  if (typeof value === "string") return withParameters(find(value, path), {}, path);
  if (!isMapping(value) || Object.keys(value).length !== 1) {
    throw new InputError({
      code: "wrong-type",
      who: family,
      rule: "a plug-in is its name, or { name: parameters } with one name",
      got: isMapping(value) ? `keys ${Object.keys(value).join(", ") || "(none)"}` : show(value),
      fix: `There are ${names.join(", ")}`,
      path,
    });
  }
  const name = Object.keys(value)[0]!;
  return withParameters(find(name, [...path, name]), value[name], [...path, name]);
}

function withParameters<M extends Choosable>(plugin: M, value: unknown, path: SpecPath): Choice<M> {
  if (plugin.params === undefined) return { plugin, params: {}, canonical: plugin.name };
  const parsed = parseParameters(plugin.name, plugin.params, value ?? {}, path);
  const params = plugin.complete?.(parsed) ?? parsed;
  const empty = isMapping(params) && Object.keys(params).length === 0;
  return { plugin, params, canonical: empty ? plugin.name : { [plugin.name]: params } };
}
