import { momentsOf } from "@meanfield/core/foundation/law";
import { symmetricEigen } from "@meanfield/core/foundation/linear-algebra";
import { tokens } from "@meanfield/core/foundation/shapes";
import type { Cloud, CloudMoments } from "./contract.js";

/** Mean of the tokens, shape [d]. @cost O(n·d) */
export function meanOf({ n, d, points }: Cloud): Float64Array {
  const mean = new Float64Array(d);
  for (let i = 0; i < n; i++) for (let a = 0; a < d; a++) mean[a]! += points[i * d + a]! / n;
  return mean;
}

/** Tokens minus a vector, shape [n, d]. */
export function centred({ n, d, points }: Cloud, mean: Float64Array): Float64Array {
  const out = new Float64Array(n * d);
  for (let i = 0; i < n; i++) for (let a = 0; a < d; a++) out[i * d + a] = points[i * d + a]! - mean[a]!;
  return out;
}

/** (1/scale) ⟨x_i, x_j⟩ for the rows of x [rows, columns]. @cost O(rows²·columns) */
function gram(x: Float64Array, rows: number, columns: number, scale: number): Float64Array {
  const out = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let a = 0; a < columns; a++) sum += x[i * columns + a]! * x[j * columns + a]!;
      out[i * rows + j] = sum / scale;
      out[j * rows + i] = sum / scale;
    }
  }
  return out;
}

/** (1/n) Σ (x_i − mean)(x_i − mean)ᵀ, shape [d, d]. @cost O(n·d²) */
export function covarianceOf({ n, d, points }: Cloud): Float64Array {
  return momentsOf(tokens(points, n, d)).cov;
}

/**
 * Lazy moments of a cloud. The spectrum comes from the Gram matrix of the tokens when there are fewer tokens than
 * coordinates: the same non-zero eigenvalues at less cost.
 * @cost covariance O(n·d²); spectrum O(min(n, d)³ + n·d·min(n, d))
 */
export function cloudMoments(cloud: Cloud): CloudMoments {
  const { n, d } = cloud;
  let mean: Float64Array | undefined;
  let covariance: Float64Array | undefined;
  let spectrum: Float64Array | undefined;
  const moments: CloudMoments = {
    mean(): Float64Array {
      mean ??= meanOf(cloud);
      return mean;
    },
    covariance(): Float64Array {
      covariance ??= covarianceOf(cloud);
      return covariance;
    },
    spectrum(): Float64Array {
      if (spectrum === undefined) {
        const matrix = n < d ? gram(centred(cloud, moments.mean()), n, d, n) : moments.covariance();
        // Rounding can leave eigenvalues of a positive semidefinite matrix at −1e-16 of the largest.
        spectrum = symmetricEigen(matrix, Math.min(n, d)).values.map((value) => Math.max(0, value));
      }
      return spectrum;
    },
  };
  return moments;
}
