import { requireTall } from "./check.js";
import { columnOf, type Reflector, reflectorInPlace, reflectRows } from "./householder.js";
import { productOfReflectors, reflectPanel } from "./panel.js";

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
  requireTall("qr", a, m, n);
  const work = a.slice();
  const scratch = new Float64Array(n);
  const reflectors: Reflector[] = [];
  // Four columns are reduced, then all to their right at once.
  for (let from = 0; from < n; from += 4) {
    const to = Math.min(from + 4, n);
    for (let k = from; k < to; k++) {
      const reflector = reflectorInPlace(columnOf(work, n, k, k, m));
      work[k * n + k] = reflector.image;
      reflectRows(work, n, k, k + 1, to, reflector.v, reflector.factor, scratch);
      reflectors.push(reflector);
    }
    reflectPanel(reflectors, from, to, true, work, n, from, to, n);
  }
  const q = productOfReflectors(reflectors, 0, m, n);
  const r = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const sign = work[i * n + i]! < 0 ? -1 : 1;
    for (let j = i; j < n; j++) r[i * n + j] = sign * work[i * n + j]!;
    if (sign < 0) for (let row = 0; row < m; row++) q[row * n + i] = -q[row * n + i]!;
  }
  return { q, r };
}
