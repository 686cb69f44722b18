import type { DistanceSeries, RunResult } from "@meanfield/core/experiment";
import { panelOptions } from "../drawing/axes.js";
import { compose } from "../drawing/compose.js";
import { type Curve, curveMarks, ribbonMarks } from "../drawing/curves.js";
import {
  lastDepth,
  readable,
  requireRun,
  sampleSentence,
  sentence,
  theoryRules,
  unitSuffix,
} from "../drawing/describe.js";
import { type Axis, depthAxis, valueAxis } from "../drawing/scale.js";
import { columnWidth, curveStyle, pageWidth, ribbonFill } from "../drawing/style.js";
import type { Figure, FigureKind, FigureSource, LegendEntry } from "../figure.js";

interface Entry {
  readonly pair: string;
  readonly series: DistanceSeries;
}

/** metric → the pairs that have it. */
function byMetric(run: RunResult): Map<string, Entry[]> {
  const found = new Map<string, Entry[]>();
  for (const [pair, metrics] of Object.entries(run.distances)) {
    for (const [metric, series] of Object.entries(metrics)) {
      if (series.t.length > 0) found.set(metric, [...(found.get(metric) ?? []), { pair, series }]);
    }
  }
  return found;
}

function pairLabel(pair: string): string {
  return pair.split("|").map(readable).join(" to ");
}

const decadesShown = 5;

/** Logarithmic when the values span over two decades; it ends five decades below the largest, above rounding errors. */
function axisOf(entries: readonly Entry[]): Axis {
  const values = entries.flatMap(({ series }) => [
    ...series.value,
    ...(series.null?.low ?? []),
    ...(series.null?.high ?? []),
  ]);
  const largest = Math.max(...values);
  const shown = values.filter((value) => value > largest * 10 ** -decadesShown);
  const spans = shown.length > 0 && largest > 100 * Math.min(...shown);
  return spans ? valueAxis(shown, "log") : valueAxis(values, "linear");
}

/** Pairs of levels against one law share their band: each band once. */
function differentBands(entries: readonly Entry[]): Entry[] {
  const seen = new Set<string>();
  return entries.filter(({ series }) => {
    const key = series.null === undefined ? "" : [...series.t, ...series.null.high].join(" ");
    if (key === "" || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function panelsOf(
  run: RunResult,
  source: FigureSource,
): { panels: ReturnType<typeof panelOptions>[]; hidden: number; pairs: string[] } {
  const metrics = [...byMetric(run)];
  const pairs = Object.keys(run.distances);
  const { rules } = theoryRules(run, source.analysis, false);
  const end = Math.max(...metrics.flatMap(([, entries]) => entries.map(({ series }) => series.t.at(-1)!)));
  const shownRules = rules.filter((rule) => rule.t <= 1.1 * end);
  const x = depthAxis(0, lastDepth(end, shownRules), 4);
  let hidden = 0;
  const width = metrics.length === 1 ? columnWidth : pageWidth / 2;
  const panels = metrics.map(([metric, entries], index) => {
    const y = axisOf(entries);
    if (y.type === "log") {
      hidden += entries.flatMap(({ series }) => [...series.value]).filter((value) => value < y.domain[0]).length;
    }
    const bands = differentBands(entries);
    const ribbons = bands.flatMap(({ series }) => ribbonMarks(series.t, series.null!, y, bands.length === 1));
    const curves = entries.map(
      ({ pair, series }): Curve => ({
        t: series.t,
        value: series.value,
        style: curveStyle(pairs.indexOf(pair), true, pairs.indexOf(pair)),
      }),
    );
    const bottom = index >= metrics.length - Math.min(2, metrics.length);
    const yLabel = `${readable(metric)}${unitSuffix(entries[0]!.series.unit)}`;
    const frame = { x, y, xLabel: bottom ? "depth $t$" : "", yLabel, width, rules: shownRules };
    return panelOptions(frame, [...ribbons, ...curveMarks(curves, y)]);
  });
  return { panels, hidden, pairs };
}

function draw(source: FigureSource): Figure {
  const run = requireRun(source, "distances-by-depth");
  const { panels, hidden, pairs } = panelsOf(run, source);
  const bands = [...byMetric(run).values()]
    .flat()
    .flatMap(({ series }) => (series.null === undefined ? [] : [series.null]));
  const lines = pairs.map((pair, i): LegendEntry => {
    const { colour, marker } = curveStyle(i, true, i);
    return { kind: "line", label: pairLabel(pair), colour, ...(marker === undefined ? {} : { marker }) };
  });
  const band = bands[0];
  const bandEntry: LegendEntry[] =
    band === undefined ? [] : [{ kind: "ribbon", label: "null band 5–95 %", colour: ribbonFill }];
  const bandSaid =
    band === undefined ? "" : `grey: 5–95 % band between samples of one law ($n$ = ${band.n}, ${band.repeats} repeats)`;
  const zero =
    hidden === 0 ? "" : `${hidden} distances lie below the axis (0 up to rounding, or five decades below the largest)`;
  const theory = theoryRules(run, source.analysis, false);
  return compose({
    name: "distances-by-depth",
    title: "Distances between the levels of description by depth",
    caption: sentence("Distances between levels by depth", sampleSentence(run), bandSaid, theory.said, zero),
    width: panels.length === 1 ? columnWidth : pageWidth,
    panelHeight: 210,
    columns: 2,
    legend: [...lines, ...bandEntry],
    panels,
  });
}

/** Every metric of every pair of levels by depth, with the band it has between samples of one law. */
export const distancesByDepth: FigureKind = {
  name: "distances-by-depth",
  doc: "Distances between levels against depth, with their null bands",
  applies: ({ run }) => run !== undefined && byMetric(run).size > 0,
  draw,
};
