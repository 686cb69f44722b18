import { sspRk3 } from "../../methods/ssp-rk3/index.js";
import type { Method, Scratch } from "../../solve/index.js";
import { positiveStep } from "./finite-volume.js";

/** The flow of masses over faces that steps must keep positive. */
export interface MassFlow {
  /** Writes the rate of the state, and what leaves each cell into `outflow`. */
  rate(t: number, y: Float64Array, out: Float64Array): void;
  readonly outflow: Float64Array;
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
 * @param masses how many of the first entries of the state are masses
 * @param size length of the state
 * @cost one more evaluation a step, for the limit
 */
export function positiveSteps({ rate, outflow }: MassFlow, masses: number, size: number): Method {
  const inner = sspRk3.bind({});
  const ignored = new Float64Array(size);
  return {
    ...inner,
    init: (problem, seed, run): LimitedScratch => ({ inner: inner.init(problem, seed, run), ratio: 0 }),
    step(problem, t, dt, y, out, scratch) {
      const own = scratchOf(scratch);
      rate(t, y, ignored);
      own.ratio = dt / positiveStep(y, outflow);
      const { evaluations } = inner.step(problem, t, dt, y, out, own.inner);
      return { evaluations: evaluations + 1 };
    },
    errorNorm(y, out, rtol, atol, scratch) {
      const own = scratchOf(scratch);
      if (!keepsPositive(out, masses)) return Number.NaN;
      // To the power of the order, so that the controller aims at the limit itself.
      return Math.max(inner.errorNorm!(y, out, rtol, atol, own.inner), own.ratio ** inner.order);
    },
    interpolate: (theta, out, scratch) => inner.interpolate(theta, out, scratchOf(scratch).inner),
    accept: (scratch) => inner.accept(scratchOf(scratch).inner),
  };
}
