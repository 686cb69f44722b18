import { InputError } from "@meanfield/core/foundation/errors";
import { formatNumber } from "../drawing/scale.js";
import { columnWidth, pageWidth } from "../drawing/style.js";
import { type ColumnLabels, labelOf } from "./column-label.js";
import { type FigureTable, requireColumn, type TableRow } from "./figure-table.js";

/** Rows that share a value of the facet's column: one panel. */
export interface Facet {
  /** "beta = 4"; undefined where there is one panel for all. */
  readonly title: string | undefined;
  readonly rows: readonly TableRow[];
}

/** More panels than these tell nothing on a page. */
const mostFacets = 24;

/** `{"ngpt":{"alpha":0.5}}` as `ngpt, alpha 0.5`: a plug-in with plain parameters, as a row of a sweep holds it. */
function pluginText(text: string): string {
  const found = /^\{"([\w-]+)":\{("[\w-]+":[-\w.+"]+(?:,"[\w-]+":[-\w.+"]+)*)\}\}$/.exec(text);
  if (found === null) return text;
  return `${found[1]}, ${found[2]!.replaceAll('"', "").replaceAll(":", " ").replaceAll(",", ", ")}`;
}

/** A value as a title or a legend writes it. */
export const valueText = (value: unknown): string =>
  typeof value === "number" ? formatNumber(value) : pluginText(String(value));

const smaller = (a: unknown, b: unknown): number =>
  typeof a === "number" && typeof b === "number" ? a - b : String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;

/** The values of a column, numbers in their order. @throws InputError unknown-name */
export function valuesOf({ columns }: FigureTable, rows: readonly TableRow[], column: string): unknown[] {
  requireColumn(columns, column);
  return [...new Set(rows.map((row) => row[column]))].sort(smaller);
}

/** The table cut by the values of a column, in their order. @throws InputError unknown-name, out-of-range (too many) */
export function facetsOf(table: FigureTable, column: string | undefined, labels?: ColumnLabels): readonly Facet[] {
  if (column === undefined) return [{ title: undefined, rows: table.rows }];
  const values = valuesOf(table, table.rows, column);
  if (values.length > mostFacets) {
    throw new InputError({
      code: "out-of-range",
      who: "figure",
      rule: `a page holds at most ${mostFacets} panels`,
      got: `${values.length} values of ${column}`,
      fix: "Take a column with fewer values, or some of them with --where",
    });
  }
  return values.map((value) => ({
    title: `${labelOf(column, labels)} = ${valueText(value)}`,
    rows: table.rows.filter((row) => row[column] === value),
  }));
}

/** How many panels stand side by side, and how wide the figure is, in px. */
export function pageOf(panels: number): { readonly width: number; readonly columns: number } {
  if (panels === 1) return { width: columnWidth, columns: 1 };
  return { width: pageWidth, columns: panels === 2 || panels === 4 ? 2 : 3 };
}
