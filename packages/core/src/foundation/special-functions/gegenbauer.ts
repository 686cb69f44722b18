import { requireAtLeast, requireDegree, requireFinite, requireLength } from "./check.js";

function check(who: string, maxDegree: number, alpha: number, t: number, out?: Float64Array): void {
  requireDegree(who, "the degree", maxDegree);
  requireAtLeast(who, "alpha", alpha, 0);
  requireFinite(who, "the argument", t);
  if (out !== undefined) requireLength(who, out, maxDegree + 1);
}

/**
 * The Gegenbauer polynomials C_k^{(α)}(t), k = 0 … maxDegree, by the three-term recurrence. For α = 0 all but C_0
 * vanish: take zonalSequence there.
 * @param maxDegree largest degree ≤ 10⁵ (1)
 * @param alpha α ≥ 0 (1)
 * @param t argument, finite; a zonal function has t = ⟨x, y⟩ in [−1, 1] (1)
 * @param out maxDegree + 1, overwritten; allocated when left out
 * @returns out
 * @throws out-of-range, not-finite, wrong-shape
 * @cost 4·maxDegree multiplications
 * @accuracy |error| ≤ maxDegree·eps·C_k(1) for |t| ≤ 1 (gegenbauer.test.ts)
 * @source derived (generating function (1 − 2ts + s²)^{−α})
 */
export function gegenbauerSequence(maxDegree: number, alpha: number, t: number, out?: Float64Array): Float64Array {
  check("gegenbauerSequence", maxDegree, alpha, t, out);
  const result = out ?? new Float64Array(maxDegree + 1);
  result[0] = 1;
  if (maxDegree >= 1) result[1] = 2 * alpha * t;
  for (let k = 2; k <= maxDegree; k++) {
    result[k] = (2 * (k + alpha - 1) * t * result[k - 1]! - (k + 2 * alpha - 2) * result[k - 2]!) / k;
  }
  return result;
}

/**
 * The zonal polynomials R_k(t) = C_k^{(α)}(t)/C_k^{(α)}(1) of the sphere S^{d−1}, α = d/2 − 1, with R_k(1) = 1:
 * Chebyshev's T_k for α = 0 (the circle), Legendre's P_k for α = ½ (S²).
 * @param maxDegree largest degree ≤ 10⁵ (1)
 * @param alpha α ≥ 0 (1)
 * @param t argument, finite; ⟨x, y⟩ in [−1, 1] (1)
 * @param out maxDegree + 1, overwritten; allocated when left out
 * @returns out
 * @throws out-of-range, not-finite, wrong-shape
 * @cost 4·maxDegree multiplications
 * @accuracy |error| ≤ maxDegree·eps for |t| ≤ 1 (gegenbauer.test.ts)
 * @source derived (recurrence of C_k divided by C_k(1))
 */
export function zonalSequence(maxDegree: number, alpha: number, t: number, out?: Float64Array): Float64Array {
  check("zonalSequence", maxDegree, alpha, t, out);
  const result = out ?? new Float64Array(maxDegree + 1);
  result[0] = 1;
  if (maxDegree >= 1) result[1] = t;
  for (let k = 2; k <= maxDegree; k++) {
    result[k] = (2 * (k + alpha - 1) * t * result[k - 1]! - (k - 1) * result[k - 2]!) / (k + 2 * alpha - 1);
  }
  return result;
}

/**
 * The Legendre polynomials P_k(t), k = 0 … maxDegree.
 * @param maxDegree largest degree ≤ 10⁵ (1)
 * @param t argument, finite (1)
 * @param out maxDegree + 1, overwritten; allocated when left out
 * @returns out
 * @throws out-of-range, not-finite, wrong-shape
 * @cost as zonalSequence
 * @accuracy as zonalSequence (gegenbauer.test.ts)
 * @source derived (α = ½)
 */
export function legendreSequence(maxDegree: number, t: number, out?: Float64Array): Float64Array {
  return zonalSequence(maxDegree, 0.5, t, out);
}
