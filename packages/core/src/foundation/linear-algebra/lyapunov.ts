import { SolveError } from "../errors/index.js";
import { matMul, matMulNT, matMulTN, maxAbs } from "./basic.js";
import { requireMatrix } from "./check.js";
import { solveLinear } from "./lu.js";
import { realSchur, schurEigenvalues } from "./schur.js";

/** First rows of the diagonal blocks of a quasi triangular matrix, and d at the end. */
function blockRows(t: Float64Array, d: number): number[] {
  const rows: number[] = [];
  for (let k = 0; k < d; k++) {
    rows.push(k);
    if (k + 1 < d && t[(k + 1) * d + k] !== 0) k++;
  }
  return [...rows, d];
}

function requireNonsingular(t: Float64Array, d: number): void {
  const { re, im } = schurEigenvalues(t, d);
  const bound = d * Number.EPSILON * maxAbs(t);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      const gap = Math.hypot(re[i]! + re[j]!, im[i]! + im[j]!);
      if (gap > bound) continue;
      throw new SolveError({
        code: "singular",
        who: "lyapunov",
        rule: "no two eigenvalues of a may add up to zero",
        got: `${re[i]} ${im[i]! < 0 ? "−" : "+"} ${Math.abs(im[i]!)}i and ${re[j]} ${im[j]! < 0 ? "−" : "+"} ${Math.abs(im[j]!)}i`,
        fix: "Shift a by a multiple of the identity, or solve on the stable subspace",
        details: { gap },
      });
    }
  }
}

/** Solves the block (i, j), of 1 or 2 rows and columns, of t·y + y·tᵀ = c in place of c, all later blocks being y. */
function solveBlock(t: Float64Array, c: Float64Array, d: number, i: number, j: number, p: number, r: number): void {
  const right = new Float64Array(p * r);
  const system = new Float64Array(p * r * p * r);
  for (let x = 0; x < p; x++) {
    for (let y = 0; y < r; y++) {
      let value = c[(i + x) * d + j + y]!;
      for (let k = i + p; k < d; k++) value -= t[(i + x) * d + k]! * c[k * d + j + y]!;
      for (let k = j + r; k < d; k++) value -= c[(i + x) * d + k]! * t[(j + y) * d + k]!;
      const row = x * r + y;
      right[row] = value;
      for (let k = 0; k < p; k++) system[row * p * r + k * r + y]! += t[(i + x) * d + i + k]!;
      for (let k = 0; k < r; k++) system[row * p * r + x * r + k]! += t[(j + y) * d + j + k]!;
    }
  }
  const solution = solveLinear(system, right, p * r, 1);
  for (let x = 0; x < p; x++) for (let y = 0; y < r; y++) c[(i + x) * d + j + y] = solution[x * r + y]!;
}

/**
 * The solution X of the Lyapunov equation a·X + X·aᵀ = q, through the real Schur form of a.
 * @param a d×d
 * @param q d×d, symmetric or not (X is symmetric when q is, up to rounding)
 * @returns X, d×d
 * @throws wrong-shape, not-finite (input); singular when λ_i + λ_j = 0 to d·eps·‖a‖; no-convergence
 * @cost O(30d³) time, O(d²) memory
 * @accuracy ‖a·X + X·aᵀ − q‖ ≤ 1e-13·‖a‖·‖X‖ (index.test.ts)
 * @source derived (Bartels and Stewart)
 */
export function lyapunov(a: Float64Array, q: Float64Array, d: number): Float64Array {
  requireMatrix("lyapunov", "a", a, d, d);
  requireMatrix("lyapunov", "q", q, d, d);
  const { t, q: basis } = realSchur(a, d);
  requireNonsingular(t, d);
  const work = new Float64Array(d * d);
  const y = new Float64Array(d * d);
  matMulTN(basis, q, d, d, d, work);
  matMul(work, basis, d, d, d, y);
  const rows = blockRows(t, d);
  for (let right = rows.length - 2; right >= 0; right--) {
    for (let left = rows.length - 2; left >= 0; left--) {
      const i = rows[left]!;
      const j = rows[right]!;
      solveBlock(t, y, d, i, j, rows[left + 1]! - i, rows[right + 1]! - j);
    }
  }
  const x = new Float64Array(d * d);
  matMul(basis, y, d, d, d, work);
  matMulNT(work, basis, d, d, d, x);
  return x;
}
