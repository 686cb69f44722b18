const block = 16;

/**
 * The transpose, block by block so that both sides stay in the cache.
 * @param a m×n
 * @returns n×m
 * @cost O(m·n)
 */
export function transposed(a: Float64Array, m: number, n: number): Float64Array {
  const out = new Float64Array(m * n);
  for (let top = 0; top < m; top += block) {
    const bottom = Math.min(top + block, m);
    for (let left = 0; left < n; left += block) {
      const right = Math.min(left + block, n);
      for (let i = top; i < bottom; i++) for (let j = left; j < right; j++) out[j * m + i] = a[i * n + j]!;
    }
  }
  return out;
}
