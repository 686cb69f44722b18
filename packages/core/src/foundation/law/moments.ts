import { matMulNT, psdSqrt, symmetricRankUpdate } from "../linear-algebra/index.js";
import { stream } from "../random/index.js";
import { tokens, type WeightedPoints } from "../shapes/index.js";
import { cumulated, indexAt } from "../statistics/index.js";
import { fresh, type Workspace } from "../workspace/index.js";
import type { Gaussian, PointCloud } from "./law.js";

/**
 * Mean Σw_i x_i and covariance Σw_i (x_i − m)(x_i − m)ᵀ (divided by n, not n − 1).
 * @param work where the result and what is needed in between lie; new arrays when left out
 * @cost m d²
 */
export function momentsOf(cloud: WeightedPoints, work: Workspace = fresh): Gaussian {
  const { m, d, points, weights } = cloud;
  const mean = work.floats(d);
  for (let i = 0; i < m; i++) for (let a = 0; a < d; a++) mean[a]! += weights[i]! * points[i * d + a]!;
  const scaled = work.floats(d * m);
  for (let i = 0; i < m; i++) {
    const root = Math.sqrt(weights[i]!);
    for (let a = 0; a < d; a++) scaled[a * m + i] = root * (points[i * d + a]! - mean[a]!);
  }
  const cov = work.floats(d * d);
  symmetricRankUpdate(scaled, d, m, 1, 0, cov);
  return { kind: "gaussian", d, mean, cov };
}

/** Tokens in context order with equal weights, as a law. */
export function cloudOf(points: Float64Array, n: number, d: number): PointCloud {
  return { kind: "point-cloud", ...tokens(points, n, d) };
}

/** n draws of N(mean, cov): mean + Σ^½ z, z from the stream (seed, purpose, run). Singular Σ is fine. */
export function sampleGaussian(law: Gaussian, n: number, seed: number, purpose: string, run = 0): PointCloud {
  const { d, mean, cov } = law;
  const { sqrt } = psdSqrt(cov, d);
  const normals = new Float64Array(n * d);
  stream({ seed, purpose, run }).fillNormal(normals);
  const points = new Float64Array(n * d);
  matMulNT(normals, sqrt, n, d, d, points);
  for (let i = 0; i < n; i++) for (let a = 0; a < d; a++) points[i * d + a]! += mean[a]!;
  return cloudOf(points, n, d);
}

/** Whether a law is known itself, and not by a sample of it. */
export function isExact(law: Gaussian | PointCloud): boolean {
  return law.kind === "gaussian" || law.cells !== undefined;
}

/** Where in the cumulated masses token i of n is drawn: anywhere, or among the masses at its own position (rows of one mass). */
function partAt({ positions, cells }: PointCloud, i: number, n: number, uniform: number): number {
  if (positions === undefined) return uniform;
  const rows = cells!.shape[0]!;
  return (Math.ceil(((i + 1) / n) * rows - 1e-9) - 1 + uniform) / rows;
}

/** Draws of a law at n: fresh Gaussians, nodes of a density by their masses, or a resample of tokens with replacement. */
export function sampleLaw(law: Gaussian | PointCloud, n: number, seed: number, purpose: string): PointCloud {
  if (law.kind === "gaussian") return sampleGaussian(law, n, seed, purpose);
  const random = stream({ seed, purpose });
  const { d } = law;
  const points = new Float64Array(n * d);
  const ends = law.cells === undefined ? undefined : cumulated(law.weights);
  for (let i = 0; i < n; i++) {
    const j = ends === undefined ? random.integer(law.m) : indexAt(ends, partAt(law, i, n, random.uniform()));
    points.set(law.points.subarray(j * d, (j + 1) * d), i * d);
  }
  return cloudOf(points, n, d);
}
