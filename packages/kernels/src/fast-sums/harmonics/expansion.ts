import { besselIScaledSequence } from "@meanfield/core/foundation/special-functions";
import { fresh, type Workspace } from "@meanfield/core/foundation/workspace";

/** e^{κ(cos ϑ − 1)} = Σ_l ν_l P_l(cos ϑ), cut after degree L. */
export interface SphereExpansion {
  /** ν_l = (2l + 1)e^{−κ}i_l(κ), l = 0 … L. */
  readonly spectrum: Float64Array;
  /** Bound of what was cut. */
  readonly tail: number;
}

const generousDegree = (kappa: number): number => Math.ceil(26 + 9 * Math.sqrt(kappa) + 4 * Math.cbrt(kappa));

/**
 * The shortest expansion with a tail below `tolerance`.
 * Tail: τ_L = Σ_{l>L}ν_l ≤ ν_{L+1}/(1 − u), u = (2L + 5)/(2L + 3)·κ/(L + 2 + √((L + 2)² + κ²)) an upper bound (Amos) of
 * every ratio ν_{l+1}/ν_l, l > L; only an L with u < 1 is taken.
 * @param kappa κ, 0 < κ ≤ 10⁴ (1)
 * @param tolerance at least 1e-17 (1)
 * @param work where the result and what is needed in between lie; new arrays when left out
 * @returns undefined where the tolerance is not reached
 * @accuracy expansions.test.ts: the tail against the sum of the terms left out
 * @source derived (docs/kernels-fast-sums.md); Funk–Hecke on S², theory.md §3
 */
export function sphereExpansion(
  kappa: number,
  tolerance: number,
  work: Workspace = fresh,
): SphereExpansion | undefined {
  const top = generousDegree(kappa);
  const all = besselIScaledSequence(top + 1.5, kappa, work.floats(top + 2), work);
  const factor = Math.sqrt(Math.PI / 2) / Math.sqrt(kappa);
  for (let l = 0; l < all.length; l++) all[l] = (2 * l + 1) * factor * all[l]!;
  for (let L = 1; L <= top; L++) {
    const ratio = (((2 * L + 5) / (2 * L + 3)) * kappa) / (L + 2 + Math.hypot(L + 2, kappa));
    if (ratio >= 1) continue;
    const tail = (all[L + 1]! * (1 + 1e-14)) / (1 - ratio);
    if (!(tail < tolerance)) continue;
    const spectrum = work.floats(L + 1);
    for (let l = 0; l <= L; l++) spectrum[l] = all[l]!;
    return { spectrum, tail };
  }
  return undefined;
}
