import { energyDistance } from "@meanfield/core/distances/energy-distance";
import { mmd } from "@meanfield/core/distances/mmd";
import { slicedWasserstein } from "@meanfield/core/distances/sliced-wasserstein";
import type { ProbeMeasure } from "./contract.js";
import { distanceToGaussian } from "./distance-measures.js";
import { projectedKurtosis, projectedSkewness } from "./mardia-measures.js";
import { radialVariance } from "./radial-measure.js";
import { simpleMeasures } from "./simple-measures.js";
import { slicedToGaussian } from "./sliced-measure.js";

export interface StandardMeasuresOptions {
  /** Random directions of the sliced distance (1). Default 64. */
  readonly directions?: number;
  /** Draws behind the null bands of the sliced distance and of Mardia's statistics (1). Default 100. */
  readonly slicedRepeats?: number;
  /** Draws behind the null bands of what looks at all pairs, which costs more (1). Default 20. */
  readonly energyRepeats?: number;
}

/**
 * The measures of `meanfield probe`: norm, spread, effective rank, cosine, and how Gaussian the cloud is in the sliced
 * Wasserstein, the energy distance and the MMD, by Mardia's skewness and kurtosis of 8 random projections and by the
 * variance of the radius, each with its null band.
 * @cost for n tokens of width d: slicedRepeats·n²·directions for the sliced distance, about 5·n²·d·energyRepeats for each
 *   of energy distance and MMD, 2·n²·d·energyRepeats for the radius
 */
export function standardMeasures(options: StandardMeasuresOptions = {}): readonly ProbeMeasure[] {
  const { directions = 64, slicedRepeats = 100, energyRepeats = 20 } = options;
  // On the line every direction is the same one, so that the sliced distance is W_2 itself.
  const line = { ...slicedWasserstein, bind: (seed: number) => slicedWasserstein.bind({ directions: 1 }, seed) };
  const pairs = { reference: "sample", repeats: energyRepeats } as const;
  const mardia = { directions: 8, repeats: slicedRepeats };
  const kernel = { ...mmd, bind: (seed: number) => mmd.bind({ bandwidth: "spread" }, seed) };
  const energy = { ...energyDistance, bind: (seed: number) => energyDistance.bind({ maxPoints: null }, seed) };
  return [
    ...simpleMeasures,
    slicedToGaussian(line, { directions, repeats: slicedRepeats }),
    distanceToGaussian(energy, pairs),
    distanceToGaussian(kernel, pairs),
    projectedSkewness(mardia),
    projectedKurtosis(mardia),
    radialVariance(energyRepeats),
  ];
}
