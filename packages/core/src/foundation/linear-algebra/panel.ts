import type { Reflector } from "./householder.js";

/** Up to four consecutive reflections as one: H_0·…·H_3 = I − V·T·Vᵀ, V with four columns. */
interface Panel {
  /** rows×4 */
  readonly v: Float64Array;
  /** 4×4 upper triangular */
  readonly t: Float64Array;
  readonly rows: number;
}

/** The upper triangle of a 4×4 matrix, row by row. */
type Ten = [number, number, number, number, number, number, number, number, number, number];

/** Reflector p of the group starts p rows below the first; missing ones are the identity. */
function makePanel(reflectors: readonly Reflector[], from: number, to: number): Panel {
  const rows = reflectors[from]!.v.length;
  const v = new Float64Array(rows * 4);
  const t = new Float64Array(16);
  for (let p = 0; p < to - from; p++) {
    const { v: column, factor } = reflectors[from + p]!;
    for (let i = 0; i < column.length; i++) v[(i + p) * 4 + p] = column[i]!;
    t[p * 5] = factor;
    // T grows by a column −factor·T·(Vᵀ·v_p).
    const overlap = new Float64Array(4);
    for (let r = 0; r < p; r++) {
      let sum = 0;
      for (let at = p * 4; at < rows * 4; at += 4) sum += v[at + r]! * v[at + p]!;
      overlap[r] = sum;
    }
    for (let r = 0; r < p; r++) {
      let sum = 0;
      for (let s = r; s < p; s++) sum += t[r * 4 + s]! * overlap[s]!;
      t[r * 4 + p] = -factor * sum;
    }
  }
  return { v, t, rows };
}

/** w_p[j] += Σ_i V[i, p]·a[at + i·columns + j] for the rows p = first, first + 1 of w. */
function project(
  panel: Panel,
  first: number,
  a: Float64Array,
  at: number,
  columns: number,
  width: number,
  w: Float64Array,
): void {
  const { v, rows } = panel;
  const upper = first * width;
  const lower = upper + width;
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    const p = i * 4 + first;
    const x0 = v[p]!;
    const x1 = v[p + 4]!;
    const x2 = v[p + 8]!;
    const x3 = v[p + 12]!;
    const y0 = v[p + 1]!;
    const y1 = v[p + 5]!;
    const y2 = v[p + 9]!;
    const y3 = v[p + 13]!;
    const r0 = at + i * columns;
    const r1 = r0 + columns;
    const r2 = r1 + columns;
    const r3 = r2 + columns;
    for (let j = 0; j < width; j++) {
      const a0 = a[r0 + j]!;
      const a1 = a[r1 + j]!;
      const a2 = a[r2 + j]!;
      const a3 = a[r3 + j]!;
      w[upper + j] = w[upper + j]! + x0 * a0 + x1 * a1 + x2 * a2 + x3 * a3;
      w[lower + j] = w[lower + j]! + y0 * a0 + y1 * a1 + y2 * a2 + y3 * a3;
    }
  }
  for (; i < rows; i++) {
    const row = at + i * columns;
    const x = v[i * 4 + first]!;
    const y = v[i * 4 + first + 1]!;
    for (let j = 0; j < width; j++) {
      w[upper + j]! += x * a[row + j]!;
      w[lower + j]! += y * a[row + j]!;
    }
  }
}

/** w ← T·w, or Tᵀ·w, w with four rows. */
function combine(t: Float64Array, transposed: boolean, w: Float64Array, width: number): void {
  const [t0, t1, t2, t3, t5, t6, t7, t10, t11, t15] = [0, 1, 2, 3, 5, 6, 7, 10, 11, 15].map((k) => t[k]!) as Ten;
  const w2 = 2 * width;
  const w3 = 3 * width;
  for (let j = 0; j < width; j++) {
    const x0 = w[j]!;
    const x1 = w[width + j]!;
    const x2 = w[w2 + j]!;
    const x3 = w[w3 + j]!;
    if (transposed) {
      w[j] = t0 * x0;
      w[width + j] = t1 * x0 + t5 * x1;
      w[w2 + j] = t2 * x0 + t6 * x1 + t10 * x2;
      w[w3 + j] = t3 * x0 + t7 * x1 + t11 * x2 + t15 * x3;
    } else {
      w[j] = t0 * x0 + t1 * x1 + t2 * x2 + t3 * x3;
      w[width + j] = t5 * x1 + t6 * x2 + t7 * x3;
      w[w2 + j] = t10 * x2 + t11 * x3;
      w[w3 + j] = t15 * x3;
    }
  }
}

