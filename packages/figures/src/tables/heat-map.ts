import { InputError } from "@meanfield/core/foundation/errors";
import * as Plot from "@observablehq/plot";
import { panelOptions } from "../drawing/axes.js";
import { compose } from "../drawing/compose.js";
import { sentence } from "../drawing/describe.js";
import { extent, formatNumber } from "../drawing/scale.js";
import { ink, palette, ramp, ribbonFill } from "../drawing/style.js";
import type { Figure, LegendEntry } from "../figure.js";
import { type ColumnLabels, labelOf } from "./column-label.js";
import { type Facet, facetsOf, pageOf } from "./facets.js";
import { type FigureTable, numberAt, requireColumn, type TableRow, timesOf } from "./figure-table.js";
import { rulerOf, tilesOf } from "./tiles.js";

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
  /** Column whose values each have a panel. */
  readonly facet?: string | undefined;
  readonly labels?: ColumnLabels;
}

interface Cell {
  readonly x: number;
  readonly y: number;
  readonly value: number | undefined;
}

/** Every place of the map: one for each row, or one for each row and depth. */
function cellsOf({ rows, columns }: FigureTable, { x, y, value }: HeatMapOptions): Cell[] {
  if (x === "t" && !columns.includes("t")) {
    const rule = "the depths of records go upwards";
    throw new InputError({ code: "incompatible", who: "figure heat-map", rule, got: "--x t", fix: "Write --y t" });
  }
  for (const column of [x, ...(y === "t" ? [] : [y, value])]) requireColumn(columns, column);
  if (y !== "t")
    return rows.map((row) => ({ x: numberAt(row, x)!, y: numberAt(row, y)!, value: numberAt(row, value) }));
  const times = timesOf(columns, value);
  return rows.flatMap((row) => times.map((t) => ({ x: numberAt(row, x)!, y: t.t, value: numberAt(row, t.column) })));
}

export function requireOneEach(
  cells: readonly Pick<Cell, "x" | "y">[],
  { x, y }: Pick<HeatMapOptions, "x" | "y">,
): void {
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

interface Boundary {
  readonly column: string;
  readonly colour: string;
}

function boundariesOf({ columns }: FigureTable, { boundaries = [] }: HeatMapOptions): Boundary[] {
  for (const column of boundaries) requireColumn(columns, column);
  return boundaries.map((column, k) => ({ column, colour: boundaryColours[k % boundaryColours.length]! }));
}

function legendOf(
  cells: readonly Cell[],
  [low, high]: readonly [number, number],
  boundaries: readonly Boundary[],
  { value, labels }: HeatMapOptions,
): LegendEntry[] {
  const shades = high > low ? [0, 0.25, 0.5, 0.75, 1] : [0.5];
  const legend: LegendEntry[] = [{ kind: "text", label: labelOf(value, labels), colour: ink }];
  for (const u of shades)
    legend.push({ kind: "swatch", label: formatNumber(low + u * (high - low), 3), colour: ramp(u) });
  if (cells.some((cell) => cell.value === undefined))
    legend.push({ kind: "swatch", label: "no value", colour: ribbonFill });
  for (const { column, colour } of boundaries) legend.push({ kind: "line", label: labelOf(column, labels), colour });
  return legend;
}

/** What the panels of a map share. */
interface MapFrame {
  readonly options: HeatMapOptions;
  readonly boundaries: readonly Boundary[];
  readonly grids: FigureTable["grids"];
  readonly width: number;
  shade(value: number): string;
}

function panelOf({ title, rows }: Facet, cells: readonly Cell[], frame: MapFrame): Plot.PlotOptions {
  const { options, boundaries, grids, width, shade } = frame;
  const across = rulerOf(
    cells.map((cell) => cell.x),
    grids?.[options.x],
  );
  const upwards = rulerOf(
    cells.map((cell) => cell.y),
    grids?.[options.y],
  );
  const tiles = tilesOf(cells, across, upwards);
  const fill = ({ cell: { value } }: (typeof tiles)[number]) => (value === undefined ? ribbonFill : shade(value));
  const rect = { x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill } as const;
  const [x, y] = [across.axis, upwards.axis];
  const [xLabel, yLabel] = [labelOf(options.x, options.labels), labelOf(options.y, options.labels)];
  const panel = panelOptions({ x, y, xLabel, yLabel, width, ...(title === undefined ? {} : { title }) }, [
    Plot.rect(tiles, { ...rect, shapeRendering: "crispEdges", clip: true }),
    ...boundaries.flatMap(({ column, colour }) => boundaryMarks(rows, options, column, colour)),
  ]);
  return { ...panel, x: { ...panel.x, type: x.type } };
}

/**
 * A map of `value` over two columns of a table, with lines of theory: cells are drawn where the rows are, places without
 * a value are grey. With `facet` one panel for each value of a column, all in one scale of colours.
 * @throws InputError unknown-name, conflict (several rows at one place), empty, out-of-range (too many panels)
 */
export function heatMap(table: FigureTable, options: HeatMapOptions): Figure {
  const facets = facetsOf(table, options.facet, options.labels);
  const cells = facets.map(({ rows }) => cellsOf({ ...table, rows }, options));
  for (const some of cells) requireOneEach(some, options);
  const all = cells.flat();
  const [low, high] = extent(all.flatMap((cell) => (cell.value === undefined ? [] : [cell.value])));
  const boundaries = boundariesOf(table, options);
  const { width, columns } = pageOf(facets.length);
  const shade = (value: number) => ramp(high > low ? (value - low) / (high - low) : 0.5);
  const frame: MapFrame = { options, boundaries, grids: table.grids, width: width / columns, shade };
  const what = [options.value, options.x, options.y].map((column) => labelOf(column, options.labels));
  return compose({
    name: "heat-map",
    title: `${what[0]} by ${what[1]} and ${what[2]}`,
    caption: sentence(
      table.title,
      `${what[0]} by ${what[1]} (across) and ${what[2]} (upwards), ${all.length} places`,
      boundaries.length === 0
        ? ""
        : `lines: ${boundaries.map(({ column }) => labelOf(column, options.labels)).join(", ")}`,
      table.source ?? "",
    ),
    width,
    panelHeight: facets.length === 1 ? 260 : 200,
    columns,
    legend: legendOf(all, [low, high], boundaries, options),
    panels: facets.map((facet, k) => panelOf(facet, cells[k]!, frame)),
  });
}
