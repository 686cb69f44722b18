import { frobeniusNorm } from "@meanfield/core/foundation/linear-algebra";
import { type ExponentialSum, unitRoundoff } from "../contract.js";
import { greatestNorm } from "./greatest-norm.js";

/** Scores κ⟨q̂_i, ŷ_j⟩ of unit vectors, up to `scoreError`. */
export interface SphericalScores {
  /** κ = |q|·radius. */
  readonly kappa: number;
  /** Common |y_j|. */
  readonly radius: number;
  /** Bound of |⟨q_i, y_j⟩ − κ⟨q̂_i, ŷ_j⟩| (nat). */
  readonly scoreError: number;
  /** Bound of ||y_j|/radius − 1|. */
  readonly pointError: number;
}

interface Range {
  readonly middle: number;
  /** Half the spread, relative to the middle, with the rounding of the norms. */
  readonly deviation: number;
}

/** The middle and relative half-spread of |Cx| over points; NaN where a point is not finite. C = I where left out. */
function normRange(points: Float64Array, count: number, d: number, map?: Float64Array): Range {
  let least = Number.POSITIVE_INFINITY;
  let greatest = 0;
  let probe = 0;
  for (let i = 0; i < count; i++) {
    let square = 0;
    for (let a = 0; a < d; a++) {
      let value = points[i * d + a]!;
      if (map) {
        value = 0;
        for (let b = 0; b < d; b++) value += map[a * d + b]! * points[i * d + b]!;
      }
      square += value * value;
    }
    if (square < least) least = square;
    if (square > greatest) greatest = square;
    probe += square;
  }
  if (!Number.isFinite(probe)) return { middle: Number.NaN, deviation: Number.NaN };
  const [low, high] = [Math.sqrt(least), Math.sqrt(greatest)];
  const middle = (low + high) / 2;
  return { middle, deviation: (high - low) / (2 * middle) + 2 * (d + 2) * unitRoundoff };
}

/**
 * Whether all keys have one norm and all queries have one norm, up to deviations that go into the bound: then the
 * scores are a zonal function on the sphere.
 * @param angleError bound of the distance between a unit vector and the one that its computed angles mean (1)
 * @returns undefined where they have not, or are not finite
 */
export function sphericalScores(
  sum: ExponentialSum,
  angleError: number,
  accuracy: number,
): SphericalScores | undefined {
  const keys = normRange(sum.keys, sum.m, sum.d);
  const queries = normRange(sum.queries, sum.count, sum.d, sum.map);
  const kappa = queries.middle * keys.middle;
  if (!(kappa > 0 && Number.isFinite(kappa))) return undefined;
  const mapError = conditionOf(sum, queries.middle) * (sum.d + 2) * unitRoundoff;
  const spread = keys.deviation + queries.deviation + mapError;
  const scoreError = 1.01 * kappa * (spread + 2 * angleError + 2 * sum.d * unitRoundoff);
  if (!(8 * scoreError < accuracy) || !(keys.deviation < accuracy)) return undefined;
  return { kappa, radius: keys.middle, scoreError, pointError: keys.deviation + angleError };
}

/** ‖C‖·max|x|/|Cx| at most: by how much the rounding of Cx exceeds that of |Cx|. */
function conditionOf({ d, map, count, queries }: ExponentialSum, norm: number): number {
  return (frobeniusNorm(map) * greatestNorm(queries, count, d)) / norm;
}
