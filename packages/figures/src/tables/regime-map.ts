import { InputError } from "@meanfield/core/foundation/errors";
import * as Plot from "@observablehq/plot";
import { panelOptions } from "../drawing/axes.js";
import { compose } from "../drawing/compose.js";
import { sentence } from "../drawing/describe.js";
import { columnWidth, ink, palette, ribbonFill } from "../drawing/style.js";
import { zeroContour } from "../drawing/zero-contour.js";
import type { Figure, LegendEntry } from "../figure.js";
import { type ColumnLabels, labelOf } from "./column-label.js";
import { type FigureTable, numberAt, requireColumn, type TableRow } from "./figure-table.js";
import { requireOneEach } from "./heat-map.js";
import { type Ruler, rulerOf, tilesOf } from "./tiles.js";

/** What is drawn over what. */
export interface RegimeMapOptions {
  /** Column of numbers, across. */
  readonly x: string;
  /** Column of numbers, upwards. */
  readonly y: string;
  /** Column of words; `analysis.regime.verdict` when left out. */
  readonly verdict?: string;
  /** Column whose zeros are drawn as a line; `analysis.regime.blowUpMargin` when left out and there. */
  readonly zero?: string;
  readonly labels?: ColumnLabels;
}

const verdictColumn = "analysis.regime.verdict";
const marginColumn = "analysis.regime.blowUpMargin";

/** Colours of the regimes: cold where Σ stays, warm where it escapes; pale enough for a black line on top. */
const colours: Readonly<Record<string, string>> = {
  decays: "#BFE0F5",
  bounded: palette.blue,
  "low-rank-limit": palette.green,
  oscillates: palette.purple,
  grows: "#F4CE6A",
  "blow-up": palette.vermillion,
  undecided: "#ffffff",
};
const spare = [palette.sky, palette.orange, "#8c8c8c", palette.black] as const;

function colourOf(word: string, words: readonly string[]): string {
  const own = colours[word];
  if (own !== undefined) return own;
  const others = words.filter((one) => colours[one] === undefined);
  return spare[others.indexOf(word) % spare.length]!;
}

function wordAt(row: TableRow, column: string): string | undefined {
  const value = row[column];
  if (value === null || value === undefined) return undefined;
  if (typeof value === "string") return value;
  const rule = `the column ${column} must hold words`;
  throw new InputError({
    code: "wrong-type",
    who: "figure regime-map",
    rule,
    got: String(value),
    fix: "Numbers are drawn by a heat map",
  });
}

/** The order of regimes, then others by name. */
function ordered(words: Iterable<string>): string[] {
  const known = Object.keys(colours);
  const place = (word: string) => (known.indexOf(word) < 0 ? known.length : known.indexOf(word));
  return [...new Set(words)].sort((a, b) => place(a) - place(b) || a.localeCompare(b));
}

/** The zeros of a column over the grid, in the coordinates of the axes, as a dark line on a pale one. */
function boundaryMarks(
  { rows }: FigureTable,
  { x, y }: RegimeMapOptions,
  column: string,
  across: Ruler,
  upwards: Ruler,
): Plot.Markish[] {
  const margins = new Map(rows.map((row) => [`${numberAt(row, x)} ${numberAt(row, y)}`, numberAt(row, column)]));
  const valuesIn = (name: string) => [...new Set(rows.map((row) => numberAt(row, name)!))].sort((a, b) => a - b);
  const [xs, ys] = [valuesIn(x), valuesIn(y)];
  const to = ({ axis }: Ruler) => (axis.type === "log" ? Math.log : (v: number) => v);
  const from = ({ axis }: Ruler) => (axis.type === "log" ? Math.exp : (v: number) => v);
  const segments = zeroContour(xs.map(to(across)), ys.map(to(upwards)), (i, j) => margins.get(`${xs[i]} ${ys[j]}`)).map(
    ({ x1, y1, x2, y2 }) => ({
      x1: from(across)(x1),
      y1: from(upwards)(y1),
      x2: from(across)(x2),
      y2: from(upwards)(y2),
    }),
  );
  if (segments.length === 0) return [];
  const ends = { x1: "x1", y1: "y1", x2: "x2", y2: "y2", strokeLinecap: "round" } as const;
  return [
    Plot.link(segments, { ...ends, stroke: "#ffffff", strokeWidth: 4 }),
    Plot.link(segments, { ...ends, stroke: palette.black, strokeWidth: 1.8 }),
  ];
}

/**
 * A map of regimes over two columns of a sweep: one colour for each verdict, cells where the rows are, and the boundary
 * that theory draws, the zeros of a margin, interpolated between the rows.
 * @throws InputError unknown-name, conflict (several rows at one place), wrong-type
 */
export function regimeMap(table: FigureTable, options: RegimeMapOptions): Figure {
  const { x, y, verdict = verdictColumn, labels } = options;
  for (const column of [x, y, verdict, ...(options.zero === undefined ? [] : [options.zero])])
    requireColumn(table.columns, column);
  const zero = options.zero ?? (table.columns.includes(marginColumn) ? marginColumn : undefined);
  const cells = table.rows.map((row) => ({ x: numberAt(row, x)!, y: numberAt(row, y)!, word: wordAt(row, verdict) }));
  requireOneEach(cells, options);
  const words = ordered(cells.flatMap(({ word }) => (word === undefined ? [] : [word])));
  const across = rulerOf(
    cells.map((cell) => cell.x),
    table.grids?.[x],
  );
  const upwards = rulerOf(
    cells.map((cell) => cell.y),
    table.grids?.[y],
  );
  const tiles = tilesOf(cells, across, upwards);
  const fill = ({ cell: { word } }: (typeof tiles)[number]) =>
    word === undefined ? ribbonFill : colourOf(word, words);
  const boundary = zero === undefined ? [] : boundaryMarks(table, options, zero, across, upwards);
  const count = (word: string) => cells.filter((cell) => cell.word === word).length;
  const legend: LegendEntry[] = words.map((word) => ({ kind: "swatch", label: word, colour: colourOf(word, words) }));
  if (cells.some(({ word }) => word === undefined))
    legend.push({ kind: "swatch", label: "no verdict", colour: ribbonFill });
  if (boundary.length > 0) legend.push({ kind: "line", label: `${labelOf(zero!, labels)} = 0`, colour: palette.black });
  const frame = {
    x: across.axis,
    y: upwards.axis,
    xLabel: labelOf(x, labels),
    yLabel: labelOf(y, labels),
    width: columnWidth,
  };
  const rect = { x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill } as const;
  const panel = panelOptions(frame, [
    Plot.rect(tiles, { ...rect, shapeRendering: "crispEdges", clip: true }),
    ...boundary,
    Plot.frame({ stroke: ink, strokeWidth: 0.8 }),
  ]);
  return compose({
    name: "regime-map",
    title: `Regimes by ${labelOf(x, labels)} and ${labelOf(y, labels)}`,
    caption: sentence(
      table.title,
      `regimes by ${labelOf(x, labels)} (across) and ${labelOf(y, labels)} (upwards)`,
      `${cells.length} places: ${words.map((word) => `${count(word)} ${word}`).join(", ")}`,
      boundary.length > 0 ? `line: where ${labelOf(zero!, labels)} is 0, interpolated between the places` : "",
      table.source ?? "",
    ),
    width: columnWidth,
    panelHeight: 270,
    columns: 1,
    legend,
    panels: [{ ...panel, x: { ...panel.x, type: across.axis.type } }],
  });
}
