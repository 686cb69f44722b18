/**
 * Products, transposes and norms of dense row-major matrices.
 *
 * These run inside drifts: they check neither sizes nor finiteness. NaN and infinity pass through as in IEEE
 * arithmetic; the factorisations of this folder are the ones that refuse them.
 */

/** The identity I. @param d size (1) @returns d×d @cost O(d²) */
export function identity(d: number): Float64Array {
  const out = new Float64Array(d * d);
  for (let i = 0; i < d; i++) out[i * d + i] = 1;
  return out;
}

/**
 * The transpose out = aᵀ.
 * @param a m×n
 * @param out n×m, not aliasing `a`; allocated when left out
 * @cost O(m·n)
 */
export function transpose(
  a: Float64Array,
  m: number,
  n: number,
  out: Float64Array = new Float64Array(m * n),
): Float64Array {
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[j * m + i] = a[i * n + j]!;
  return out;
}

/**
 * The product out = a·x.
 * @param a m×n
 * @param x n
 * @param out m, overwritten, not aliasing an input
 * @cost O(m·n), no allocation
 */
export function matVec(a: Float64Array, x: Float64Array, m: number, n: number, out: Float64Array): void {
  let i = 0;
  // Four rows at a time: each is still summed from the left, but none waits for its last sum.
  for (; i + 3 < m; i += 4) {
    const one = i * n;
    const two = one + n;
    const three = two + n;
    const four = three + n;
    let first = 0;
    let second = 0;
    let third = 0;
    let fourth = 0;
    for (let j = 0; j < n; j++) {
      const entry = x[j]!;
      first += a[one + j]! * entry;
      second += a[two + j]! * entry;
      third += a[three + j]! * entry;
      fourth += a[four + j]! * entry;
    }
    out[i] = first;
    out[i + 1] = second;
    out[i + 2] = third;
    out[i + 3] = fourth;
  }
  for (; i < m; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += a[i * n + j]! * x[j]!;
    out[i] = sum;
  }
}

/** The trace Σ_i a_ii. @param a d×d @cost O(d) */
export function trace(a: Float64Array, d: number): number {
  let sum = 0;
  for (let i = 0; i < d; i++) sum += a[i * d + i]!;
  return sum;
}

/** The largest |a_ij|; 0 for an empty array, NaN when an entry is NaN. @cost O(length) */
export function maxAbs(a: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const value = Math.abs(a[i]!);
    if (!(value <= largest)) largest = value;
    if (Number.isNaN(largest)) return largest;
  }
  return largest;
}

/** The Frobenius norm (Σ a_ij²)^½, scaled so that it neither overflows nor underflows. @cost O(length) */
export function frobeniusNorm(a: Float64Array): number {
  const scale = maxAbs(a);
  if (scale === 0 || !Number.isFinite(scale)) return scale;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const ratio = a[i]! / scale;
    sum += ratio * ratio;
  }
  return scale * Math.sqrt(sum);
}

/** Replaces a by (a + aᵀ)/2. @param a d×d, in place @cost O(d²) */
export function symmetrize(a: Float64Array, d: number): void {
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) {
      const mean = 0.5 * a[i * d + j]! + 0.5 * a[j * d + i]!;
      a[i * d + j] = mean;
      a[j * d + i] = mean;
    }
  }
}

/** Side of the blocks in which a matrix meets its transpose: two of them lie in the first cache. */
const block = 16;

/**
 * The sum out = a + aᵀ, symmetric to the bit.
 * @param a d×d
 * @param out d×d, overwritten; may be `a`
 * @cost O(d²), by blocks, no allocation
 */
export function addTranspose(a: Float64Array, d: number, out: Float64Array): void {
  for (let top = 0; top < d; top += block) {
    const bottom = Math.min(top + block, d);
    for (let left = 0; left <= top; left += block) {
      for (let i = top; i < bottom; i++) {
        const right = Math.min(left + block, i + 1);
        for (let j = left; j < right; j++) {
          const sum = a[i * d + j]! + a[j * d + i]!;
          out[i * d + j] = sum;
          out[j * d + i] = sum;
        }
      }
    }
  }
}

/**
 * Whether |a_ij − a_ji| ≤ relTol·max|a| for all i, j; false when a difference is NaN.
 * @param a d×d
 * @param relTol relative tolerance (1)
 * @cost O(d²)
 */
export function isSymmetric(a: Float64Array, d: number, relTol: number): boolean {
  const bound = relTol * maxAbs(a);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) {
      if (!(Math.abs(a[i * d + j]! - a[j * d + i]!) <= bound)) return false;
    }
  }
  return true;
}
