import type { RunResult, Series } from "@meanfield/core/experiment";
import type { PlotOptions } from "@observablehq/plot";
import { panelOptions } from "../drawing/axes.js";
import { compose } from "../drawing/compose.js";
import { bandMarks, curveMarks, endLabels } from "../drawing/curves.js";
import {
  itemSize,
  lastTime,
  readable,
  requireRun,
  sampleSentence,
  sentence,
  stopSentence,
  unitSuffix,
} from "../drawing/describe.js";
import { depthAxis, valueAxis } from "../drawing/scale.js";
import { columnWidth, pageWidth } from "../drawing/style.js";
import { markScripts } from "../drawing/typeset.js";
import type { Figure, FigureKind, FigureSource } from "../figure.js";
import { bandSentence, type LevelCurve, levelCurves, levelLegend } from "./level-curves.js";

const longest = 6;
const ownFigure = new Set(["spectrum", "trace", "overlap-histogram"]);
const panelHeight = 170;

/** Names of the series that are scalars or short vectors in every level that has them. */
function seriesNames(run: RunResult): string[] {
  const all = Object.values(run.levels).flatMap((level) => Object.entries(level.series));
  const short = ([name, series]: [string, Series]): boolean =>
    !ownFigure.has(name) && series.t.length > 0 && itemSize(series) <= longest;
  const names = [...new Set(all.filter(short).map(([name]) => name))];
  return names.filter((name) => all.every(([other, series]) => other !== name || itemSize(series) <= longest));
}

function componentLabels(curves: readonly LevelCurve[]): { t: number; value: number; label: string }[] {
  const level = curves[0]!.level;
  const own = curves.filter((curve) => curve.level === level);
  if (own.length === 1) return [];
  return own.map((curve) => ({
    t: curve.t[curve.t.length - 1]!,
    value: curve.value[curve.value.length - 1]!,
    label: String(curve.component + 1),
  }));
}

function panelOf(run: RunResult, name: string, bottom: boolean): { options: PlotOptions; curves: LevelCurve[] } {
  const curves = levelCurves(run, (level) => run.levels[level]!.series[name], longest, name);
  const unit = Object.values(run.levels).find((level) => level.series[name] !== undefined)!.series[name]!.unit;
  const y = valueAxis(
    curves.flatMap((curve) => [...Array.from(curve.value), ...(curve.band?.low ?? []), ...(curve.band?.high ?? [])]),
    "auto",
    4,
  );
  const labels = endLabels(componentLabels(curves), y, panelHeight - 50);
  const x = depthAxis(0, lastTime(run) || 1, 4);
  const frame = {
    x,
    y,
    xLabel: bottom ? "depth $t$" : "",
    yLabel: `${readable(name)}${unitSuffix(unit)}`,
    width: pageWidth / 2,
  };
  return {
    options: panelOptions({ ...frame, marginRight: labels.length > 0 ? 22 : 12 }, [
      ...curves.flatMap((curve) => (curve.band ? bandMarks(curve.t, curve.band, curve.style.colour, y) : [])),
      ...curveMarks(curves, y),
      ...labels,
    ]),
    curves,
  };
}

function draw(source: FigureSource): Figure {
  const run = requireRun(source, "series-by-depth");
  const names = seriesNames(run);
  const panels = names.map((name, i) => panelOf(run, name, i >= names.length - 2));
  const all = panels.flatMap((panel) => panel.curves);
  const docs = names.map((name) => {
    const doc = Object.values(run.levels).find((level) => level.series[name] !== undefined)!.series[name]!.doc;
    return doc === "" ? readable(name) : `${readable(name)}: ${markScripts(doc.replace(/\.$/, ""))}`;
  });
  return compose({
    name: "series-by-depth",
    title: "Observables by depth",
    caption: sentence(
      "Observables by depth",
      sampleSentence(run),
      docs.join("; "),
      bandSentence(run, all),
      stopSentence(run),
    ),
    width: names.length === 1 ? columnWidth : pageWidth,
    panelHeight,
    columns: 2,
    legend: levelLegend(run, all),
    panels: panels.map((panel) => panel.options),
  });
}

/** Every scalar or short vector series, all levels together, one panel for each. */
export const seriesByDepth: FigureKind = {
  name: "series-by-depth",
  doc: "Every scalar or short vector observable against depth, one panel each, all levels together",
  applies: ({ run }) => run !== undefined && seriesNames(run).length > 0,
  draw,
};
