import type { LevelResult, RunResult } from "@meanfield/core/experiment";
import { momentsOf } from "@meanfield/core/foundation/law";
import { symmetricEigen } from "@meanfield/core/foundation/linear-algebra";
import { tokens } from "@meanfield/core/foundation/shapes";

/** Mean and covariance of a level at one saved depth. */
export interface CovarianceState {
  readonly t: number;
  readonly mean: Float64Array;
  /** Shape [d, d]. */
  readonly cov: Float64Array;
}

/** A level whose covariance is known at its saved depths: moments as they were saved, clouds by their own. */
export interface CovarianceLevel {
  readonly name: string;
  readonly d: number;
  readonly cloud: boolean;
  readonly states: readonly CovarianceState[];
}

function statesOf({ t, states }: LevelResult): { readonly d: number; readonly states: CovarianceState[] } | undefined {
  const { x, mean, cov } = states;
  if (x !== undefined) {
    const [, n, d] = x.shape as [number, number, number];
    if (n < 2) return undefined;
    const at = (k: number) => momentsOf(tokens(x.data.slice(k * n * d, (k + 1) * n * d), n, d));
    return { d, states: Array.from(t, (time, k) => ({ t: time, ...pick(at(k)) })) };
  }
  if (mean === undefined || cov === undefined) return undefined;
  const d = mean.shape[1]!;
  const part = (data: Float64Array, k: number, size: number) => data.subarray(k * size, (k + 1) * size);
  return {
    d,
    states: Array.from(t, (time, k) => ({ t: time, mean: part(mean.data, k, d), cov: part(cov.data, k, d * d) })),
  };
}

const pick = ({ mean, cov }: { mean: Float64Array; cov: Float64Array }) => ({ mean, cov });

/** The levels of a run with a covariance at its saved depths. @cost O(saved numbers·d) */
export function covarianceLevels(run: RunResult): CovarianceLevel[] {
  return Object.entries(run.levels).flatMap(([name, level]) => {
    const found = statesOf(level);
    return found === undefined || found.states.length === 0
      ? []
      : [{ name, cloud: level.states["x"] !== undefined, ...found }];
  });
}

/** Greatest eigenvalue of a covariance. */
export function largestEigenvalue(cov: Float64Array, d: number): number {
  return symmetricEigen(cov, d).values[d - 1]!;
}

/** The two directions in which a covariance is widest, their largest entry positive. */
export function widestPlane(cov: Float64Array, d: number): readonly [Float64Array, Float64Array] {
  const { vectors } = symmetricEigen(cov, d);
  const vector = (j: number): Float64Array => {
    const v = Float64Array.from({ length: d }, (_, a) => vectors[a * d + j]!);
    const largest = v.reduce((best, entry) => (Math.abs(entry) > Math.abs(best) ? entry : best), 0);
    return largest < 0 ? v.map((entry) => -entry) : v;
  };
  return [vector(d - 1), vector(d - 2)];
}

/** At most `most` of the depths saved by the level with the most, the first and the last among them, evenly chosen. */
export function shownDepths(levels: readonly CovarianceLevel[], most: number): number[] {
  const longest = levels.reduce((best, one) => (one.states.length > best.states.length ? one : best));
  const all = longest.states.map(({ t }) => t);
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, i) => all[Math.round((i * (all.length - 1)) / (most - 1))]!);
}

/** The state of a level at a depth, where it was saved there. */
export function stateAt({ states }: CovarianceLevel, t: number): CovarianceState | undefined {
  return states.find((state) => Math.abs(state.t - t) <= 1e-9 * Math.max(1, Math.abs(t)));
}

/**
 * How far from its mean a level is drawn: as far as one standard deviation of the finite clouds reaches, where there are
 * some, so that a law that escapes leaves the frame and they keep their shape; else six times as far as at the start.
 */
export function drawnReach(levels: readonly CovarianceLevel[], depths: readonly number[]): number {
  const reach = (own: readonly CovarianceLevel[], t: readonly number[]) =>
    own.flatMap((level) =>
      t.flatMap((time) => {
        const state = stateAt(level, time);
        return state === undefined ? [] : [Math.sqrt(largestEigenvalue(state.cov, level.d))];
      }),
    );
  const clouds = levels.filter(({ cloud }) => cloud);
  const most = Math.max(...reach(levels, depths));
  if (clouds.length > 0) return Math.max(...reach(clouds, depths), ...reach(levels, depths.slice(0, 1)));
  return Math.min(most, 6 * Math.max(...reach(levels, depths.slice(0, 1))));
}
