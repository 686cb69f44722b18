import { InputError } from "../errors/index.js";
import { frobeniusNorm, matMulNT, qr, transpose } from "../linear-algebra/index.js";
import { type RandomStream, stream } from "./stream.js";

/** Ensembles of random matrices. */
export type RandomMatrixKind = "ginibre" | "goe" | "wishart" | "orthogonal";

function gaussian(source: RandomStream, rows: number, columns: number, scale: number): Float64Array {
  const out = new Float64Array(rows * columns);
  source.fillNormal(out);
  for (let i = 0; i < out.length; i++) out[i]! *= scale;
  return out;
}

function goe(source: RandomStream, d: number, scale: number): Float64Array {
  const g = gaussian(source, d, d, scale * Math.SQRT1_2);
  const out = new Float64Array(d * d);
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) out[i * d + j] = g[i * d + j]! + g[j * d + i]!;
  return out;
}

function wishart(source: RandomStream, rows: number, columns: number, scale: number): Float64Array {
  const g = gaussian(source, rows, columns, 1);
  const out = new Float64Array(rows * rows);
  matMulNT(g, g, rows, columns, rows, out);
  for (let i = 0; i < out.length; i++) out[i]! *= scale / columns;
  return out;
}

function orthogonal(source: RandomStream, rows: number, columns: number, scale: number): Float64Array {
  const tall = rows >= columns;
  const [m, n] = tall ? [rows, columns] : [columns, rows];
  const { q } = qr(gaussian(source, m, n, 1), m, n);
  for (let i = 0; i < q.length; i++) q[i]! *= scale;
  return tall ? q : transpose(q, m, n);
}

function requireArguments(kind: RandomMatrixKind, rows: number, columns: number, scale: number): void {
  const who = `randomMatrix ${kind}`;
  for (const size of [rows, columns]) {
    if (Number.isSafeInteger(size) && size >= 1) continue;
    throw new InputError({
      code: "out-of-range",
      who,
      rule: "rows and columns must be positive integers",
      got: `${rows}×${columns}`,
    });
  }
  if (!Number.isFinite(scale)) {
    throw new InputError({ code: "not-finite", who, rule: "scale must be finite", got: String(scale) });
  }
  if (kind === "wishart" && scale < 0) {
    throw new InputError({ code: "out-of-range", who, rule: "scale must not be negative", got: String(scale) });
  }
  if (kind === "goe" && rows !== columns) {
    throw new InputError({
      code: "wrong-shape",
      who,
      rule: "rows and columns must be equal, the matrix is symmetric",
      got: `${rows}×${columns}`,
    });
  }
}

/**
 * A random matrix, a pure function of (kind, rows, columns, scale, seed).
 * - ginibre: rows×columns, entries independent N(0, scale²);
 * - goe: (G + Gᵀ)·scale/√2 with G ginibre of scale 1: symmetric, off-diagonal variance scale², diagonal variance 2·scale²;
 * - wishart: rows×rows, (scale/columns)·G·Gᵀ with G rows×columns ginibre of scale 1: positive semidefinite,
 *   mean scale·I, rank min(rows, columns);
 * - orthogonal: scale times a Haar-distributed matrix with orthonormal columns (rows ≥ columns) or rows.
 * @param scale dimensionless
 * @param seed integer in [0, 2^53)
 * @throws out-of-range, wrong-shape, not-finite
 * @cost O(rows·columns) draws; O(rows²·columns) for wishart, O(rows·columns²) for orthogonal
 * @accuracy variances and means against the definitions (index.test.ts)
 * @source derived (definitions; Haar by QR of a Gaussian matrix with positive diagonal of R)
 */
export function randomMatrix(
  kind: RandomMatrixKind,
  rows: number,
  columns: number,
  scale: number,
  seed: number,
): Float64Array {
  requireArguments(kind, rows, columns, scale);
  const source = stream({ seed, purpose: `random-matrix/${kind}` });
  switch (kind) {
    case "ginibre":
      return gaussian(source, rows, columns, scale);
    case "goe":
      return goe(source, rows, scale);
    case "wishart":
      return wishart(source, rows, columns, scale);
    case "orthogonal":
      return orthogonal(source, rows, columns, scale);
  }
}

/**
 * n independent uniform points on the unit sphere S^{d−1}: normalised Gaussian vectors. Point i depends only on
 * (seed, run, i, d), so a larger cloud begins with the smaller one.
 * @returns n×d
 * @throws out-of-range
 * @cost O(n·d)
 * @accuracy |x| = 1 to 2 eps (index.test.ts)
 * @source derived (rotation invariance)
 */
export function uniformSphere(n: number, d: number, seed: number, run = 0): Float64Array {
  if (!(Number.isSafeInteger(n) && n >= 0 && Number.isSafeInteger(d) && d >= 1)) {
    throw new InputError({
      code: "out-of-range",
      who: "uniformSphere",
      rule: "n must be a non-negative and d a positive integer",
      got: `n = ${n}, d = ${d}`,
    });
  }
  const out = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    const point = out.subarray(i * d, i * d + d);
    stream({ seed, purpose: "uniform-sphere", run, token: i }).fillNormal(point);
    const norm = frobeniusNorm(point);
    for (let a = 0; a < d; a++) point[a]! /= norm;
  }
  return out;
}
