import type { PointCloud } from "../../laws/contract.js";

/** Σ_ij w_i w_j f(i, j) for a symmetric f, the diagonal included, over points with weight. @cost m²/2 calls, no memory */
function sumPairs({ m, weights }: PointCloud, f: (i: number, j: number) => number): number {
  let total = 0;
  for (let i = 0; i < m; i++) {
    let row = 0;
    if (weights[i] === 0) continue;
    for (let j = i; j < m; j++) {
      if (weights[j]! > 0) row += (j === i ? 1 : 2) * weights[j]! * f(i, j);
    }
    total += weights[i]! * row;
  }
  return total;
}

function inner({ d, points }: PointCloud, i: number, j: number): number {
  let sum = 0;
  for (let a = 0; a < d; a++) sum += points[i * d + a]! * points[j * d + a]!;
  return sum;
}

function squaredChord({ d, points }: PointCloud, i: number, j: number): number {
  let sum = 0;
  for (let a = 0; a < d; a++) sum += (points[i * d + a]! - points[j * d + a]!) ** 2;
  return sum;
}

/** The greatest β⟨x_i, x_j⟩ among points with weight; for β ≥ 0 it stands on the diagonal. */
function greatestScore(cloud: PointCloud, beta: number): number {
  const { m, weights } = cloud;
  let greatest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < m; i++) {
    for (let j = i; j < (beta < 0 ? m : i + 1); j++) {
      if (weights[i]! > 0 && weights[j]! > 0) greatest = Math.max(greatest, beta * inner(cloud, i, j));
    }
  }
  return greatest;
}

/** log ∬e^{β⟨x,y⟩}dμdμ, finite at any β. @cost m²d/2 multiply-adds and m²/2 exponentials */
export function logExponentialEnergy(cloud: PointCloud, beta: number): number {
  const shift = greatestScore(cloud, beta);
  return shift + Math.log(sumPairs(cloud, (i, j) => Math.exp(beta * inner(cloud, i, j) - shift)));
}

/**
 * ∬(1 − e^{β(⟨x,y⟩ − 1)})dμdμ. For unit points ⟨x,y⟩ − 1 = −|x − y|²/2, which keeps its digits near one cluster.
 * @cost as logExponentialEnergy
 */
export function clusterDefect(cloud: PointCloud, beta: number, unit: boolean): number {
  const gap = unit
    ? (i: number, j: number) => -0.5 * squaredChord(cloud, i, j)
    : (i: number, j: number) => inner(cloud, i, j) - 1;
  const sum = sumPairs(cloud, (i, j) => Math.expm1(beta * gap(i, j)));
  return sum === 0 ? 0 : -sum;
}
