/** Squares between these lost no digit. */
const [leastSquare, largestSquare] = [1e-200, 1e200];

/** max_i |scale·x_i|²; NaN where a coordinate is. */
function greatestSquare(points: Float64Array, count: number, d: number, scale: number): number {
  let [greatest, probe] = [0, 0];
  for (let i = 0; i < count; i++) {
    let square = 0;
    for (let a = 0; a < d; a++) square += (scale * points[i * d + a]!) ** 2;
    if (square > greatest) greatest = square;
    probe += square;
  }
  return Number.isNaN(probe) ? Number.NaN : greatest;
}

/**
 * max_i |x_i|, scaled by a power of two where squares would overflow or underflow.
 * @param points x, shape [count, d]
 * @returns NaN or ∞ where a coordinate is
 * @cost count·d, twice that where the norm is beyond 10^±100
 */
export function greatestNorm(points: Float64Array, count: number, d: number): number {
  const square = greatestSquare(points, count, d, 1);
  if (Number.isNaN(square) || (square >= leastSquare && square <= largestSquare)) return Math.sqrt(square);
  const scale = square < leastSquare ? 2 ** 600 : 2 ** -600;
  return Math.sqrt(greatestSquare(points, count, d, scale)) / scale;
}
