import { InputError, SolveError } from "../errors/index.js";
import { transpose } from "./basic.js";
import { addCombination } from "./kernels.js";
import { blockRows, smallSystem, solveSylvesterBlock } from "./quasi-triangular.js";
import { schurEigenvalues } from "./schur.js";
import { complexText } from "./sylvester.js";

/**
 * Refuses a Schur form with an eigenvalue on the closed negative real axis: there the principal root and logarithm end.
 * @throws out-of-range for a negative eigenvalue, singular (SolveError) for zero
 */
export function requireOffNegativeAxis(who: string, t: Float64Array, d: number, advice: string): void {
  const { re, im } = schurEigenvalues(t, d);
  for (let k = 0; k < d; k++) {
    if (im[k] !== 0 || re[k]! > 0) continue;
    if (re[k] === 0) {
      throw new SolveError({
        code: "singular",
        who,
        rule: "the matrix must be invertible",
        got: "the eigenvalue 0",
        fix: advice,
        details: { index: k },
      });
    }
    throw new InputError({
      code: "out-of-range",
      who,
      rule: "no eigenvalue may lie on the negative real axis: the principal branch ends there",
      got: complexText(re[k]!, im[k]!),
      fix: advice,
      details: { eigenvalue: re[k] },
    });
  }
}

/** The principal root of a diagonal block at k of p rows, written into r. */
function rootOfBlock(t: Float64Array, r: Float64Array, d: number, k: number, p: number): void {
  const at = k * d + k;
  if (p === 1) {
    r[at] = Math.sqrt(t[at]!);
    return;
  }
  const below = at + d;
  const mean = 0.5 * (t[at]! + t[below + 1]!);
  const half = 0.5 * (t[at]! - t[below + 1]!);
  const square = -half * half - t[at + 1]! * t[below]!;
  const size = Math.sqrt(mean * mean + square);
  // Re √λ without cancellation: λ = mean ± i·√square.
  const alpha = mean >= 0 ? Math.sqrt(0.5 * (size + mean)) : Math.sqrt(square / (2 * (size - mean)));
  r[at] = alpha + half / (2 * alpha);
  r[below + 1] = alpha - half / (2 * alpha);
  r[at + 1] = t[at + 1]! / (2 * alpha);
  r[below] = t[below]! / (2 * alpha);
}

/**
 * The principal square root of an upper quasi triangular t without eigenvalues on the closed negative axis.
 * @returns upper quasi triangular with the same blocks
 * @cost O(d³/3)
 * @source derived (Björck and Hammarling; Higham for the real form)
 */
export function quasiTriangularRoot(t: Float64Array, d: number): Float64Array {
  const blocks = blockRows(t, d);
  const room = smallSystem();
  const diagonal = new Float64Array(d * d);
  // Row j of rT is column j of the root: its updates run along memory.
  const rT = transpose(t, d, d);
  for (let column = 0; column + 1 < blocks.length; column++) {
    const j = blocks[column]!;
    const after = blocks[column + 1]!;
    rootOfBlock(t, diagonal, d, j, after - j);
    for (let x = j; x < after; x++) for (let y = j; y < after; y++) rT[y * d + x] = diagonal[x * d + y]!;
    for (let row = column - 1; row >= 0; row--) {
      const i = blocks[row]!;
      const p = blocks[row + 1]! - i;
      solveSylvesterBlock(room, diagonal, d, i, p, diagonal, d, j, after - j, rT, j * d + i, 1, d);
      for (let y = j; y < after; y++) addCombination(rT, y * d, i, -1, rT, y * d + i, 1, p, rT, i * d, d);
    }
  }
  return transpose(rT, d, d);
}
