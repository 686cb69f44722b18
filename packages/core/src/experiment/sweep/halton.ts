const primes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37] as const;

/** Beyond this many dimensions the plain Halton sequence is worse than random for any affordable number of points. */
export const mostHaltonDimensions = primes.length;

/**
 * The k-th coordinate of the Halton sequence in one dimension: the radical inverse φ_b(k) = Σ_i d_i b^(−i−1) of
 * k = Σ_i d_i b^i in the prime base b of that dimension.
 * @param k index, 0, 1, …
 * @param dimension 0 … 11
 * @cost O(log k)
 * @accuracy a few ulp; sample.test.ts against SciPy's
 * @source J. H. Halton, Numerische Mathematik 2 (1960) 84–90
 */
export function halton(k: number, dimension: number): number {
  const base = primes[dimension]!;
  let value = 0;
  let weight = 1 / base;
  for (let rest = k; rest > 0; rest = Math.floor(rest / base)) {
    value += (rest % base) * weight;
    weight /= base;
  }
  return value;
}