/** Row by row a −= V·y, two rows at a time. */
function subtract(panel: Panel, a: Float64Array, at: number, columns: number, width: number, y: Float64Array): void {
  const { v, rows } = panel;
  const y2 = 2 * width;
  const y3 = 3 * width;
  let i = 0;
  for (; i + 2 <= rows; i += 2) {
    const p = i * 4;
    const p0 = v[p]!;
    const p1 = v[p + 1]!;
    const p2 = v[p + 2]!;
    const p3 = v[p + 3]!;
    const q0 = v[p + 4]!;
    const q1 = v[p + 5]!;
    const q2 = v[p + 6]!;
    const q3 = v[p + 7]!;
    const upper = at + i * columns;
    const lower = upper + columns;
    for (let j = 0; j < width; j++) {
      const u0 = y[j]!;
      const u1 = y[width + j]!;
      const u2 = y[y2 + j]!;
      const u3 = y[y3 + j]!;
      a[upper + j] = a[upper + j]! - p0 * u0 - p1 * u1 - p2 * u2 - p3 * u3;
      a[lower + j] = a[lower + j]! - q0 * u0 - q1 * u1 - q2 * u2 - q3 * u3;
    }
  }
  if (i < rows) {
    const p = i * 4;
    const row = at + i * columns;
    for (let j = 0; j < width; j++) {
      a[row + j] =
        a[row + j]! - v[p]! * y[j]! - v[p + 1]! * y[width + j]! - v[p + 2]! * y[y2 + j]! - v[p + 3]! * y[y3 + j]!;
    }
  }
}

/**
 * Applies reflections from…to−1 (at most four) to the block of a at row rowFrom and columns columnFrom…columnTo−1:
 * their product H_from·…·H_{to−1}, or its transpose when `transposed`.
 * @cost O(16·rows·(columnTo − columnFrom)): half the memory traffic of one after the other
 * @source derived (compact form of Schreiber and Van Loan)
 */
export function reflectPanel(
  reflectors: readonly Reflector[],
  from: number,
  to: number,
  transposed: boolean,
  a: Float64Array,
  columns: number,
  rowFrom: number,
  columnFrom: number,
  columnTo: number,
): void {
  const width = columnTo - columnFrom;
  if (width <= 0) return;
  const panel = makePanel(reflectors, from, to);
  const at = rowFrom * columns + columnFrom;
  const w = new Float64Array(4 * width);
  project(panel, 0, a, at, columns, width, w);
  project(panel, 2, a, at, columns, width, w);
  combine(panel.t, transposed, w, width);
  subtract(panel, a, at, columns, width, w);
}

/**
 * The first n columns of the product H_0·H_1·…, m×n, reflector k acting on rows k + offset and below.
 * @cost O(4m·n²/3)
 */
export function productOfReflectors(
  reflectors: readonly Reflector[],
  offset: number,
  m: number,
  n: number,
): Float64Array {
  const q = new Float64Array(m * n);
  for (let k = 0; k < Math.min(m, n); k++) q[k * n + k] = 1;
  // Backwards, so that each group touches its own trailing block only.
  for (let from = 4 * Math.floor((reflectors.length - 1) / 4); from >= 0; from -= 4) {
    const to = Math.min(from + 4, reflectors.length);
    reflectPanel(reflectors, from, to, false, q, n, from + offset, Math.min(from + offset, n), n);
  }
  return q;
}
