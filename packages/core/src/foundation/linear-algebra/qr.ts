import { InputError } from "../errors/index.js";
import { requireMatrix } from "./check.js";
import { householder, reflectRows } from "./householder.js";

/**
 * The thin QR factorisation a = q·r by Householder reflections, with diag r ≥ 0.
 * @param a m×n, m ≥ n
 * @returns q m×n with orthonormal columns, r n×n upper triangular
 * @throws wrong-shape (also when m < n), not-finite
 * @cost O(4m·n²) time, O(m·n) memory
 * @accuracy ‖a − q·r‖ ≤ 10·n·eps·‖a‖, ‖qᵀq − I‖ ≤ 10·n·eps (index.test.ts)
 * @source derived (definition)
 */
export function qr(a: Float64Array, m: number, n: number): { q: Float64Array; r: Float64Array } {
  requireMatrix("qr", "the matrix", a, m, n);
  if (m < n) {
    throw new InputError({
      code: "wrong-shape",
      who: "qr",
      rule: "the matrix needs at least as many rows as columns",
      got: `${m}×${n}`,
      fix: "Factor its transpose",
    });
  }
  const work = a.slice();
  const reflectors: { v: Float64Array; factor: number }[] = [];
  for (let k = 0; k < n; k++) {
    const column = new Float64Array(m - k);
    for (let i = k; i < m; i++) column[i - k] = work[i * n + k]!;
    const { v, factor } = householder(column);
    reflectRows(work, n, k, k, n, v, factor);
    reflectors.push({ v, factor });
  }
  const q = new Float64Array(m * n);
  for (let k = 0; k < n; k++) q[k * n + k] = 1;
  for (let k = n - 1; k >= 0; k--) {
    const { v, factor } = reflectors[k]!;
    reflectRows(q, n, k, k, n, v, factor);
  }
  const r = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const sign = work[i * n + i]! < 0 ? -1 : 1;
    for (let j = i; j < n; j++) r[i * n + j] = sign * work[i * n + j]!;
    if (sign < 0) for (let row = 0; row < m; row++) q[row * n + i] = -q[row * n + i]!;
  }
  return { q, r };
}
