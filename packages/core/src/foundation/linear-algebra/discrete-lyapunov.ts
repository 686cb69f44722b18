import { SolveError } from "../errors/index.js";
import { requireMatrix } from "./check.js";
import { addCombination } from "./kernels.js";
import { matMul, matMulNT, matMulTN } from "./products.js";
import {
  blockRows,
  flipTranspose,
  reverseColumns,
  type SmallSystem,
  smallSystem,
  solveSmall,
} from "./quasi-triangular.js";
import { realSchur, schurEigenvalues } from "./schur.js";
import { complexText } from "./sylvester.js";

function requireNoUnitProduct(t: Float64Array, d: number): void {
  const { re, im } = schurEigenvalues(t, d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      const gap = Math.hypot(re[i]! * re[j]! - im[i]! * im[j]! - 1, re[i]! * im[j]! + im[i]! * re[j]!);
      const size = Math.hypot(re[i]!, im[i]!) * Math.hypot(re[j]!, im[j]!);
      if (gap > d * Number.EPSILON * (1 + size)) continue;
      throw new SolveError({
        code: "singular",
        who: "discreteLyapunov",
        rule: "no two eigenvalues of a may have the product 1",
        got: `${complexText(re[i]!, im[i]!)} and ${complexText(re[j]!, im[j]!)}`,
        fix: "Scale a, or solve on the subspace inside the unit circle",
        details: { gap },
      });
    }
  }
}

/** Solves t_ii·(z + y·s_jj) − y = g for the p×r block y, where z = `known` so far; y replaces g. */
function solveBlock(
  room: SmallSystem,
  t: Float64Array,
  s: Float64Array,
  g: Float64Array,
  known: Float64Array,
  d: number,
  i: number,
  p: number,
  j: number,
  r: number,
): void {
  const { system, right } = room;
  const size = p * r;
  for (let x = 0; x < p; x++) {
    for (let y = 0; y < r; y++) {
      const row = x * r + y;
      right[row] = g[(i + x) * d + j + y]!;
      for (let k = 0; k < p; k++) {
        const factor = t[(i + x) * d + i + k]!;
        right[row]! -= factor * known[(i + k) * d + j + y]!;
        for (let l = 0; l < r; l++) {
          const unit = k === x && l === y ? 1 : 0;
          system[row * size + k * r + l] = factor * s[(j + l) * d + j + y]! - unit;
        }
      }
    }
  }
  solveSmall(system, right, size);
  for (let x = 0; x < p; x++) for (let y = 0; y < r; y++) g[(i + x) * d + j + y] = right[x * r + y]!;
}

/** Solves t·y·s − y = g in place of y = g, t and s upper quasi triangular. */
function solveQuasiTriangularStein(t: Float64Array, s: Float64Array, g: Float64Array, d: number): void {
  const room = smallSystem();
  const rows = blockRows(t, d);
  const columns = blockRows(s, d);
  // Row by row from below, the finished rows of y·s.
  const product = new Float64Array(d * d);
  for (let row = rows.length - 2; row >= 0; row--) {
    const i = rows[row]!;
    const next = rows[row + 1]!;
    for (let x = i; x < next; x++) addCombination(g, x * d, d, -1, t, x * d + next, 1, d - next, product, next * d, d);
    for (let column = 0; column + 1 < columns.length; column++) {
      const j = columns[column]!;
      const r = columns[column + 1]! - j;
      solveBlock(room, t, s, g, product, d, i, next - i, j, r);
      for (let x = i; x < next; x++) {
        addCombination(product, x * d + j, d - j, 1, g, x * d + j, 1, r, s, j * d + j, d);
      }
    }
  }
}

/**
 * The solution X of the discrete Lyapunov (Stein) equation a·X·aᵀ − X + q = 0, through the real Schur form of a.
 * @param a d×d
 * @param q d×d, symmetric or not (X is symmetric when q is, up to rounding)
 * @returns X, d×d; positive semidefinite when q is and a is a contraction
 * @throws wrong-shape, not-finite (input); singular when λ_i·λ_j = 1 to d·eps; no-convergence
 * @cost O(30d³) time, O(d²) memory
 * @accuracy ‖a·X·aᵀ − X + q‖ ≤ 1e-13·(1 + ‖a‖²)·‖X‖ (equations.test.ts)
 * @source derived (Kitagawa's row recursion on the Schur form)
 */
export function discreteLyapunov(a: Float64Array, q: Float64Array, d: number): Float64Array {
  requireMatrix("discreteLyapunov", "a", a, d, d);
  requireMatrix("discreteLyapunov", "q", q, d, d);
  const { t, q: basis } = realSchur(a, d);
  requireNoUnitProduct(t, d);
  const work = new Float64Array(d * d);
  const rotated = new Float64Array(d * d);
  matMulTN(basis, q, d, d, d, work);
  matMul(work, basis, d, d, d, rotated);
  const y = reverseColumns(rotated, d, d).map((value) => -value);
  solveQuasiTriangularStein(t, flipTranspose(t, d), y, d);
  matMul(basis, reverseColumns(y, d, d), d, d, d, work);
  matMulNT(work, basis, d, d, d, rotated);
  return rotated;
}
