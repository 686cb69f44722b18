import { type LinearAlgebra, matVec } from "../../foundation/linear-algebra/index.js";
import { firstNonFinite } from "../../foundation/shapes/index.js";
import type { AffineField } from "../contract.js";

/**
 * Puts V(gain·x + shift) of head `index` into Bx + c: B = V·gain and c = V·shift for head 0, and += for the others, so
 * that nothing has to be cleared before. Shapes [d, d], [d, d], [d].
 */
export type PutHead = (
  out: AffineField,
  index: number,
  V: Float64Array,
  gain: Float64Array,
  shift: Float64Array,
) => void;

/** A `PutHead` in dimension d with its own workspace. @cost 2d³ multiply-adds a head, no allocation */
export function affineHeads(d: number, matMul: LinearAlgebra["matMul"]): PutHead {
  const gained = new Float64Array(d * d);
  const shifted = new Float64Array(d);
  return (out, index, V, gain, shift) => {
    if (index === 0) {
      matMul(V, gain, d, d, d, out.B);
      matVec(V, shift, d, d, out.c);
      return;
    }
    matMul(V, gain, d, d, d, gained);
    matVec(V, shift, d, d, shifted);
    for (let i = 0; i < d * d; i++) out.B[i]! += gained[i]!;
    for (let i = 0; i < d; i++) out.c[i]! += shifted[i]!;
  };
}

/**
 * Whether the moments are finite; if not, the field is made NaN. A step that tries such a state is then rejected by the
 * driver instead of ending the run in a factorisation that refuses it.
 */
export function finiteMoments(mean: Float64Array, cov: Float64Array, out: AffineField): boolean {
  if (firstNonFinite(mean) < 0 && firstNonFinite(cov) < 0) return true;
  out.B.fill(Number.NaN);
  out.c.fill(Number.NaN);
  return false;
}
