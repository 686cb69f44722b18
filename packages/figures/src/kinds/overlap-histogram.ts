import type { RunResult } from "@meanfield/core/experiment";
import * as Plot from "@observablehq/plot";
import { panelOptions } from "../drawing/axes.js";
import { compose } from "../drawing/compose.js";
import { itemSize, readable, requireRun, sampleSentence, sentence } from "../drawing/describe.js";
import { depthAxis, extent, formatNumber } from "../drawing/scale.js";
import { columnWidth, pageWidth, ramp } from "../drawing/style.js";
import type { Figure, FigureKind, FigureSource } from "../figure.js";

const seriesName = "overlap-histogram";

/** Borders of the cells around the times: midpoints inside, half a step beyond at both ends. */
function borders(t: Float64Array): number[] {
  if (t.length === 1) return [t[0]! - 0.5, t[0]! + 0.5];
  const middle = Array.from({ length: t.length - 1 }, (_, i) => (t[i]! + t[i + 1]!) / 2);
  return [t[0]!, ...middle, t.at(-1)!];
}

function panelOf(run: RunResult, name: string, largest: number, width: number): Plot.PlotOptions {
  const series = run.levels[name]!.series[seriesName]!;
  const bins = itemSize(series);
  const edges = borders(series.t);
  const cells = Array.from(series.value.data, (value, index) => {
    const [k, bin] = [Math.floor(index / bins), index % bins];
    const bottom = -1 + (2 * bin) / bins;
    return {
      x1: edges[k]!,
      x2: edges[k + 1]!,
      y1: bottom,
      y2: bottom + 2 / bins,
      colour: ramp(Math.sqrt(value / largest)),
      value,
    };
  }).filter((cell) => cell.value > 0);
  const rect = { x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill: (cell: { colour: string }) => cell.colour } as const;
  const x = depthAxis(edges[0]!, edges.at(-1)!, 4);
  const frame = {
    x,
    y: depthAxis(-1, 1, 4),
    xLabel: "depth $t$",
    yLabel: "overlap $⟨x_i, x_j⟩$",
    width,
    title: readable(name),
  };
  return panelOptions(frame, [Plot.rect(cells, { ...rect, shapeRendering: "crispEdges" })]);
}

function withHistogram(run: RunResult): string[] {
  return Object.entries(run.levels)
    .filter(([, level]) => (level.series[seriesName]?.t.length ?? 0) > 0)
    .map(([name]) => name);
}

function draw(source: FigureSource): Figure {
  const run = requireRun(source, "overlap-histogram");
  const names = withHistogram(run);
  const [, top] = extent(names.flatMap((name) => Array.from(run.levels[name]!.series[seriesName]!.value.data)));
  const largest = top > 0 ? top : 1;
  const width = names.length === 1 ? columnWidth : pageWidth / 2;
  return compose({
    name: seriesName,
    title: "Overlaps between tokens by depth",
    caption: sentence(
      "Histogram of the overlaps between tokens by depth",
      sampleSentence(run),
      "darkness grows like the square root of the share",
    ),
    width: names.length === 1 ? columnWidth : pageWidth,
    panelHeight: 220,
    columns: 2,
    legend: [0.04, 0.25, 1].map((share, i) => ({
      kind: "ribbon" as const,
      label: `${i === 0 ? "share of pairs " : ""}${formatNumber(share * largest, 2)}`,
      colour: ramp(Math.sqrt(share)),
    })),
    panels: names.map((name) => panelOf(run, name, largest, width)),
  });
}

/** Histogram of the overlaps ⟨x_i, x_j⟩ on [−1, 1] by depth, as a heat map. */
export const overlapHistogram: FigureKind = {
  name: seriesName,
  doc: "Histogram of the overlaps between tokens against depth, as a heat map",
  applies: ({ run }) => run !== undefined && withHistogram(run).length > 0,
  draw,
};
