import { InputError } from "@meanfield/core/foundation/errors";
import * as Plot from "@observablehq/plot";
import { panelOptions } from "../drawing/axes.js";
import { compose } from "../drawing/compose.js";
import { sentence } from "../drawing/describe.js";
import { columnWidth, ink, palette, ribbonFill } from "../drawing/style.js";
import { zeroContour } from "../drawing/zero-contour.js";
import type { Figure, LegendEntry } from "../figure.js";
import { labelOf } from "./column-label.js";
import { type FigureTable, numberAt, requireColumn, type TableRow } from "./figure-table.js";
import { axisOf, borders, requireOneEach } from "./heat-map.js";

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
  across: ReturnType<typeof borders>,
  upwards: ReturnType<typeof borders>,
): Plot.Markish[] {
  const margins = new Map(rows.map((row) => [`${numberAt(row, x)} ${numberAt(row, y)}`, numberAt(row, column)]));
  const to = (log: boolean) => (log ? Math.log : (v: number) => v);
  const from = (log: boolean) => (log ? Math.exp : (v: number) => v);
  const segments = zeroContour(across.values.map(to(across.log)), upwards.values.map(to(upwards.log)), (i, j) =>
    margins.get(`${across.values[i]} ${upwards.values[j]}`),
  ).map(({ x1, y1, x2, y2 }) => ({
    x1: from(across.log)(x1),
    y1: from(upwards.log)(y1),
    x2: from(across.log)(x2),
    y2: from(upwards.log)(y2),
  }));
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
  const { x, y, verdict = verdictColumn } = options;
  for (const column of [x, y, verdict, ...(options.zero === undefined ? [] : [options.zero])])
    requireColumn(table.columns, column);
  const zero = options.zero ?? (table.columns.includes(marginColumn) ? marginColumn : undefined);
  const cells = table.rows.map((row) => ({ x: numberAt(row, x)!, y: numberAt(row, y)!, word: wordAt(row, verdict) }));
  requireOneEach(cells, options);
  const words = ordered(cells.flatMap(({ word }) => (word === undefined ? [] : [word])));
  const [across, upwards] = [borders(cells.map((cell) => cell.x)), borders(cells.map((cell) => cell.y))];
  const rects = cells.map((cell) => {
    const [i, j] = [across.values.indexOf(cell.x), upwards.values.indexOf(cell.y)];
    const colour = cell.word === undefined ? ribbonFill : colourOf(cell.word, words);
    return { x1: across.edges[i]!, x2: across.edges[i + 1]!, y1: upwards.edges[j]!, y2: upwards.edges[j + 1]!, colour };
  });
  const boundary = zero === undefined ? [] : boundaryMarks(table, options, zero, across, upwards);
  const count = (word: string) => cells.filter((cell) => cell.word === word).length;
  const legend: LegendEntry[] = words.map((word) => ({ kind: "ribbon", label: word, colour: colourOf(word, words) }));
  if (cells.some(({ word }) => word === undefined))
    legend.push({ kind: "ribbon", label: "no verdict", colour: ribbonFill });
  if (boundary.length > 0) legend.push({ kind: "line", label: "theory", colour: palette.black });
  const frame = {
    x: axisOf(across),
    y: axisOf(upwards),
    xLabel: labelOf(x),
    yLabel: labelOf(y),
    width: columnWidth,
  };
  const rect = { x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill: (cell: { colour: string }) => cell.colour } as const;
  const panel = panelOptions(frame, [
    Plot.rect(rects, { ...rect, shapeRendering: "crispEdges", clip: true }),
    ...boundary,
    Plot.frame({ stroke: ink, strokeWidth: 0.8 }),
  ]);
  return compose({
    name: "regime-map",
    title: `Regimes by ${labelOf(x)} and ${labelOf(y)}`,
    caption: sentence(
      table.title,
      `regimes by ${x} (across) and ${y} (upwards)`,
      `${cells.length} places: ${words.map((word) => `${count(word)} ${word}`).join(", ")}`,
      boundary.length > 0 ? `line: where ${zero} is 0, interpolated between the places` : "",
    ),
    width: columnWidth,
    panelHeight: 270,
    columns: 1,
    legend,
    panels: [{ ...panel, x: { ...panel.x, type: frame.x.type } }],
  });
}
