import { nullBand } from "../distances/shared/null-band.js";
import type { BoundLevel } from "../dynamics/index.js";
import { SolveError } from "../foundation/errors/index.js";
import { cloudOf, isExact, momentsOf } from "../foundation/law/index.js";
import { trace } from "../foundation/linear-algebra/index.js";
import type { Law, PointCloud } from "../laws/contract.js";
import type { BoundMetric, Comparison } from "./resolve-comparison.js";
import type { DistanceSeries } from "./result.js";

/** The states of one level at the comparison's times; a level that stopped has fewer. */
export interface LevelStates {
  readonly level: BoundLevel;
  readonly t: Float64Array;
  /** Shape [k, size of the state]. */
  readonly states: Float64Array;
}

type Size = number | "law";

/** The law whose own sampling noise is the yardstick: the exact one where there is one, else both clouds pooled. */
function yardstick(a: Law, b: Law): Law {
  if (isExact(a)) return a;
  if (isExact(b)) return b;
  return pooled(a as PointCloud, b as PointCloud);
}

function pooled(a: PointCloud, b: PointCloud): PointCloud {
  const points = new Float64Array(a.points.length + b.points.length);
  points.set(a.points);
  points.set(b.points, a.points.length);
  return cloudOf(points, a.m + b.m, a.d);
}

/** √tr Σ of a law. */
function spreadOf(law: Law): number {
  const { cov, d } = law.kind === "gaussian" ? law : momentsOf(law);
  return Math.sqrt(trace(cov, d));
}

const sizeOf = (law: Law): Size => (law.kind === "gaussian" || isExact(law) ? "law" : law.m);

/** Under which name the bands of a law are shared: that of its level; undefined for a pool of two samples. */
function bandOwner(a: LevelStates, b: LevelStates, one: Law, other: Law): string | undefined {
  if (isExact(one)) return a.level.name;
  return isExact(other) ? b.level.name : undefined;
}

/** Law of a level at its k-th comparison time. */
function lawAt(one: LevelStates, k: number): Law {
  const size = one.level.problem.y0.length;
  return one.level.law(one.states.subarray(k * size, (k + 1) * size));
}

/** A time that both levels have reached, with the index in each. */
interface CommonTime {
  readonly t: number;
  readonly i: number;
  readonly j: number;
}

function commonTimes(a: LevelStates, b: LevelStates): CommonTime[] {
  const index = new Map(Array.from(b.t, (t, j) => [t, j] as const));
  const common: CommonTime[] = [];
  a.t.forEach((t, i) => {
    const j = index.get(t);
    if (j !== undefined) common.push({ t, i, j });
  });
  return common;
}

/** Called after each distance with its null band, so that progress can be shown and a cancel can take effect. */
export type Tick = () => void;

/** Measures at one time after the other; where the numerics of a distance fail, says so and leaves the rest. */
function untilFailure(
  common: readonly CommonTime[],
  measure: (at: CommonTime, k: number) => void,
): DistanceSeries["failed"] {
  for (const [k, at] of common.entries()) {
    try {
      measure(at, k);
    } catch (error) {
      if (!(error instanceof SolveError)) throw error;
      return { t: at.t, code: error.code, message: error.message };
    }
  }
  return undefined;
}

function distanceSeries(
  metric: BoundMetric,
  a: LevelStates,
  b: LevelStates,
  { nullRepeats }: Comparison,
  seed: number,
  bands: Map<string, ReturnType<typeof nullBand>>,
  tick: Tick,
): DistanceSeries {
  const common = commonTimes(a, b);
  const column = () => new Float64Array(common.length);
  const [value, spread, median, low, high] = [column(), column(), column(), column(), column()];
  let n = 0;
  const measure = ({ t, i, j }: CommonTime, k: number): void => {
    const [one, other] = [lawAt(a, i), lawAt(b, j)];
    const law = yardstick(one, other);
    value[k] = metric.between(one, other);
    spread[k] = spreadOf(law);
    const sizes = { a: sizeOf(one), b: sizeOf(other) };
    for (const size of [sizes.a, sizes.b]) if (size !== "law") n = size;
    if (nullRepeats > 0 && n > 0) {
      const owner = bandOwner(a, b, one, other);
      const key = owner && `${owner} ${metric.name} ${t} ${[sizes.a, sizes.b].sort().join(" ")}`;
      const band = (key && bands.get(key)) || nullBand(metric.between, law, sizes, { repeats: nullRepeats, seed });
      if (key) bands.set(key, band);
      [median[k], low[k], high[k]] = [band.median, band.low, band.high];
    }
    tick();
  };
  const failed = untilFailure(common, measure);
  const measured = common.filter(({ t }) => failed === undefined || t < failed.t).length;
  const [t, cut] = [Float64Array.from(common, (one) => one.t), (all: Float64Array) => all.subarray(0, measured)];
  const banded = nullRepeats > 0 && n > 0 && measured > 0;
  return {
    t: cut(t),
    value: cut(value),
    spread: cut(spread),
    unit: metric.unit,
    ...(banded ? { null: { median: cut(median), low: cut(low), high: cut(high), n, repeats: nullRepeats } } : {}),
    ...(failed === undefined ? {} : { failed }),
  };
}

/** How many distances `compareLevels` will compute at most: for progress. */
export function comparisonSize(levels: number, comparison: Comparison): number {
  return ((levels * (levels - 1)) / 2) * comparison.metrics.length * comparison.times.length;
}

/**
 * Every metric between every pair of levels it can measure, at the times both have reached. Each value comes with the band of the same
 * metric between independent samples of one law at the same n (against the exact law where one level is exact). A distance
 * whose numerics fail at some time (`SolveError`) ends there with the reason under `failed`.
 *
 * @cost pairs × metrics × times × (1 + repeats) distances; bands against one Gaussian are shared between pairs
 */
export function compareLevels(levels: readonly LevelStates[], comparison: Comparison, seed: number, tick: Tick) {
  const distances: Record<string, Record<string, DistanceSeries>> = {};
  const bands = new Map<string, ReturnType<typeof nullBand>>();
  for (let i = 0; i < levels.length; i++) {
    for (let j = i + 1; j < levels.length; j++) {
      const [a, b] = [levels[i]!, levels[j]!];
      const byMetric: Record<string, DistanceSeries> = {};
      for (const metric of comparison.metrics) {
        if (!metric.measures(a.level, b.level)) continue;
        byMetric[metric.name] = distanceSeries(metric, a, b, comparison, seed, bands, tick);
      }
      distances[`${a.level.name}|${b.level.name}`] = byMetric;
    }
  }
  return distances;
}
