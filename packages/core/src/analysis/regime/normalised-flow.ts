import { frobeniusNorm } from "../../foundation/linear-algebra/index.js";
import type { Problem } from "../../solve/index.js";
import type { FrozenFlow } from "./frozen-flow.js";

/** The flow of a factor in its direction U and size e^s, L = e^s U, |U| = 1. */
export interface NormalisedFlow {
  /** State: U [d, r], what the flow carries beside L, then s. */
  readonly problem: Problem;
  of(y: Float64Array): Float64Array;
  back(z: Float64Array): Float64Array;
}

/**
 * U̇ = BU − λU and ṡ = λ, λ = ⟨U, BU⟩: growth over many orders leaves U of size 1, so that an absolute tolerance stays
 * one. A covariance that grows while attention holds it on a slow manifold relaxes to that at the rate |Σ|: stiffer the
 * longer it goes, and in L's own coordinates beyond what componentwise tolerances let any method do.
 *
 * @throws nothing; overflow of e^s makes the drift infinite, and the driver rejects the step
 * @source derived
 */
export function normalisedFlow({ problem, size }: FrozenFlow): NormalisedFlow {
  const { length } = problem.y0;
  const [full, rate] = [new Float64Array(length), new Float64Array(length)];
  const of = (y: Float64Array): Float64Array => {
    const norm = frobeniusNorm(y.slice(0, size)) || 1;
    const z = new Float64Array(length + 1);
    z.set(y);
    for (let i = 0; i < size; i++) z[i]! /= norm;
    z[length] = Math.log(norm);
    return z;
  };
  const back = (z: Float64Array): Float64Array => {
    const scale = Math.exp(z[length]!);
    return z.slice(0, length).map((value, i) => (i < size ? scale * value : value));
  };
  return {
    of,
    back,
    problem: {
      y0: of(problem.y0),
      layout: {},
      drift(t, z, out) {
        const scale = Math.exp(z[length]!);
        for (let i = 0; i < length; i++) full[i] = i < size ? scale * z[i]! : z[i]!;
        problem.drift(t, full, rate);
        let [inner, square] = [0, 0];
        for (let i = 0; i < size; i++) {
          inner += z[i]! * (rate[i]! / scale);
          square += z[i]! * z[i]!;
        }
        const growth = square > 0 ? inner / square : 0;
        for (let i = 0; i < length; i++) out[i] = i < size ? rate[i]! / scale - growth * z[i]! : rate[i]!;
        out[length] = growth;
      },
      // Differences and rounding let |U| drift by little; s takes over what U loses.
      retract(z) {
        const norm = frobeniusNorm(z.subarray(0, size));
        if (!(norm > 0)) return;
        for (let i = 0; i < size; i++) z[i]! /= norm;
        z[length]! += Math.log(norm);
      },
    },
  };
}
