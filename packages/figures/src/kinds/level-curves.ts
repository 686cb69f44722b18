import type { EnsembleSeries, RunResult, Series } from "@meanfield/core/experiment";
import type { NdArray } from "@meanfield/core/foundation/shapes";
import type { Curve } from "../drawing/curves.js";
import { column, isFiniteLevel, levelStyles, readable } from "../drawing/describe.js";
import { type Axis, extent, valueAxis } from "../drawing/scale.js";
import type { LegendEntry } from "../figure.js";

/** A curve that knows its level and its component. */
export interface LevelCurve extends Curve {
  readonly level: string;
  readonly component: number;
  /** Of an ensemble, whose mean the curve is. */
  readonly band?: { readonly low: Float64Array; readonly high: Float64Array };
}

/** One component of one of several statistics that lie behind each other. */
function part({ shape, data }: NdArray, which: number, component: number): Float64Array {
  const [rows, k] = shape as [number, number];
  const cells = data.length / rows;
  const size = cells / k;
  return Float64Array.from({ length: k }, (_, i) => data[which * cells + i * size + component]!);
}

/** Mean of one component over the repeats, between its outermost quantiles, or a standard deviation on both sides. */
export function ensembleCurve(
  { t, mean, sd, quantiles }: EnsembleSeries,
  component: number,
): Required<Pick<LevelCurve, "t" | "value" | "band">> {
  const value = part({ shape: [1, ...mean.shape], data: mean.data }, 0, component);
  const last = (quantiles?.at.length ?? 0) - 1;
  if (quantiles !== undefined && last > 0) {
    return {
      t,
      value,
      band: { low: part(quantiles.value, 0, component), high: part(quantiles.value, last, component) },
    };
  }
  const deviation = part({ shape: [1, ...sd.shape], data: sd.data }, 0, component);
  return {
    t,
    value,
    band: { low: value.map((m, i) => m - deviation[i]!), high: value.map((m, i) => m + deviation[i]!) },
  };
}

/** What the bands around curves of ensembles are; empty where there are none. */
export function bandSentence(run: RunResult, curves: readonly LevelCurve[]): string {
  const banded = curves.filter((curve) => curve.band !== undefined);
  if (banded.length === 0) return "";
  const repeats = [...new Set(banded.map((curve) => run.levels[curve.level]!.ensemble!.repeats))].join(", ");
  return `mean over ${repeats} repeats; bands between the outermost quantiles asked for (5–95 % by default), or one standard deviation where none were`;
}

/** Curves of a series in every level that has it; components 0 … `limit` − 1. Of an ensemble its mean, with a band. */
export function levelCurves(
  run: RunResult,
  pick: (level: string) => Series | undefined,
  limit: number,
  name?: string,
): LevelCurve[] {
  const styles = levelStyles(run);
  return Object.entries(run.levels).flatMap(([level, result], index) => {
    const series = pick(level);
    if (series === undefined || series.t.length === 0) return [];
    const size = series.value.data.length / series.t.length;
    const ensemble = name === undefined ? undefined : result.ensemble?.series[name];
    return Array.from({ length: Math.min(size, limit) }, (_, component) => ({
      level,
      component,
      t: series.t,
      value: column(series, component),
      ...(ensemble !== undefined && ensemble.t.length > 0 ? ensembleCurve(ensemble, component) : {}),
      style: styles[level]!,
      shift: index,
      stopped: result.outcome.status !== "completed",
    }));
  });
}

/** One legend line for each level that occurs. */
export function levelLegend(run: RunResult, curves: readonly LevelCurve[]): LegendEntry[] {
  const styles = levelStyles(run);
  const names = [...new Set(curves.map((curve) => curve.level))];
  return names.map((name) => {
    const { colour, dash, marker } = styles[name]!;
    const finish = { ...(dash === undefined ? {} : { dash }), ...(marker === undefined ? {} : { marker }) };
    return { kind: "line" as const, label: readable(name), colour, ...finish };
  });
}

const decadesAbove = 0.7;
/** On a linear axis: times the largest value of the finite clouds, or of the start where there are none. */
const linearRoom = { cloud: 1.15, start: 10 } as const;

/** The value at which the axis of escaping curves ends; infinite where nothing needs an end. */
function axisLimit(run: RunResult, curves: readonly LevelCurve[], kind: "log" | "linear"): number {
  const finite = curves
    .filter((curve) => isFiniteLevel(run.levels[curve.level]!))
    .flatMap((curve) => Array.from(curve.value));
  if (finite.some((value) => value > 0))
    return extent(finite)[1] * (kind === "log" ? 10 ** decadesAbove : linearRoom.cloud);
  if (kind === "log") return Number.POSITIVE_INFINITY;
  return linearRoom.start * Math.max(...curves.map((curve) => curve.value[0]!));
}

/**
 * The axis of curves of which some escape to infinity: it ends .7 decades above the largest value of the finite clouds (a
 * linear one 15 % above, or at ten times the start where there are none), so that those keep their shape. `cut` is true
 * when a curve goes beyond; `hidden` counts values without a place on a log axis.
 */
export function escapingAxis(
  run: RunResult,
  curves: readonly LevelCurve[],
  kind: "log" | "linear" = "log",
): { axis: Axis; cut: boolean; hidden: number } {
  const all = curves.flatMap((curve) => Array.from(curve.value));
  const limit = axisLimit(run, curves, kind);
  const shown = all.filter((value) => value <= limit);
  const cut = shown.length < all.length;
  const log = kind === "log" && all.some((value) => value > 0);
  const axis = valueAxis(cut ? [...shown, limit] : shown, log ? "log" : "linear");
  return { axis, cut, hidden: log ? all.filter((value) => value <= 0).length : 0 };
}

/** What the caption says of values without a place on the axis. */
export function hiddenSentence(cut: boolean, hidden: number): string {
  const said: string[] = [];
  if (cut)
    said.push(
      "axes end above the finite clouds, or above the start where there are none; curves that escape leave them",
    );
  if (hidden > 0) said.push(`${hidden} values ≤ 0 have no place on the logarithmic axis`);
  return said.join("; ");
}
