import { besselIScaledSequence } from "@meanfield/core/foundation/special-functions";
import { fresh, type Workspace } from "@meanfield/core/foundation/workspace";

/** e^{κ(cos ϑ − 1)} = Σ_k g_|k| e^{ikϑ}, cut after |k| = K. */
export interface CircleExpansion {
  /** g_k = e^{−κ}I_k(κ), k = 0 … K. */
  readonly coefficients: Float64Array;
  /** Bound of what was cut. */
  readonly tail: number;
}

/** Enough terms for any tolerance ≥ 1e-17: g_K/g_0 ≈ e^{−K²/2κ} asks for 8.9·√κ of them, few more for small κ. */
const generousDegree = (kappa: number): number => Math.ceil(24 + 9 * Math.sqrt(kappa) + 4 * Math.cbrt(kappa));

/** A copy of the first `count` numbers. */
function firstOf(values: Float64Array, count: number, work: Workspace): Float64Array {
  const out = work.floats(count);
  for (let k = 0; k < count; k++) out[k] = values[k]!;
  return out;
}

/**
 * The shortest expansion with a tail below `tolerance`.
 * Tail: τ_K = 2Σ_{k>K}g_k ≤ 2g_{K+1}/(1 − u), u = κ/(K + 3/2 + √((K + 3/2)² + κ²)) an upper bound (Amos) of every ratio
 * g_{k+1}/g_k, k > K.
 * @param kappa κ, 0 < κ ≤ 10⁵ (1)
 * @param tolerance at least 1e-17 (1)
 * @param work where the result and what is needed in between lie; new arrays when left out
 * @returns undefined where 1e-17 is not reached
 * @accuracy fourier.test.ts: the tail against the sum of the terms left out
 * @source derived (docs/kernels-fast-sums.md); Funk–Hecke on S¹, theory.md §3
 */
export function circleExpansion(
  kappa: number,
  tolerance: number,
  work: Workspace = fresh,
): CircleExpansion | undefined {
  const top = generousDegree(kappa);
  const all = besselIScaledSequence(top + 1, kappa, work.floats(top + 2), work);
  const tailAfter = (k: number) => {
    const ratio = kappa / (k + 1.5 + Math.hypot(k + 1.5, kappa));
    // Two ulp for the Bessel function and its quotient.
    return (2 * all[k + 1]! * (1 + 1e-14)) / (1 - ratio);
  };
  for (let k = 1; k <= top; k++) {
    const tail = tailAfter(k);
    if (tail < tolerance) return { coefficients: firstOf(all, k + 1, work), tail };
  }
  return undefined;
}
