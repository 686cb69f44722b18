import { InputError } from "@meanfield/core/foundation/errors";
import * as Plot from "@observablehq/plot";
import { panelOptions } from "../drawing/axes.js";
import { compose } from "../drawing/compose.js";
import { sentence } from "../drawing/describe.js";
import { type Axis, depthAxis, extent, formatNumber, valueAxis } from "../drawing/scale.js";
import { columnWidth, palette, ramp, ribbonFill } from "../drawing/style.js";
import type { Figure, LegendEntry } from "../figure.js";
import { type FigureTable, numberAt, requireColumn, type TableRow, timesOf } from "./figure-table.js";

/** What is drawn over what. */
export interface HeatMapOptions {
  /** Column of numbers, across. */
  readonly x: string;
  /** Column of numbers, upwards; `t` for the depths at which `value` was recorded. */
  readonly y: string;
  /** Column of numbers, as darkness. */
  readonly value: string;
  /** Columns that give a height for each x: what theory says, drawn as lines. */
  readonly boundaries?: readonly string[];
}

interface Cell {
  readonly x: number;
  readonly y: number;
  readonly value: number | undefined;
}

/** Every place of the map: one for each row, or one for each row and depth. */
function cellsOf({ rows, columns }: FigureTable, { x, y, value }: HeatMapOptions): Cell[] {
  for (const column of [x, ...(y === "t" ? [] : [y, value])]) requireColumn(columns, column);
  if (y !== "t")
    return rows.map((row) => ({ x: numberAt(row, x)!, y: numberAt(row, y)!, value: numberAt(row, value) }));
  const times = timesOf(columns, value);
  return rows.flatMap((row) => times.map((t) => ({ x: numberAt(row, x)!, y: t.t, value: numberAt(row, t.column) })));
}

function requireOneEach(cells: readonly Cell[], { x, y }: HeatMapOptions): void {
  const seen = new Set<string>();
  for (const cell of cells) {
    const place = `${cell.x} ${cell.y}`;
    if (seen.has(place)) {
      throw new InputError({
        code: "conflict",
        who: "figure heat-map",
        rule: "every place of the map needs one row",
        got: `several at ${x} = ${cell.x}, ${y} = ${cell.y}`,
        fix: "Other columns vary too: choose one of their values with --where column=value",
      });
    }
    seen.add(place);
  }
}

/** Values in order with borders half-way between them; on a log axis half-way in the logarithm. */
function borders(values: Iterable<number>): {
  readonly values: number[];
  readonly edges: number[];
  readonly log: boolean;
} {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  const log = sorted[0]! > 0 && sorted.at(-1)! / sorted[0]! > 100;
  const [to, from] = log ? [Math.log, Math.exp] : [(v: number) => v, (v: number) => v];
  const places = sorted.map(to);
  const first = places.length > 1 ? places[1]! - places[0]! : 1;
  const last = places.length > 1 ? places.at(-1)! - places.at(-2)! : 1;
  const inner = places.slice(1).map((place, k) => (place + places[k]!) / 2);
  return { values: sorted, edges: [places[0]! - first / 2, ...inner, places.at(-1)! + last / 2].map(from), log };
}

function axisOf({ edges, log }: ReturnType<typeof borders>): Axis {
  const [low, high] = [edges[0]!, edges.at(-1)!];
  return log ? valueAxis([low, high], "log") : depthAxis(low, high);
}

function boundaryMarks(
  rows: readonly TableRow[],
  { x }: HeatMapOptions,
  column: string,
  colour: string,
): Plot.Markish[] {
  const points = rows.flatMap((row) => {
    const [at, height] = [numberAt(row, x), numberAt(row, column)];
    return at === undefined || height === undefined ? [] : [{ x: at, y: height }];
  });
  points.sort((a, b) => a.x - b.x);
  const line = { x: "x", y: "y", clip: true } as const;
  // A pale line below keeps the dark one visible on dark cells.
  return [
    Plot.line(points, { ...line, stroke: "#ffffff", strokeWidth: 3 }),
    Plot.line(points, { ...line, stroke: colour, strokeWidth: 1.5 }),
  ];
}

const boundaryColours = [palette.vermillion, palette.orange, palette.green] as const;

/**
 * A map of `value` over two columns of a table, with lines of theory: cells are drawn where the rows are, places without
 * a value are grey.
 * @throws InputError unknown-name, conflict (several rows at one place), empty
 */
export function heatMap(table: FigureTable, options: HeatMapOptions): Figure {
  const cells = cellsOf(table, options);
  requireOneEach(cells, options);
  const [across, upwards] = [borders(cells.map((cell) => cell.x)), borders(cells.map((cell) => cell.y))];
  const [low, high] = extent(cells.flatMap((cell) => (cell.value === undefined ? [] : [cell.value])));
  const shade = (value: number) => ramp(high > low ? (value - low) / (high - low) : 0.5);
  const rects = cells.map((cell) => {
    const [i, j] = [across.values.indexOf(cell.x), upwards.values.indexOf(cell.y)];
    return {
      x1: across.edges[i]!,
      x2: across.edges[i + 1]!,
      y1: upwards.edges[j]!,
      y2: upwards.edges[j + 1]!,
      colour: cell.value === undefined ? ribbonFill : shade(cell.value),
    };
  });
  for (const column of options.boundaries ?? []) requireColumn(table.columns, column);
  const boundaries = (options.boundaries ?? []).map((column, k) => ({ column, colour: boundaryColours[k % 3]! }));
  const legend: LegendEntry[] = [0, 0.5, 1].map((u) => ({
    kind: "ribbon" as const,
    label: `${u === 0 ? `${options.value} ` : ""}${formatNumber(low + u * (high - low), 3)}`,
    colour: ramp(u),
  }));
  if (cells.some((cell) => cell.value === undefined))
    legend.push({ kind: "ribbon", label: "no value", colour: ribbonFill });
  for (const { column, colour } of boundaries) legend.push({ kind: "line", label: column, colour });
  const rect = { x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill: (cell: { colour: string }) => cell.colour } as const;
  const [x, y] = [axisOf(across), axisOf(upwards)];
  const frame = { x, y, xLabel: options.x, yLabel: options.y === "t" ? "depth $t$" : options.y, width: columnWidth };
  const panel = panelOptions(frame, [
    Plot.rect(rects, { ...rect, shapeRendering: "crispEdges", clip: true }),
    ...boundaries.flatMap(({ column, colour }) => boundaryMarks(table.rows, options, column, colour)),
  ]);
  const panelX = { ...panel.x, type: x.type };
  return compose({
    name: "heat-map",
    title: `${options.value} by ${options.x} and ${options.y}`,
    caption: sentence(table.title, `${options.value} by ${options.x} and ${options.y}, ${cells.length} places`),
    width: columnWidth,
    panelHeight: 260,
    columns: 1,
    legend,
    panels: [{ ...panel, x: panelX }],
  });
}
