import { InputError } from "../errors/index.js";

/** A quantity that may change with depth, piecewise constant: right-continuous in t. */
export interface Scheduled<T> {
  at(t: number): T;
  /** Times at which it jumps, sorted. */
  readonly breakpoints: readonly number[];
}

export function constant<T>(value: T): Scheduled<T> {
  return { at: () => value, breakpoints: [] };
}

/** Rounding of a time that some driver has summed up: a jump is never missed by one ulp. */
const slack = 1e-12;

/** values[0] until breakpoints[0], then values[1], …; the last holds for ever. @cost O(log pieces) */
export function piecewise<T>(breakpoints: readonly number[], values: readonly T[]): Scheduled<T> {
  if (values.length !== breakpoints.length + 1) {
    throw new InputError({
      code: "wrong-shape",
      who: "schedule",
      rule: "a schedule of k pieces has k − 1 jumps",
      got: `${values.length} pieces and ${breakpoints.length} jumps`,
    });
  }
  return {
    breakpoints,
    at(t) {
      let low = 0;
      let high = breakpoints.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (breakpoints[middle]! <= t + slack * Math.max(1, Math.abs(t))) low = middle + 1;
        else high = middle;
      }
      return values[low]!;
    },
  };
}

/** f of two schedules; evaluated once per pair of values, so that `at` allocates nothing along a run. */
export function combineSchedules<A, B, C>(a: Scheduled<A>, b: Scheduled<B>, f: (a: A, b: B) => C): Scheduled<C> {
  const breakpoints = mergeBreakpoints([a.breakpoints, b.breakpoints]);
  const start = breakpoints.length === 0 ? 0 : breakpoints[0]! - 1;
  const values = [start, ...breakpoints].map((t) => f(a.at(t), b.at(t)));
  return piecewise(breakpoints, values);
}

export function mergeBreakpoints(lists: readonly (readonly number[])[]): number[] {
  return [...new Set(lists.flat())].sort((a, b) => a - b);
}
