/** Index of degree l, order m ≥ 0 in a triangle. */
export const triangle = (l: number, m: number): number => (l * (l + 1)) / 2 + m;

/**
 * |error of P̄_lm|, over m in the Euclidean norm, is below (fixed + perSquare·(l + 1)²)·2⁻⁵³·√((2l + 1)/4π). Near the poles
 * the recurrence is close to 2P_l − P_{l−1}, where the l local errors grow linearly; measured: at most .27·l².
 */
export const legendreRounding = { fixed: 4, perSquare: 0.5 } as const;

/**
 * P̄_lm(θ) for 0 ≤ m ≤ l ≤ maxDegree: P̄_lm e^{imφ} is orthonormal on S², no Condon–Shortley sign.
 * Forward recurrence in l at fixed m.
 * @accuracy legendreRounding (legendre.test.ts)
 */
function legendre(theta: number, maxDegree: number, out: Float64Array): void {
  const z = Math.cos(theta);
  const sine = Math.sin(theta);
  let diagonal = 1 / Math.sqrt(4 * Math.PI);
  for (let m = 0; m <= maxDegree; m++) {
    if (m > 0) diagonal *= sine * Math.sqrt((2 * m + 1) / (2 * m));
    let before = 0;
    let here = diagonal;
    for (let l = m; ; ) {
      out[triangle(l, m)] = here;
      if (++l > maxDegree) break;
      const factor = (4 * l * l - 1) / (l * l - m * m);
      const a = Math.sqrt(factor);
      const b = l === m + 1 ? 0 : Math.sqrt((factor * ((l - 1) * (l - 1) - m * m)) / (4 * (l - 1) * (l - 1) - 1));
      [before, here] = [here, a * z * here - b * before];
    }
  }
}

/**
 * Taylor coefficients h^r/r!·∂_θ^r P̄_lm(θ), shape [order, (maxDegree + 1)(maxDegree + 2)/2], by the ladder
 * 2∂_θP̄_lm = √((l + m)(l − m + 1))P̄_{l,m−1} − √((l − m)(l + m + 1))P̄_{l,m+1}, P̄_{l,−1} = −P̄_{l,1}: per degree a
 * skew matrix of norm l, so no error grows.
 * @param out of that shape: zeros, or what another angle has left there; new when left out
 */
export function legendreTaylor(
  theta: number,
  halfWidth: number,
  order: number,
  maxDegree: number,
  out: Float64Array = new Float64Array(order * triangle(maxDegree + 1, 0)),
): Float64Array {
  const size = triangle(maxDegree + 1, 0);
  legendre(theta, maxDegree, out);
  for (let r = 1; r < order; r++) {
    const from = (r - 1) * size;
    const to = r * size;
    const step = halfWidth / (2 * r);
    for (let l = 1; l <= maxDegree; l++) {
      for (let m = 0; m <= l; m++) {
        const at = from + triangle(l, m);
        const below = m === 0 ? -out[at + 1]! : out[at - 1]!;
        const above = m === l ? 0 : out[at + 1]!;
        const down = Math.sqrt((l + m) * (l - m + 1));
        const up = Math.sqrt((l - m) * (l + m + 1));
        out[to + triangle(l, m)] = step * (down * below - up * above);
      }
    }
  }
  return out;
}
