import { psdSqrt } from "../../foundation/linear-algebra/index.js";
import type { Gaussian, Law, PointCloud } from "../../laws/contract.js";

/** Σ_j v_j k(x_i, y_j) over j in [from, b.m). */
function kernelFrom(a: PointCloud, i: number, b: PointCloud, from: number, scale: number): number {
  const { d } = a;
  let sum = 0;
  for (let j = from; j < b.m; j++) {
    let square = 0;
    for (let k = 0; k < d; k++) {
      const difference = a.points[i * d + k]! - b.points[j * d + k]!;
      square += difference * difference;
    }
    sum += b.weights[j]! * Math.exp(-square * scale);
  }
  return sum;
}

/**
 * δ ↦ E k(δ + X, 0), X ~ N(0, cov): Π_k (1 + λ_k/h²)^{−½}·exp(−½Σ_k δ_k²/(h² + λ_k)) in the eigenbasis of cov.
 * @param square h²
 */
function smoothedKernel(cov: Float64Array, d: number, square: number): (shift: Float64Array) => number {
  const { values, vectors } = psdSqrt(cov, d);
  const spectrum = values.map((value) => Math.max(0, value));
  let logFactor = 0;
  for (const value of spectrum) logFactor -= 0.5 * Math.log1p(value / square);
  return (shift) => {
    let exponent = logFactor;
    for (let k = 0; k < d; k++) {
      let along = 0;
      for (let a = 0; a < d; a++) along += vectors[a * d + k]! * shift[a]!;
      exponent -= (0.5 * along * along) / (square + spectrum[k]!);
    }
    return Math.exp(exponent);
  };
}

function cloudToGaussian(cloud: PointCloud, { d, mean, cov }: Gaussian, square: number): number {
  const kernel = smoothedKernel(cov, d, square);
  const shift = new Float64Array(d);
  let sum = 0;
  for (let i = 0; i < cloud.m; i++) {
    for (let a = 0; a < d; a++) shift[a] = cloud.points[i * d + a]! - mean[a]!;
    sum += cloud.weights[i]! * kernel(shift);
  }
  return sum;
}

/**
 * E k(X, Y) for independent X ~ a, Y ~ b, k(x, y) = exp(−|x − y|²/2h²).
 * @param square h²
 * @throws not-symmetric, not-positive-semidefinite
 * @cost two clouds m·n·(d + 1 exponential), a cloud and a Gaussian d³ + m·d², two Gaussians d³
 * @accuracy 1e-15 absolute (mmd/index.test.ts)
 * @source derived
 */
export function crossMean(a: Law, b: Law, square: number): number {
  if (a.kind === "gaussian" && b.kind === "gaussian") {
    return smoothedKernel(
      a.cov.map((value, i) => value + b.cov[i]!),
      a.d,
      square,
    )(a.mean.map((value, i) => value - b.mean[i]!));
  }
  if (a.kind === "point-cloud" && b.kind === "point-cloud") {
    let sum = 0;
    for (let i = 0; i < a.m; i++) sum += a.weights[i]! * kernelFrom(a, i, b, 0, 0.5 / square);
    return sum;
  }
  return a.kind === "point-cloud"
    ? cloudToGaussian(a, b as Gaussian, square)
    : cloudToGaussian(b as PointCloud, a, square);
}

/**
 * E k(X, X') for independent X, X' ~ law, pairs of a point with itself included (the V-statistic).
 * @param square h²
 * @cost half that of crossMean for a cloud
 */
export function selfMean(law: Law, square: number): number {
  if (law.kind === "gaussian") return crossMean(law, law, square);
  let sum = 0;
  for (let i = 0; i < law.m; i++) {
    const weight = law.weights[i]!;
    sum += weight * (weight + 2 * kernelFrom(law, i, law, i + 1, 0.5 / square));
  }
  return sum;
}
