/**
 * Products of dense row-major matrices, register-blocked; every entry is summed in the order of the inner index.
 *
 * These run inside drifts: they check neither sizes nor finiteness. NaN and infinity pass through as in IEEE arithmetic.
 */

/** out += a·b, entry (i, l) of a at i·rowStep + l·columnStep. Two rows of out and four of b at a time. */
function accumulate(
  a: Float64Array,
  rowStep: number,
  columnStep: number,
  b: Float64Array,
  m: number,
  k: number,
  n: number,
  out: Float64Array,
): void {
  let l = 0;
  for (; l + 4 <= k; l += 4) {
    const b0 = l * n;
    const b1 = b0 + n;
    const b2 = b1 + n;
    const b3 = b2 + n;
    let i = 0;
    for (; i + 2 <= m; i += 2) {
      const p = i * rowStep + l * columnStep;
      const q = p + rowStep;
      const x0 = a[p]!;
      const x1 = a[p + columnStep]!;
      const x2 = a[p + 2 * columnStep]!;
      const x3 = a[p + 3 * columnStep]!;
      const y0 = a[q]!;
      const y1 = a[q + columnStep]!;
      const y2 = a[q + 2 * columnStep]!;
      const y3 = a[q + 3 * columnStep]!;
      const upper = i * n;
      const lower = upper + n;
      for (let j = 0; j < n; j++) {
        const u0 = b[b0 + j]!;
        const u1 = b[b1 + j]!;
        const u2 = b[b2 + j]!;
        const u3 = b[b3 + j]!;
        out[upper + j] = out[upper + j]! + x0 * u0 + x1 * u1 + x2 * u2 + x3 * u3;
        out[lower + j] = out[lower + j]! + y0 * u0 + y1 * u1 + y2 * u2 + y3 * u3;
      }
    }
    for (; i < m; i++) accumulateRow(a, i * rowStep + l * columnStep, columnStep, b, l, l + 4, n, out, i * n);
  }
  for (let i = 0; i < m; i++) accumulateRow(a, i * rowStep + l * columnStep, columnStep, b, l, k, n, out, i * n);
}

function accumulateRow(
  a: Float64Array,
  start: number,
  step: number,
  b: Float64Array,
  from: number,
  to: number,
  n: number,
  out: Float64Array,
  row: number,
): void {
  for (let l = from; l < to; l++) {
    const factor = a[start + (l - from) * step]!;
    const source = l * n;
    for (let j = 0; j < n; j++) out[row + j]! += factor * b[source + j]!;
  }
}

/**
 * The product out = a·b.
 * @param a m×k
 * @param b k×n
 * @param out m×n, overwritten, not aliasing an input
 * @cost O(m·k·n), no allocation
 * @accuracy |error| ≤ k·eps·|a|·|b| entry by entry (index.test.ts)
 */
export function matMul(a: Float64Array, b: Float64Array, m: number, k: number, n: number, out: Float64Array): void {
  for (let i = 0; i < m * n; i++) out[i] = 0;
  accumulate(a, k, 1, b, m, k, n, out);
}

/**
 * The product out = aᵀ·b.
 * @param a k×m
 * @param b k×n
 * @param out m×n, overwritten, not aliasing an input
 * @cost O(m·k·n), no allocation
 * @accuracy as matMul (index.test.ts)
 */
export function matMulTN(a: Float64Array, b: Float64Array, m: number, k: number, n: number, out: Float64Array): void {
  for (let i = 0; i < m * n; i++) out[i] = 0;
  accumulate(a, 1, m, b, m, k, n, out);
}

