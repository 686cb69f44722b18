import { normalCdf, normalPdf } from "../../foundation/special-functions/index.js";

/**
 * E|N(mean, deviation²)| = s(2φ(δ/s) + (δ/s)(1 − 2Φ(−δ/s))), δ = |mean|.
 * @param deviation s ≥ 0
 * @cost one density and one distribution function
 * @accuracy 1e-15 relative (folded-normal.test.ts)
 * @source derived
 */
export function foldedNormalMean(mean: number, deviation: number): number {
  const shift = Math.abs(mean);
  if (deviation === 0 || shift / deviation === Number.POSITIVE_INFINITY) return shift;
  const ratio = shift / deviation;
  return deviation * (2 * normalPdf(ratio) + ratio * (1 - 2 * normalCdf(-ratio)));
}
