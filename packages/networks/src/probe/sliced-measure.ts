import { stream, uniformSphere } from "@meanfield/core/foundation/random";
import { tokens } from "@meanfield/core/foundation/shapes";
import { bandOf } from "@meanfield/core/foundation/statistics";
import type { Law } from "@meanfield/core/laws";
import type { Cloud, MeasureContext, MeasureValue, ProbeMeasure } from "./contract.js";
import type { LawDistance } from "./distance-measures.js";
import { drawLike } from "./gaussian-tokens.js";
import { project } from "./project.js";

export interface SlicedOptions {
  /** Random directions (1). */
  readonly directions: number;
  /** Draws behind the null band (1). */
  readonly repeats: number;
}

/** The distance of column k to the Gaussian with its mean and variance. */
function columnDistance({ n, d, points }: Cloud, k: number, line: (a: Law, b: Law) => number): number {
  const column = Float64Array.from({ length: n }, (_, i) => points[i * d + k]!);
  const mean = column.reduce((sum, value) => sum + value / n, 0);
  const variance = column.reduce((sum, value) => sum + (value - mean) ** 2 / n, 0);
  const gaussian: Law = { kind: "gaussian", d: 1, mean: Float64Array.of(mean), cov: Float64Array.of(variance) };
  return line({ kind: "point-cloud", ...tokens(column, n, 1) }, gaussian);
}

function rootMeanSquare(projected: Cloud, line: (a: Law, b: Law) => number): number {
  let sum = 0;
  for (let k = 0; k < projected.d; k++) sum += columnDistance(projected, k, line) ** 2;
  return Math.sqrt(sum / projected.d);
}

/**
 * (mean over directions θ of W_2²(⟨θ, X⟩, N(mean, variance of ⟨θ, X⟩)))^½: the sliced distance of the cloud to the Gaussian
 * with its moments, and its null band with the moments fitted again for every draw. Everything happens in the space of
 * the projections, where a draw of the matched Gaussian has the same law as the projection of a draw in d dimensions.
 * @param line a distance between laws on the line: W_2
 * @cost O(n·d·directions) and, for the band, O(repeats·n·directions·(n + log n)): no factorisation of the covariance
 * @accuracy equal to the distance between the laws in d dimensions within the error of the directions
 *   (sliced-measure.test.ts)
 * @source theory.md §2.2; band: derived (parametric bootstrap)
 */
export function slicedToGaussian(line: LawDistance, options: SlicedOptions): ProbeMeasure {
  return {
    name: line.name,
    unit: line.unit,
    doc: `${line.doc}: from the tokens to the Gaussian with their mean and covariance`,
    measure(cloud: Cloud, { seed, wantNull }: MeasureContext): MeasureValue {
      const distance = line.bind(seed);
      const projected = project(cloud, uniformSphere(options.directions, cloud.d, seed));
      const value = rootMeanSquare(projected, distance);
      if (!wantNull) return { value };
      const draws = Float64Array.from({ length: options.repeats }, (_, repeat) => {
        const random = stream({ seed, purpose: "probe sliced null band", run: repeat });
        return rootMeanSquare(drawLike(projected, cloud.n, random), distance);
      });
      return { value, null: bandOf(draws) };
    },
  };
}
