import { stream } from "@meanfield/core/foundation/random";
import { tokens } from "@meanfield/core/foundation/shapes";
import { bandOf, type NullBand } from "@meanfield/core/foundation/statistics";
import type { Law, PointCloud } from "@meanfield/core/laws";
import type { Cloud, MeasureContext, MeasureValue, ProbeMeasure } from "./contract.js";
import { drawLike } from "./gaussian-tokens.js";
import { covarianceOf, meanOf } from "./moments.js";

/** A distance between two laws with a seed for its random directions or samples: what core's plug-ins bind to. */
export interface LawDistance {
  readonly name: string;
  readonly doc: string;
  readonly unit: string;
  bind(seed: number): (a: Law, b: Law) => number;
}

export interface DistanceOptions {
  /**
   * What the cloud is compared with: the Gaussian itself ("law"), or as many tokens drawn from it ("sample"), for
   * distances that would have to factor the covariance.
   */
  readonly reference: "law" | "sample";
  /** Draws behind the null band (1). */
  readonly repeats: number;
}

function pointCloud({ n, d, points }: Cloud): PointCloud {
  return { kind: "point-cloud", ...tokens(points, n, d) };
}

/** The Gaussian with a cloud's moments, as a law or as tokens drawn from it. */
function matched(
  cloud: Cloud,
  moments: { mean: Float64Array; cov: () => Float64Array },
  options: DistanceOptions,
  key: { seed: number; run: number },
): Law {
  if (options.reference === "law") return { kind: "gaussian", d: cloud.d, mean: moments.mean, cov: moments.cov() };
  return pointCloud(drawLike(cloud, cloud.n, stream({ ...key, purpose: "probe reference tokens" })));
}

/**
 * The distance as it comes out for n tokens that are Gaussian: tokens drawn from N(mean, cov) of the cloud, then compared
 * with the Gaussian of their own moments, as the cloud was with its own. Without the second fit the band would be too wide
 * and nothing would look non-Gaussian where n is not much larger than d.
 */
function nullBand(
  cloud: Cloud,
  distance: (a: Law, b: Law) => number,
  options: DistanceOptions,
  seed: number,
): NullBand {
  const values = Float64Array.from({ length: options.repeats }, (_, repeat) => {
    const run = repeat + 1;
    const drawn = drawLike(cloud, cloud.n, stream({ seed, purpose: "probe null band", run }));
    const mean = meanOf(drawn);
    const moments = { mean, cov: () => covarianceOf(drawn) };
    return distance(pointCloud(drawn), matched(drawn, moments, options, { seed, run }));
  });
  return bandOf(values);
}

/**
 * A measure from a distance: how far the cloud is from the Gaussian with its own mean and covariance, and the band (5 % to
 * 95 %) in which that distance lies for as many tokens that are Gaussian.
 * @cost 1 + repeats distances; O(repeats·(n²·d + n·d²)) for the band
 * @accuracy a Gaussian cloud is inside the band in about 95 % of draws, a two-cluster cloud is outside
 *   (distance-measures.test.ts)
 * @source derived: parametric bootstrap with the parameters fitted again
 */
export function distanceToGaussian(law: LawDistance, options: DistanceOptions): ProbeMeasure {
  return {
    name: law.name,
    unit: law.unit,
    doc: `${law.doc}: from the tokens to the Gaussian with their mean and covariance`,
    measure(cloud: Cloud, context: MeasureContext): MeasureValue {
      const distance = law.bind(context.seed);
      const moments = { mean: context.moments.mean(), cov: () => context.moments.covariance() };
      const reference = matched(cloud, moments, options, { seed: context.seed, run: 0 });
      const value = distance(pointCloud(cloud), reference);
      return context.wantNull ? { value, null: nullBand(cloud, distance, options, context.seed) } : { value };
    },
  };
}
