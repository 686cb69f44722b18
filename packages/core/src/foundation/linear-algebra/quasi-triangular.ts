import { addCombination } from "./kernels.js";

/** First rows of the diagonal blocks of a quasi triangular matrix, and d at the end. */
export function blockRows(t: Float64Array, d: number): number[] {
  const rows: number[] = [];
  for (let k = 0; k < d; k++) {
    rows.push(k);
    if (k + 1 < d && t[(k + 1) * d + k] !== 0) k++;
  }
  return [...rows, d];
}

/** J·tᵀ·J with J the reversal of the order: upper quasi triangular again. @cost O(d²) */
export function flipTranspose(t: Float64Array, d: number): Float64Array {
  const out = new Float64Array(d * d);
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) out[i * d + j] = t[(d - 1 - j) * d + d - 1 - i]!;
  return out;
}

/** a·J: the columns in reversed order. @cost O(rows·columns) */
export function reverseColumns(a: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[i * columns + j] = a[i * columns + columns - 1 - j]!;
  }
  return out;
}

/** Solves the n×n system (n ≤ 4, overwritten) in place of `right` by elimination with row pivoting. */
export function solveSmall(system: Float64Array, right: Float64Array, n: number): void {
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(system[i * n + k]!) > Math.abs(system[pivot * n + k]!)) pivot = i;
    if (pivot !== k) {
      for (let j = k; j < n; j++) {
        const held = system[k * n + j]!;
        system[k * n + j] = system[pivot * n + j]!;
        system[pivot * n + j] = held;
      }
      const held = right[k]!;
      right[k] = right[pivot]!;
      right[pivot] = held;
    }
    for (let i = k + 1; i < n; i++) {
      const factor = system[i * n + k]! / system[k * n + k]!;
      if (factor === 0) continue;
      for (let j = k + 1; j < n; j++) system[i * n + j]! -= factor * system[k * n + j]!;
      right[i]! -= factor * right[k]!;
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) right[i]! -= system[i * n + j]! * right[j]!;
    right[i]! /= system[i * n + i]!;
  }
}

/** Room for the small systems of `solveSylvesterBlock`. */
export interface SmallSystem {
  readonly system: Float64Array;
  readonly right: Float64Array;
}

export function smallSystem(): SmallSystem {
  return { system: new Float64Array(16), right: new Float64Array(4) };
}

/**
 * Solves t_ii·x + x·s_jj = c for the diagonal blocks of p rows of t at i and r rows of s at j; x replaces c.
 * @param at place of c_00 in c; c_xy stands at at + x·rowStep + y·columnStep
 */
export function solveSylvesterBlock(
  room: SmallSystem,
  t: Float64Array,
  m: number,
  i: number,
  p: number,
  s: Float64Array,
  n: number,
  j: number,
  r: number,
  c: Float64Array,
  at: number,
  rowStep: number,
  columnStep: number,
): void {
  if (p === 1 && r === 1) {
    c[at]! /= t[i * m + i]! + s[j * n + j]!;
    return;
  }
  const { system, right } = room;
  const size = p * r;
  system.fill(0);
  for (let x = 0; x < p; x++) {
    for (let y = 0; y < r; y++) {
      const row = x * r + y;
      right[row] = c[at + x * rowStep + y * columnStep]!;
      for (let k = 0; k < p; k++) system[row * size + k * r + y]! += t[(i + x) * m + i + k]!;
      for (let k = 0; k < r; k++) system[row * size + x * r + k]! += s[(j + k) * n + j + y]!;
    }
  }
  solveSmall(system, right, size);
  for (let x = 0; x < p; x++) {
    for (let y = 0; y < r; y++) c[at + x * rowStep + y * columnStep] = right[x * r + y]!;
  }
}

/**
 * Solves t·y + y·s = f in place of y = f, t and s upper quasi triangular without a zero sum of eigenvalues.
 * @param t m×m
 * @param s n×n
 * @param y m×n
 * @cost O(m²·n + m·n²)
 * @source derived (Bartels and Stewart)
 */
export function solveQuasiTriangularSylvester(
  t: Float64Array,
  s: Float64Array,
  y: Float64Array,
  m: number,
  n: number,
): void {
  const room = smallSystem();
  const rows = blockRows(t, m);
  const columns = blockRows(s, n);
  for (let row = rows.length - 2; row >= 0; row--) {
    const i = rows[row]!;
    const next = rows[row + 1]!;
    const p = next - i;
    for (let x = i; x < next; x++) addCombination(y, x * n, n, -1, t, x * m + next, 1, m - next, y, next * n, n);
    for (let column = 0; column + 1 < columns.length; column++) {
      const j = columns[column]!;
      const after = columns[column + 1]!;
      solveSylvesterBlock(room, t, m, i, p, s, n, j, after - j, y, i * n + j, n, 1);
      for (let x = i; x < next; x++) {
        addCombination(y, x * n + after, n - after, -1, y, x * n + j, 1, after - j, s, j * n + after, n);
      }
    }
  }
}
