import { InputError } from "@meanfield/core/foundation/errors";
import { wilsonInterval } from "@meanfield/core/foundation/statistics";
import * as Plot from "@observablehq/plot";
import { type Frame, panelOptions } from "../drawing/axes.js";
import { compose } from "../drawing/compose.js";
import { sentence } from "../drawing/describe.js";
import { type Axis, depthAxis, formatNumber } from "../drawing/scale.js";
import { columnWidth, fontSize, ink, pageWidth, palette } from "../drawing/style.js";
import type { Figure } from "../figure.js";
import { type ColumnLabels, labelOf } from "./column-label.js";
import { type FigureTable, numberAt, requireColumn, type TableRow } from "./figure-table.js";

export interface RankHistogramOptions {
  /** Column of ranks; `analysis.regime.rank` when left out. */
  readonly rank?: string;
  /** Column whose values get a panel each. */
  readonly by?: string;
  readonly labels?: ColumnLabels;
}

const confidence = 0.95;
const mostPanels = 9;

interface Bar {
  /** −1: cells without a rank. */
  readonly rank: number;
  readonly count: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** Shares of all cells, those without a rank among them, so that what was not decided cannot flatter what was. */
export function rankBars(rows: readonly TableRow[], column: string): Bar[] {
  const ranks = rows.map((row) => numberAt(row, column) ?? -1);
  return [...new Set(ranks)]
    .sort((a, b) => a - b)
    .map((rank) => {
      const count = ranks.filter((one) => one === rank).length;
      const { low, high } = wilsonInterval(count, ranks.length, confidence);
      return { rank, count, share: count / ranks.length, low, high };
    });
}

function panelOf(bars: readonly Bar[], x: Axis, frame: Omit<Frame, "x" | "y">): Plot.PlotOptions {
  // Room for the counts on top of full bars.
  const whole = depthAxis(0, 1.16);
  const y = { ...whole, ticks: whole.ticks.filter((share) => share <= 1) };
  const place = { x: "rank" } as const;
  return panelOptions({ ...frame, x, y }, [
    Plot.rect(
      bars.map((bar) => ({ ...bar, x1: bar.rank - 0.38, x2: bar.rank + 0.38, y1: 0 })),
      { x1: "x1", x2: "x2", y1: "y1", y2: "share", fill: palette.sky },
    ),
    Plot.ruleX(bars, { ...place, y1: "low", y2: "high", stroke: ink, strokeWidth: 1.1 }),
    Plot.text(bars, {
      ...place,
      y: "high",
      text: (bar: Bar) => String(bar.count),
      dy: -7,
      fontSize,
      fill: ink,
    }),
  ]);
}

function groupsOf(
  { rows }: FigureTable,
  by: string | undefined,
  labels: ColumnLabels | undefined,
): { readonly title?: string; readonly rows: readonly TableRow[] }[] {
  if (by === undefined) return [{ rows }];
  const values = [...new Set(rows.map((row) => row[by]))];
  const sorted = values.every((value) => typeof value === "number") ? values.toSorted((a, b) => a - b) : values;
  if (sorted.length > mostPanels) {
    const rule = `at most ${mostPanels} panels fit on a page`;
    throw new InputError({
      code: "out-of-range",
      who: "figure rank-histogram",
      rule,
      got: `${sorted.length} values of ${by}`,
      fix: "Choose some with --where column=value",
    });
  }
  const word = (value: unknown) => (typeof value === "number" ? formatNumber(value, 3) : String(value));
  return sorted.map((value) => ({
    title: `${labelOf(by, labels)} = ${word(value)}`,
    rows: rows.filter((row) => row[by] === value),
  }));
}

/**
 * How often each limiting rank came out over the rows of a sweep, as shares of all rows with Wilson's intervals of 95 %,
 * and counts on top; rows without a rank (undecided, growing, turning) have a bar of their own.
 * @throws InputError unknown-name, wrong-type, out-of-range (too many panels)
 */
export function rankHistogram(table: FigureTable, options: RankHistogramOptions = {}): Figure {
  const { rank = "analysis.regime.rank", by, labels } = options;
  for (const column of [rank, ...(by === undefined ? [] : [by])]) requireColumn(table.columns, column);
  const groups = groupsOf(table, by, labels).map(({ title, rows }) => ({ title, bars: rankBars(rows, rank) }));
  const ranks = groups.flatMap(({ bars }) => bars.map((bar) => bar.rank));
  const [first, last] = [Math.min(...ranks), Math.max(...ranks)];
  const ticks = Array.from({ length: last - first + 1 }, (_, k) => first + k);
  const x = { ...depthAxis(first - 0.6, last + 0.6), ticks, format: (v: number) => (v < 0 ? "none" : String(v)) };
  const columns = Math.min(3, groups.length);
  const width = groups.length === 1 ? columnWidth : pageWidth;
  const panels = groups.map(({ title, bars }, k) =>
    panelOf(bars, x, {
      xLabel: k >= groups.length - columns ? "limiting rank" : "",
      yLabel: k % columns === 0 ? "share" : "",
      width: width / columns,
      ...(title === undefined ? {} : { title }),
    }),
  );
  const unranked = ranks.includes(-1);
  return compose({
    name: "rank-histogram",
    title: "Limiting ranks of the covariance",
    caption: sentence(
      table.title,
      `rank of the limit of $Σ$, or of $Σ/|Σ|$ under blow-up, over ${table.rows.length} models`,
      "an eigenvalue counts as vanishing where its trend in log $t$ falls, or below $10^{-9}$ of the largest",
      "lines are Wilson intervals of 95 %, numbers are counts",
      unranked ? "none: no limit" : "",
      table.source ?? "",
    ),
    width,
    panelHeight: 200,
    columns,
    legend: [],
    panels,
  });
}