/** Rows i, i + 1 of a against rows j … j + 3 of b, to two rows of four from `at`, `stride` apart. */
function tileNT(
  a: Float64Array,
  b: Float64Array,
  k: number,
  i: number,
  j: number,
  out: Float64Array,
  at: number,
  stride: number,
): void {
  const p = i * k;
  const q = p + k;
  const r0 = j * k;
  const r1 = r0 + k;
  const r2 = r1 + k;
  const r3 = r2 + k;
  let c00 = 0;
  let c01 = 0;
  let c02 = 0;
  let c03 = 0;
  let c10 = 0;
  let c11 = 0;
  let c12 = 0;
  let c13 = 0;
  for (let l = 0; l < k; l++) {
    const x = a[p + l]!;
    const y = a[q + l]!;
    const u0 = b[r0 + l]!;
    const u1 = b[r1 + l]!;
    const u2 = b[r2 + l]!;
    const u3 = b[r3 + l]!;
    c00 += x * u0;
    c01 += x * u1;
    c02 += x * u2;
    c03 += x * u3;
    c10 += y * u0;
    c11 += y * u1;
    c12 += y * u2;
    c13 += y * u3;
  }
  out[at] = c00;
  out[at + 1] = c01;
  out[at + 2] = c02;
  out[at + 3] = c03;
  out[at + stride] = c10;
  out[at + stride + 1] = c11;
  out[at + stride + 2] = c12;
  out[at + stride + 3] = c13;
}

function dotNT(a: Float64Array, b: Float64Array, k: number, i: number, j: number): number {
  let sum = 0;
  for (let l = 0; l < k; l++) sum += a[i * k + l]! * b[j * k + l]!;
  return sum;
}

/**
 * The product out = a·bᵀ.
 * @param a m×k
 * @param b n×k
 * @param out m×n, overwritten, not aliasing an input
 * @cost O(m·k·n), no allocation
 * @accuracy as matMul (index.test.ts)
 */
export function matMulNT(a: Float64Array, b: Float64Array, m: number, k: number, n: number, out: Float64Array): void {
  const rows = m - (m % 2);
  const columns = n - (n % 4);
  for (let i = 0; i < rows; i += 2) {
    for (let j = 0; j < columns; j += 4) tileNT(a, b, k, i, j, out, i * n + j, n);
    for (let j = columns; j < n; j++) {
      out[i * n + j] = dotNT(a, b, k, i, j);
      out[(i + 1) * n + j] = dotNT(a, b, k, i + 1, j);
    }
  }
  for (let i = rows; i < m; i++) for (let j = 0; j < n; j++) out[i * n + j] = dotNT(a, b, k, i, j);
}

/** Fills the part above the diagonal from the part below. @param out d×d */
export function mirrorLower(out: Float64Array, d: number): void {
  for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) out[j * d + i] = out[i * d + j]!;
}

/** out ← beta·out + alpha·value at one place; what was there is not read where beta is 0. */
function put(out: Float64Array, at: number, value: number, alpha: number, beta: number): void {
  out[at] = beta === 0 ? alpha * value : beta * out[at]! + alpha * value;
}

/**
 * The symmetric rank-k update out ← alpha·a·aᵀ + beta·out, exactly symmetric (BLAS: syrk).
 * @param a d×k
 * @param alpha factor of the product (1)
 * @param beta factor of what out held (1); 0 ignores it, NaN included
 * @param out d×d symmetric, only its lower triangle is read; overwritten, not aliasing a
 * @cost O(d²·k/2) products
 * @accuracy as matMul (factorizations.test.ts); with alpha = 1 and beta = 0 the bits of matMulNT(a, a)
 */
export function symmetricRankUpdate(
  a: Float64Array,
  d: number,
  k: number,
  alpha: number,
  beta: number,
  out: Float64Array,
): void {
  const tile = new Float64Array(8);
  const rows = d - (d % 2);
  for (let i = 0; i < rows; i += 2) {
    let j = 0;
    for (; j + 4 <= d && j <= i + 1; j += 4) {
      tileNT(a, a, k, i, j, tile, 0, 4);
      for (let c = 0; c < 4; c++) {
        if (j + c <= i) put(out, i * d + j + c, tile[c]!, alpha, beta);
        if (j + c <= i + 1) put(out, (i + 1) * d + j + c, tile[4 + c]!, alpha, beta);
      }
    }
    for (; j <= i + 1; j++) {
      if (j <= i) put(out, i * d + j, dotNT(a, a, k, i, j), alpha, beta);
      put(out, (i + 1) * d + j, dotNT(a, a, k, i + 1, j), alpha, beta);
    }
  }
  for (let i = rows; i < d; i++) for (let j = 0; j <= i; j++) put(out, i * d + j, dotNT(a, a, k, i, j), alpha, beta);
  mirrorLower(out, d);
}
