import { InputError } from "../../foundation/errors/index.js";
import { momentsOf } from "../../foundation/law/index.js";
import { trace } from "../../foundation/linear-algebra/index.js";
import type { Law, PointCloud } from "../../laws/contract.js";

/** A length, or a rule that takes it from the two laws. */
export type Bandwidth = number | "spread" | "median";

/** 5,000 pooled points have 12.5 million distances, 100 MB. */
const maxMedianPoints = 5000;

function refuse(code: "incompatible" | "out-of-range", rule: string, got: string): never {
  throw new InputError({ code, who: "mmd", rule, got, fix: 'Take bandwidth: "spread", or give a number' });
}

/** h² = tr Cov of the half-and-half mixture of the laws, = ½E|X − X'|² for X, X' drawn from it. */
function squaredSpread(a: Law, b: Law): number {
  const [first, second] = [a, b].map((law) => (law.kind === "gaussian" ? law : momentsOf(law)));
  let shift = 0;
  for (let k = 0; k < a.d; k++) shift += (first!.mean[k]! - second!.mean[k]!) ** 2;
  return 0.5 * (trace(first!.cov, a.d) + trace(second!.cov, a.d)) + 0.25 * shift;
}

function pairDistances(a: PointCloud, b: PointCloud): Float64Array {
  const { d } = a;
  const n = a.m + b.m;
  const points = new Float64Array(n * d);
  points.set(a.points.subarray(0, a.m * d));
  points.set(b.points.subarray(0, b.m * d), a.m * d);
  const out = new Float64Array((n * (n - 1)) / 2);
  let at = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      let square = 0;
      for (let k = 0; k < d; k++) square += (points[i * d + k]! - points[j * d + k]!) ** 2;
      out[at++] = square;
    }
  }
  return out;
}

/** Pairs of points that coincide. */
function coincidences({ d, points }: PointCloud, counts: Map<string, number>): number {
  let pairs = 0;
  for (let i = 0; i * d < points.length; i++) {
    const key = points.subarray(i * d, (i + 1) * d).join();
    const met = counts.get(key) ?? 0;
    pairs += met;
    counts.set(key, met + 1);
  }
  return pairs;
}

/**
 * Refuses two laws whose points have no median distance, without measuring it.
 * @throws incompatible (a Gaussian, unequal weights), out-of-range (too many points, or most of them coincide)
 * @cost N, for N pooled points
 */
export function requireMedian(a: Law, b: Law): asserts a is PointCloud {
  if (a.kind === "gaussian" || b.kind === "gaussian") {
    refuse("incompatible", "the median distance needs two clouds", "a Gaussian");
  }
  for (const { weights } of [a, b]) {
    if (weights.some((weight) => weight !== weights[0])) {
      refuse("incompatible", "the median distance needs points of equal weight", "unequal weights");
    }
  }
  const n = a.m + b.m;
  if (n > maxMedianPoints)
    refuse("out-of-range", `the median distance takes at most ${maxMedianPoints} points`, `${n}`);
  const counts = new Map<string, number>();
  const zeros = coincidences(a, counts) + coincidences(b, counts);
  if (zeros > (n * (n - 1)) >> 2)
    refuse("out-of-range", "the median distance must be positive", "0, for most points coincide");
}

function squaredMedian(a: Law, b: Law): number {
  requireMedian(a, b);
  const squares = pairDistances(a, b as PointCloud).sort();
  const half = squares.length >> 1;
  const root = (k: number): number => Math.sqrt(squares[k]!);
  const median = squares.length % 2 === 1 ? root(half) : 0.5 * (root(half - 1) + root(half));
  // Points apart by less than the root of the least number.
  if (median === 0) refuse("out-of-range", "the median distance must be positive", "0, for most points coincide");
  return median * median;
}

/**
 * h² of a pair of laws.
 * @returns 0 only for two equal points under "spread"
 * @throws incompatible ("median" with a Gaussian or unequal weights), out-of-range ("median" of too many points, or 0)
 * @cost "spread": m·d² for clouds; "median": N²·(d/2 + log N) for N pooled points, memory 4·N² bytes
 * @source derived (definitions)
 */
export function squaredBandwidth(bandwidth: Bandwidth, a: Law, b: Law): number {
  if (bandwidth === "spread") return squaredSpread(a, b);
  if (bandwidth === "median") return squaredMedian(a, b);
  return bandwidth * bandwidth;
}
