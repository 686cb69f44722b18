import { sspRk3 } from "../../methods/ssp-rk3/index.js";
import type { Method, Scratch } from "../../solve/index.js";

/** What the steps must keep. */
export interface StepLimit {
  /** The longest Euler step that leaves the masses non-negative. */
  at(t: number, y: Float64Array): number;
  /** The masses are the first entries of the state. */
  readonly masses: number;
}

interface LimitedScratch {
  readonly inner: Scratch;
  /** Length of the step just made in units of the limit. */
  ratio: number;
}

const scratchOf = (scratch: Scratch): LimitedScratch => scratch as LimitedScratch;

function keepsPositive(out: Float64Array, masses: number): boolean {
  for (let j = 0; j < masses; j++) if (out[j]! < 0) return false;
  return true;
}

/**
 * ssp-rk3 that takes no step beyond the limit, and none that makes a mass negative: such a step counts as rejected, like
 * one that misses the tolerance.
 *
 * @cost one more evaluation a step, for the limit
 */
export function positiveSteps(limit: StepLimit): Method {
  const inner = sspRk3.bind({});
  return {
    ...inner,
    init: (problem, seed, run): LimitedScratch => ({ inner: inner.init(problem, seed, run), ratio: 0 }),
    step(problem, t, dt, y, out, scratch) {
      const own = scratchOf(scratch);
      own.ratio = dt / limit.at(t, y);
      const { evaluations } = inner.step(problem, t, dt, y, out, own.inner);
      return { evaluations: evaluations + 1 };
    },
    errorNorm(y, out, rtol, atol, scratch) {
      const own = scratchOf(scratch);
      if (!keepsPositive(out, limit.masses)) return Number.NaN;
      // To the power of the order, so that the controller aims at the limit itself.
      return Math.max(inner.errorNorm!(y, out, rtol, atol, own.inner), own.ratio ** inner.order);
    },
    interpolate: (theta, out, scratch) => inner.interpolate(theta, out, scratchOf(scratch).inner),
    accept: (scratch) => inner.accept(scratchOf(scratch).inner),
  };
}
