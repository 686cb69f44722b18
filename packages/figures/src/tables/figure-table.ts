import { InputError, nearestOf, show } from "@meanfield/core/foundation/errors";
import type { Grid } from "./tiles.js";

/** One row of a table: column → number, text, or null where there is none. */
export type TableRow = Readonly<Record<string, unknown>>;

/** Rows of a sweep, read from its store. */
export interface FigureTable {
  readonly title: string;
  /** What the rows come from, for captions: cells, seeds, repeats, backend and version. */
  readonly source?: string;
  /** Of columns whose grid was refined: the grid they began with. */
  readonly grids?: Readonly<Record<string, Grid>>;
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
}

/** The number in a column, undefined where there is none. @throws InputError wrong-type */
export function numberAt(row: TableRow, column: string): number | undefined {
  const value = row[column];
  if (value === null || value === undefined) return undefined;
  if (typeof value === "number") return value;
  const rule = `the column ${column} must hold numbers`;
  throw new InputError({ code: "wrong-type", who: "figure", rule, got: show(value) });
}

/** @throws InputError unknown-name, with the nearest column */
export function requireColumn(columns: readonly string[], column: string): void {
  if (columns.includes(column)) return;
  // One name for all depths of a series, or they would fill the page.
  const names = [...new Set(columns.map((name) => name.replace(/@.*$/, "@<t>")))];
  throw new InputError({
    code: "unknown-name",
    who: "figure",
    rule: `there is no column "${column}" in this sweep`,
    fix: `Did you mean "${nearestOf(column, columns)}"? There are ${names.slice(0, 30).join(", ")}${names.length > 30 ? ", …" : ""}`,
    details: { columns },
  });
}

/** The columns `<value>@<t>` in the order of t. @throws InputError unknown-name */
export function timesOf(columns: readonly string[], value: string): { readonly t: number; readonly column: string }[] {
  const prefix = `${value}@`;
  const found = columns
    .filter((column) => column.startsWith(prefix))
    .map((column) => ({ t: Number(column.slice(prefix.length)), column }));
  if (found.length === 0) requireColumn(columns, `${prefix}<t>`);
  return found.sort((a, b) => a.t - b.t);
}
