import { energyDistance } from "@meanfield/core/distances/energy-distance";
import { slicedWasserstein } from "@meanfield/core/distances/sliced-wasserstein";
import type { ProbeMeasure } from "./contract.js";
import { distanceToGaussian } from "./distance-measures.js";
import { simpleMeasures } from "./simple-measures.js";
import { slicedToGaussian } from "./sliced-measure.js";

export interface StandardMeasuresOptions {
  /** Random directions of the sliced distance (1). Default 64. */
  readonly directions?: number;
  /** Draws behind the null band of the sliced distance (1). Default 100. */
  readonly slicedRepeats?: number;
  /** Draws behind the null band of the energy distance, which cost more (1). Default 20. */
  readonly energyRepeats?: number;
}

/**
 * The measures of `meanfield probe`: norm, spread, effective rank, cosine, and how Gaussian the cloud is in the sliced
 * Wasserstein and the energy distance, each with its null band.
 * @cost per cloud of 256 tokens of width 512: about one second for the sliced distance, two for the energy distance
 */
export function standardMeasures(options: StandardMeasuresOptions = {}): readonly ProbeMeasure[] {
  const { directions = 64, slicedRepeats = 100, energyRepeats = 20 } = options;
  // On the line every direction is the same one, so that the sliced distance is W_2 itself.
  const line = { ...slicedWasserstein, bind: (seed: number) => slicedWasserstein.bind({ directions: 1 }, seed) };
  const energy = { ...energyDistance, bind: (seed: number) => energyDistance.bind({ maxPoints: null }, seed) };
  return [
    ...simpleMeasures,
    slicedToGaussian(line, { directions, repeats: slicedRepeats }),
    distanceToGaussian(energy, { reference: "sample", repeats: energyRepeats }),
  ];
}
