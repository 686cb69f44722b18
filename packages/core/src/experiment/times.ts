import { InputError, type SpecPath } from "../foundation/errors/index.js";
import type { TimesSpec } from "./spec.js";

type Span = readonly [number, number];

/** t0, t0 + dt, … up to t1; the end is included when it is hit to one part in 10⁹. */
export function timesEvery(dt: number, [start, end]: Span, path: SpecPath): number[] {
  const count = Math.floor((end - start) / dt + 1e-9);
  if (count > 1_000_000) {
    throw new InputError({
      code: "out-of-range",
      who: "every",
      rule: `the span [${start}, ${end}] holds at most 10⁶ records`,
      got: `every: ${dt}`,
      path,
    });
  }
  return Array.from({ length: count + 1 }, (_, k) => Math.min(end, start + k * dt));
}

/** a, …, b at equal factors; both ends exactly. */
function geometricTimes({ range: [a, b], count }: Exclude<TimesSpec, readonly number[]>): number[] {
  return Array.from({ length: count }, (_, k) =>
    k === count - 1 ? b : k === 0 ? a : a * Math.exp((k / (count - 1)) * Math.log(b / a)),
  );
}

/** Sorted times without repeats, all inside the span. */
export function timesAt(spec: TimesSpec, [start, end]: Span, path: SpecPath): number[] {
  const times = Array.isArray(spec) ? spec : geometricTimes(spec);
  times.forEach((t, k) => {
    if (t >= start && t <= end) return;
    throw new InputError({
      code: "out-of-range",
      who: "at",
      rule: `times must lie in the span [${start}, ${end}]`,
      got: String(t),
      path: [...path, k],
    });
  });
  return [...new Set(times)].sort((a, b) => a - b);
}

/** { every }, { at }, or `pieces` equal intervals when neither is there. Both together are an error. */
export function recordTimes(
  when: { readonly every?: number | undefined; readonly at?: TimesSpec | undefined },
  span: Span,
  pieces: number,
  path: SpecPath,
): number[] {
  if (when.every !== undefined && when.at !== undefined) {
    throw new InputError({
      code: "incompatible",
      who: "record",
      rule: "every and at exclude each other",
      got: "both",
      path,
    });
  }
  if (when.at !== undefined) return timesAt(when.at, span, [...path, "at"]);
  return timesEvery(when.every ?? (span[1] - span[0]) / pieces, span, [...path, "every"]);
}
