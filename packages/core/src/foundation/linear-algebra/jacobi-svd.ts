import { SolveError } from "../errors/index.js";
import { frobeniusNorm } from "./basic.js";

const maxSweeps = 60;
/** Rows shorter than this times the longest are left alone: they are zero for every purpose. */
const negligible = 1e-30;

function rotate(a: Float64Array, n: number, i: number, j: number, c: number, s: number): void {
  for (let k = 0; k < n; k++) {
    const x = a[i * n + k]!;
    const y = a[j * n + k]!;
    a[i * n + k] = c * x - s * y;
    a[j * n + k] = s * x + c * y;
  }
}

function dot(a: Float64Array, n: number, i: number, j: number): number {
  let sum = 0;
  for (let k = 0; k < n; k++) sum += a[i * n + k]! * a[j * n + k]!;
  return sum;
}

/** One sweep of rotations that make the rows of w orthogonal; vT follows. Returns the largest |cosine| met. */
function sweep(w: Float64Array, vT: Float64Array, n: number, floor: number): number {
  let worst = 0;
  for (let i = 0; i < n - 1; i++) {
    for (let j = i + 1; j < n; j++) {
      const alpha = dot(w, n, i, i);
      const beta = dot(w, n, j, j);
      if (Math.min(alpha, beta) <= floor * floor) continue;
      const gamma = dot(w, n, i, j);
      const cosine = Math.abs(gamma) / Math.sqrt(alpha) / Math.sqrt(beta);
      worst = Math.max(worst, cosine);
      if (cosine <= Number.EPSILON) continue;
      const zeta = (beta - alpha) / (2 * gamma);
      const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.hypot(1, zeta));
      const c = 1 / Math.hypot(1, t);
      rotate(w, n, i, j, c, c * t);
      rotate(vT, n, i, j, c, c * t);
    }
  }
  return worst;
}

/** Replaces row `row` of u by a unit vector orthogonal to the rows 0 … row − 1. */
function complete(u: Float64Array, n: number, row: number): void {
  const target = u.subarray(row * n, row * n + n);
  for (let axis = 0; axis < n; axis++) {
    target.fill(0);
    target[axis] = 1;
    for (let pass = 0; pass < 2; pass++) {
      for (let i = 0; i < row; i++) {
        const overlap = dot(u, n, i, row);
        for (let k = 0; k < n; k++) target[k]! -= overlap * u[i * n + k]!;
      }
    }
    const norm = frobeniusNorm(target);
    if (norm * norm * n < 0.5) continue;
    for (let k = 0; k < n; k++) target[k]! /= norm;
    return;
  }
}

/**
 * The singular value decomposition by one-sided rotations; the singular values keep relative accuracy under column scalings.
 * @param w n×n, row i the i-th column of the matrix, overwritten
 * @returns uT, vT with the singular vectors as rows, s descending
 * @throws no-convergence
 * @cost O(8n³), about 6 to 10 sweeps
 * @source derived (Hestenes' rotations)
 */
export function jacobiSvd(w: Float64Array, n: number): { uT: Float64Array; s: Float64Array; vT: Float64Array } {
  const vT = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vT[i * n + i] = 1;
  const floor = negligible * frobeniusNorm(w);
  // The cosines of rows of length n are known to about n·eps.
  const enough = Number.EPSILON * Math.max(8, n);
  for (let count = 0; sweep(w, vT, n, floor) > enough; count++) {
    if (count < maxSweeps) continue;
    throw new SolveError({
      code: "no-convergence",
      who: "svd",
      rule: `the columns must become orthogonal within ${maxSweeps} sweeps`,
      fix: "Report this matrix; the method converges for every finite one",
    });
  }
  const norms = Array.from({ length: n }, (_, i) => frobeniusNorm(w.subarray(i * n, i * n + n)));
  const order = norms.map((_, i) => i).sort((i, j) => norms[j]! - norms[i]!);
  const uT = new Float64Array(n * n);
  const sorted = new Float64Array(n * n);
  const s = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    const source = order[j]!;
    s[j] = norms[source]!;
    sorted.set(vT.subarray(source * n, source * n + n), j * n);
    if (s[j]! > floor) for (let k = 0; k < n; k++) uT[j * n + k] = w[source * n + k]! / s[j]!;
    else complete(uT, n, j);
  }
  return { uT, s, vT: sorted };
}
