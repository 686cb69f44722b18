import { InputError } from "../../foundation/errors/index.js";
import { stream } from "../../foundation/random/index.js";
import { bandOf, type NullBand } from "../../foundation/statistics/index.js";
import type { Law, PointCloud } from "../../laws/contract.js";
import type { NullOptions } from "./null-band.js";

/** What a permutation test found. */
export interface PermutationResult {
  /** The distance of the two clouds as they are. */
  readonly value: number;
  /** (1 + number of shuffles at least as far apart)/(1 + repeats): uniform or larger when both clouds are one law. */
  readonly pValue: number;
  /** Quantiles of the distance over the shuffles. */
  readonly null: NullBand;
}

function refuse(code: "incompatible" | "out-of-range" | "wrong-shape", rule: string, got: string, fix: string): never {
  throw new InputError({ code, who: "permutation test", rule, got, fix });
}

function requireUsable(a: PointCloud, b: PointCloud, repeats: number): void {
  if (!(Number.isSafeInteger(repeats) && repeats >= 1)) {
    refuse("out-of-range", "repeats must be a positive integer", String(repeats), "Take 99 or 999");
  }
  if (a.d !== b.d)
    refuse("wrong-shape", "both clouds need the same dimension", `d = ${a.d} and d = ${b.d}`, "Check them");
  for (const cloud of [a, b]) {
    if (cloud.weights.some((weight) => weight !== cloud.weights[0])) {
      refuse(
        "incompatible",
        "points are exchanged with equal chances",
        "unequal weights",
        "Give points of equal weight",
      );
    }
  }
}

/** The points `order` of the pool, without positions: a shuffle has no context. */
function pick(pool: Float64Array, d: number, order: Uint32Array): PointCloud {
  const m = order.length;
  const points = new Float64Array(m * d);
  for (let k = 0; k < m; k++) points.set(pool.subarray(order[k]! * d, order[k]! * d + d), k * d);
  return { kind: "point-cloud", m, d, points, weights: new Float64Array(m).fill(1 / m) };
}

/**
 * Tests whether two clouds are samples of one law: all points are pooled, dealt out again at random into clouds of the
 * two sizes, and the distance of the clouds is compared with those of the deals. Exact for any n and any distance.
 * @param a points of equal weight; b likewise, any number
 * @param options repeats: number of deals, so that the least p-value is 1/(1 + repeats); seed
 * @throws out-of-range, incompatible (unequal weights), wrong-shape; what the distance throws
 * @cost (1 + repeats) distances
 * @accuracy p-values are uniform under the null, by a Kolmogorov–Smirnov bound (permutation-test.test.ts)
 * @source derived (exchangeability)
 */
export function permutationTest(
  distance: (a: Law, b: Law) => number,
  a: PointCloud,
  b: PointCloud,
  { repeats, seed }: NullOptions,
): PermutationResult {
  requireUsable(a, b, repeats);
  const { d } = a;
  const total = a.m + b.m;
  const pool = new Float64Array(total * d);
  pool.set(a.points);
  pool.set(b.points, a.m * d);
  const order = Uint32Array.from({ length: total }, (_, i) => i);
  const split = (): number => distance(pick(pool, d, order.subarray(0, a.m)), pick(pool, d, order.subarray(a.m)));
  const value = split();
  const values = new Float64Array(repeats);
  let reached = 0;
  for (let r = 0; r < repeats; r++) {
    const random = stream({ seed, purpose: "permutation test", run: r });
    for (let i = total - 1; i > 0; i--) {
      const j = random.integer(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    values[r] = split();
    if (values[r]! >= value) reached++;
  }
  return { value, pValue: (1 + reached) / (1 + repeats), null: bandOf(values) };
}
