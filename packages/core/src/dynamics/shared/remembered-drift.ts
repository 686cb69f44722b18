import type { Problem } from "../../solve/index.js";

/** A problem whose drift at one state is looked at beside its steps. */
export interface RememberedDrift {
  /** The problem: its drift at the state that `driftAt` was last asked for costs a comparison of the state. */
  readonly problem: Problem;
  /** drift(t, y), as the problem's, and remembered. */
  driftAt(t: number, y: Float64Array, out: Float64Array): void;
}

function same(a: Float64Array, b: Float64Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * An event that needs the drift at the end of a step, at the price of none: the next step begins with it. The drift must be
 * a function of (t, y) alone, so that what is remembered is what would be computed.
 *
 * @cost one comparison, or copy, of the state where the drift would be computed again; two states of memory
 */
export function rememberDrift(problem: Problem): RememberedDrift {
  const state = new Float64Array(problem.y0.length);
  const rate = new Float64Array(problem.y0.length);
  let time = Number.NaN;
  return {
    problem: {
      ...problem,
      drift(t, y, out) {
        if (t === time && same(state, y)) out.set(rate);
        else problem.drift(t, y, out);
      },
    },
    driftAt(t, y, out) {
      problem.drift(t, y, out);
      time = t;
      state.set(y);
      rate.set(out);
    },
  };
}
