import { mardiaKurtosis, mardiaSkewness } from "@meanfield/core/distances";
import { stream, uniformSphere } from "@meanfield/core/foundation/random";
import { tokens } from "@meanfield/core/foundation/shapes";
import { bandOf } from "@meanfield/core/foundation/statistics";
import type { Law } from "@meanfield/core/laws";
import type { Cloud, MeasureContext, MeasureValue, ProbeMeasure } from "./contract.js";
import { drawLike } from "./gaussian-tokens.js";
import { project } from "./project.js";

export interface MardiaOptions {
  /** Random directions that the tokens are projected on, so that the statistic exists for n ≤ d too (1). */
  readonly directions: number;
  /** Draws behind the null band (1). */
  readonly repeats: number;
}

function statisticOf(name: string, doc: string, unlike: "above" | "both", statistic: (law: Law) => number) {
  return ({ directions, repeats }: MardiaOptions): ProbeMeasure => ({
    name,
    unit: "1",
    unlike,
    doc: `${doc}, along ${directions} random directions`,
    measure(cloud: Cloud, { seed, wantNull }: MeasureContext): MeasureValue {
      const count = Math.min(directions, cloud.d);
      const projected = project(cloud, uniformSphere(count, cloud.d, seed));
      const of = ({ n, d, points }: Cloud) => statistic({ kind: "point-cloud", ...tokens(points, n, d) });
      const value = of(projected);
      if (!wantNull) return { value };
      const draws = Float64Array.from({ length: repeats }, (_, repeat) =>
        of(drawLike(projected, cloud.n, stream({ seed, purpose: `probe ${name} null band`, run: repeat }))),
      );
      return { value, null: bandOf(draws) };
    },
  });
}

/**
 * Mardia's skewness of the projection of the tokens on random directions: 0 for a Gaussian but for sampling. Free of the
 * covariance of the projection, which is whitened.
 * @cost n·d·directions, and 1 + repeats times n²·directions
 * @accuracy inside its band for Gaussian clouds, outside for skewed ones (shape-measures.test.ts)
 * @source theory.md §2.2
 */
export const projectedSkewness = statisticOf(
  "mardia-skewness",
  "Mardia's skewness of the tokens",
  "above",
  mardiaSkewness,
);

/**
 * Mardia's kurtosis of the projection of the tokens on r random directions: r(r + 2) for a Gaussian.
 * @cost n·d·directions, and 1 + repeats times n²·directions
 * @accuracy as projectedSkewness
 * @source theory.md §2.2
 */
export const projectedKurtosis = statisticOf(
  "mardia-kurtosis",
  "Mardia's kurtosis of the tokens",
  "both",
  mardiaKurtosis,
);
