import { symmetricEigen } from "../../src/foundation/linear-algebra/index.js";
import type { WeightedPoints } from "../../src/foundation/shapes/index.js";

/**
 * Nodes and weights of the rule for N(0, 1) by Golub and Welsch: eigenvalues of the Jacobi matrix with off-diagonal √k,
 * squares of the first components of its eigenvectors.
 */
export function gaussHermite(count: number): { nodes: Float64Array; weights: Float64Array } {
  const jacobi = new Float64Array(count * count);
  for (let k = 1; k < count; k++) {
    jacobi[(k - 1) * count + k] = Math.sqrt(k);
    jacobi[k * count + k - 1] = Math.sqrt(k);
  }
  const { values, vectors } = symmetricEigen(jacobi, count);
  const weights = Float64Array.from({ length: count }, (_, k) => vectors[k]! ** 2);
  return { nodes: values, weights };
}

/** N(mean, root·rootᵀ) as a tensor Gauss–Hermite rule: count^d weighted points mean + root·z. */
export function gaussianRule(
  mean: ArrayLike<number>,
  root: ArrayLike<number>,
  d: number,
  count: number,
): WeightedPoints {
  const { nodes, weights } = gaussHermite(count);
  const m = count ** d;
  const points = new Float64Array(m * d);
  const masses = new Float64Array(m).fill(1);
  for (let j = 0; j < m; j++) {
    const z: number[] = [];
    for (let rest = j, a = 0; a < d; a++, rest = Math.floor(rest / count)) {
      z.push(nodes[rest % count]!);
      masses[j]! *= weights[rest % count]!;
    }
    for (let a = 0; a < d; a++) {
      points[j * d + a] = mean[a]!;
      for (let b = 0; b < d; b++) points[j * d + a]! += root[a * d + b]! * z[b]!;
    }
  }
  return { m, d, points, weights: masses };
}
