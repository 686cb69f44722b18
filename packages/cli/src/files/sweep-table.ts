import { basename, resolve } from "node:path";
import { InputError } from "@meanfield/core/foundation/errors";
import type { FigureTable, TableRow } from "@meanfield/figures";
import { cellRecords, readCells, readSweepManifest, type StoreIo } from "@meanfield/results";
import { gridsOf, sourceText } from "./sweep-source.js";

/** Rows with this value in a column; numbers are compared as numbers, to twelve digits. */
export interface Where {
  readonly column: string;
  readonly value: string;
}

function matches(row: TableRow, { column, value }: Where): boolean {
  const found = row[column];
  if (typeof found !== "number") return String(found) === value;
  // A range makes 3.0000000000000004 of what a user writes as 3.
  return Math.abs(found - Number(value)) <= 1e-12 * Math.abs(found);
}

/** One of the values of every column named: several values of one column are alternatives. */
function isWanted(row: TableRow, where: readonly Where[]): boolean {
  return where.every(({ column }) => where.some((one) => one.column === column && matches(row, one)));
}

/**
 * The rows of a sweep that are done, in the order of its plan, under the title of its file; columns of all chunks by name.
 * @throws InputError unreadable, empty (also where one value of `where` has no row)
 */
export async function readSweepTable(io: StoreIo, directory: string, where: readonly Where[]): Promise<FigureTable> {
  const { manifest, document } = await readSweepManifest(io, directory);
  const { columns, rows: all } = cellRecords(await readCells(io, directory));
  const done = all.filter((row) => row["status"] === "done");
  const rows = done.filter((row) => isWanted(row, where));
  const vain = where.find((one) => !done.some((row) => matches(row, one)));
  if (vain !== undefined || rows.length === 0) {
    throw new InputError({
      code: "empty",
      who: directory,
      rule: "a figure needs rows that are done",
      got: vain === undefined ? `none of ${all.length}` : `none with ${vain.column} = ${vain.value}`,
      fix: `See meanfield status ${directory}`,
    });
  }
  const { title } = manifest.document;
  const drawn = { columns, rows, cells: all.length, failed: all.length - done.length };
  const grids = gridsOf(document);
  return {
    title: typeof title === "string" ? title : basename(resolve(directory)),
    source: sourceText(manifest, drawn),
    ...(grids === undefined ? {} : { grids }),
    columns,
    rows,
  };
}
