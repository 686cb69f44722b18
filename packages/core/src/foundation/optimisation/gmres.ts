import { addScaled, dot } from "./vector.js";

/**
 * Approximately solves J·s = b from s = 0 by one cycle of GMRES: the minimum of ‖b − J·s‖ over the Krylov space.
 * Stops at ‖b − J·s‖ ≤ relative·‖b‖, at the dimension, on breakdown, or when a product is not finite.
 * @param apply writes J·v to out
 * @param b right-hand side, n
 * @param dimension largest Krylov dimension (1)
 * @param relative forcing term (1)
 * @returns s, n; the zero vector when nothing could be done
 * @cost one product and O(n·k) per dimension k; O(n·dimension) memory
 * @source Saad and Schultz, SIAM J. Sci. Stat. Comput. 7 (1986); modified Gram–Schmidt, twice
 */
export function gmres(
  apply: (v: Float64Array, out: Float64Array) => void,
  b: Float64Array,
  dimension: number,
  relative: number,
): Float64Array {
  const n = b.length;
  const norm = Math.sqrt(dot(b, b));
  const basis = [b.map((value) => value / norm)];
  const columns: Float64Array[] = [];
  const rotations: { c: number; s: number }[] = [];
  const right = [norm];
  for (let k = 0; k < dimension; k++) {
    const w = new Float64Array(n);
    apply(basis[k]!, w);
    const size = Math.sqrt(dot(w, w));
    if (!Number.isFinite(size)) break;
    const h = new Float64Array(k + 2);
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j <= k; j++) {
        const overlap = dot(basis[j]!, w);
        h[j]! += overlap;
        addScaled(w, -overlap, basis[j]!);
      }
    }
    const rest = Math.sqrt(dot(w, w));
    h[k + 1] = rest;
    for (let j = 0; j < k; j++) {
      const { c, s } = rotations[j]!;
      [h[j], h[j + 1]] = [c * h[j]! + s * h[j + 1]!, c * h[j + 1]! - s * h[j]!];
    }
    const radius = Math.hypot(h[k]!, rest);
    // A column that the earlier ones explain to rounding means J is singular on the Krylov space: keep what there is.
    if (!(radius > 4 * Number.EPSILON * size)) break;
    const rotation = { c: h[k]! / radius, s: rest / radius };
    h[k] = radius;
    rotations.push(rotation);
    columns.push(h);
    right.push(-rotation.s * right[k]!);
    right[k]! *= rotation.c;
    if (Math.abs(right[k + 1]!) <= relative * norm || rest <= 4 * Number.EPSILON * size) break;
    basis.push(w.map((value) => value / rest));
  }
  return combine(basis, columns, right, n);
}

function combine(
  basis: readonly Float64Array[],
  columns: readonly Float64Array[],
  right: readonly number[],
  n: number,
): Float64Array {
  const count = columns.length;
  const y = new Float64Array(count);
  for (let i = count - 1; i >= 0; i--) {
    let sum = right[i]!;
    for (let j = i + 1; j < count; j++) sum -= columns[j]![i]! * y[j]!;
    y[i] = sum / columns[i]![i]!;
  }
  const out = new Float64Array(n);
  for (let j = 0; j < count; j++) addScaled(out, y[j]!, basis[j]!);
  return out;
}
