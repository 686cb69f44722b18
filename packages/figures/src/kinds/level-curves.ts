import type { RunResult, Series } from "@meanfield/core/experiment";
import type { Curve } from "../drawing/curves.js";
import { column, isFiniteLevel, levelStyles, readable } from "../drawing/describe.js";
import { type Axis, extent, valueAxis } from "../drawing/scale.js";
import type { LegendEntry } from "../figure.js";

/** A curve that knows its level and its component. */
export interface LevelCurve extends Curve {
  readonly level: string;
  readonly component: number;
}

/** Curves of a series in every level that has it; components 0 … `limit` − 1. */
export function levelCurves(run: RunResult, pick: (level: string) => Series | undefined, limit: number): LevelCurve[] {
  const styles = levelStyles(run);
  return Object.entries(run.levels).flatMap(([level, result], index) => {
    const series = pick(level);
    if (series === undefined || series.t.length === 0) return [];
    const size = series.value.data.length / series.t.length;
    return Array.from({ length: Math.min(size, limit) }, (_, component) => ({
      level,
      component,
      t: series.t,
      value: column(series, component),
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

/**
 * The log axis of curves of which some escape to infinity: it ends .7 decades above the largest value of the finite
 * clouds, so that those keep their shape. `cut` is true when a curve goes beyond.
 */
export function escapingAxis(
  run: RunResult,
  curves: readonly LevelCurve[],
): { axis: Axis; cut: boolean; hidden: number } {
  const all = curves.flatMap((curve) => Array.from(curve.value));
  const finite = curves
    .filter((curve) => isFiniteLevel(run.levels[curve.level]!))
    .flatMap((curve) => Array.from(curve.value));
  const limit = finite.some((value) => value > 0) ? extent(finite)[1] * 10 ** decadesAbove : Number.POSITIVE_INFINITY;
  const shown = all.filter((value) => value <= limit);
  const cut = shown.length < all.length;
  const positive = all.some((value) => value > 0);
  const axis = valueAxis(cut ? [...shown, limit] : shown, positive ? "log" : "linear");
  return { axis, cut, hidden: positive ? all.filter((value) => value <= 0).length : 0 };
}

/** What the caption says of values without a place on the axis. */
export function hiddenSentence(cut: boolean, hidden: number): string {
  const said: string[] = [];
  if (cut) said.push("the axis ends above the finite clouds, curves that escape leave it");
  if (hidden > 0) said.push(`${hidden} values ≤ 0 have no place on the logarithmic axis`);
  return said.join("; ");
}
