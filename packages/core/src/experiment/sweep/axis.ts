import { InputError, type SpecPath, show } from "../../foundation/errors/index.js";
import { isMapping } from "../../foundation/parameters/index.js";
import { canonicalValue } from "../canonical-spec.js";
import { parseParameters } from "../parse.js";
import { type RangeSpec, rangeSchema, valuesSchema } from "./section.js";

/** The values of one path. */
export interface Axis {
  readonly size: number;
  readonly numeric: boolean;
  /** Whether there are values between the values. */
  readonly continuous: boolean;
  /** The k-th value; k may be a fraction where the axis is continuous. */
  at(k: number): unknown;
}

/**
 * a + (b − a)u, or a (b/a)^u on a log scale; both ends exact.
 * @throws InputError out-of-range (a log scale through zero)
 */
export function interpolation(
  { range: [a, b], scale, round }: Pick<RangeSpec, "range" | "scale" | "round">,
  path: SpecPath,
): (u: number) => number {
  if (scale === "log" && !(a > 0 && b > 0)) {
    throw new InputError({
      code: "out-of-range",
      who: "range",
      rule: "a log scale needs both ends > 0",
      got: show([a, b]),
      fix: "Write scale: linear, or other ends",
      path: [...path, "range"],
    });
  }
  const between = scale === "log" ? (u: number) => a * (b / a) ** u : (u: number) => a + (b - a) * u;
  const exact = (u: number) => (u === 0 ? a : u === 1 ? b : between(u));
  return round ? (u) => Math.round(exact(u)) : exact;
}

function duplicate(first: number, second: number, value: unknown, fix: string, path: SpecPath): InputError {
  return new InputError({
    code: "conflict",
    who: "sweep",
    rule: "the values of a dimension must differ, or cells would be one and the same",
    got: `${show(canonicalValue(value))} at places ${first + 1} and ${second + 1}`,
    fix,
    path,
  });
}

/** Refuses values that stand twice. `at` gives plain JSON. @cost O(size) */
export function requireDistinct(size: number, at: (k: number) => unknown, path: SpecPath): void {
  const seen = new Map<string, number>();
  for (let k = 0; k < size; k++) {
    const text = JSON.stringify(canonicalValue(at(k)));
    const first = seen.get(text);
    if (first !== undefined) throw duplicate(first, k, at(k), "Leave one of them out", [...path, k]);
    seen.set(text, k);
  }
}

function rangeAxis(spec: RangeSpec, path: SpecPath): Axis {
  const { count, range, round } = spec;
  const value = interpolation(spec, path);
  if (count > 1 && range[0] === range[1])
    throw duplicate(0, 1, range[0], "Give two different ends, or count: 1", [...path, "range"]);
  const at = (k: number) => value(count === 1 ? 0 : k / (count - 1));
  for (let k = 1; round && k < Math.min(count, 2 ** 20); k++) {
    if (at(k) === at(k - 1))
      throw duplicate(k - 1, k, at(k), "Give a smaller count: rounded values repeat", [...path, "count"]);
  }
  return { size: count, numeric: true, continuous: count > 1 && !round, at };
}

/**
 * A list of values, or { range: [a, b], count, scale: linear | log, round }.
 * @throws InputError wrong-type, empty, conflict (a value that stands twice), out-of-range
 */
export function resolveAxis(value: unknown, who: string, path: SpecPath): Axis {
  if (!Array.isArray(value) && !isMapping(value)) {
    const rule = "must be a list of values, or { range: [a, b], count, scale }";
    throw new InputError({ code: "wrong-type", who, rule, got: show(value), path });
  }
  if (!Array.isArray(value)) return rangeAxis(parseParameters<RangeSpec>(who, rangeSchema, value, path), path);
  const values = parseParameters(who, valuesSchema, value, path);
  requireDistinct(values.length, (k) => values[k], path);
  return {
    size: values.length,
    numeric: values.every((one) => typeof one === "number"),
    continuous: false,
    at: (k) => values[k],
  };
}
