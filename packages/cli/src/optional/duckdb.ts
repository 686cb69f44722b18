import { InputError } from "@meanfield/core/foundation/errors";
import { loadOptional } from "./load-optional.js";

/** What is used of @duckdb/node-api. */
interface Reader {
  deduplicatedColumnNames(): string[];
  columnTypeId(column: number): number;
  getRowsJson(): unknown[][];
}
interface Connection {
  run(sql: string): Promise<unknown>;
  runAndReadAll(sql: string): Promise<Reader>;
  closeSync(): void;
}
interface Duckdb {
  readonly DuckDBInstance: { create(path: string): Promise<{ connect(): Promise<Connection> }> };
}

/** DuckDB's numbers of the integers of 64 and 128 bits, which it writes as texts: BIGINT, UBIGINT, HUGEINT, UHUGEINT. */
const longIntegers: readonly number[] = [5, 9, 16, 32];

/** Rows with counts as numbers; an integer that no number holds stays a text. */
function rowsOf(reader: Reader, columns: number): readonly (readonly unknown[])[] {
  const isLong = Array.from({ length: columns }, (_, k) => longIntegers.includes(reader.columnTypeId(k)));
  const plain = (value: unknown, k: number) =>
    isLong[k] && typeof value === "string" && Number.isSafeInteger(Number(value)) ? Number(value) : value;
  return reader.getRowsJson().map((row) => row.map(plain));
}

/** Rows of an answer, with the names of their columns. */
export interface QueryAnswer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/**
 * Answers one SQL statement over views.
 * @param views statements that make them
 * @throws InputError missing (the package), syntax (what DuckDB says of the statement)
 */
export async function queryDuckdb(views: readonly string[], sql: string): Promise<QueryAnswer> {
  const { DuckDBInstance } = await loadOptional<Duckdb>("@duckdb/node-api", "query");
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  try {
    for (const view of views) await connection.run(view);
    const reader = await connection.runAndReadAll(sql);
    const columns = reader.deduplicatedColumnNames();
    return { columns, rows: rowsOf(reader, columns.length) };
  } catch (error) {
    throw new InputError({
      code: "syntax",
      who: "query",
      // DuckDB shows the line and its place twice.
      rule: (error as Error).message.trim().replace(/(\n\nLINE [\s\S]*)\1$/, "$1"),
      fix: 'The tables are runs, series, distances, ensemble and cells; their columns: "describe cells"',
    });
  } finally {
    connection.closeSync();
  }
}
