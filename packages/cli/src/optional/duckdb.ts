import { InputError } from "@meanfield/core/foundation/errors";
import { loadOptional } from "./load-optional.js";

/** What is used of @duckdb/node-api. */
interface Reader {
  deduplicatedColumnNames(): string[];
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
    return { columns: reader.deduplicatedColumnNames(), rows: reader.getRowsJson() };
  } catch (error) {
    throw new InputError({
      code: "syntax",
      who: "query",
      rule: (error as Error).message.trim().replace(/\.$/, ""),
      fix: "Columns of the tables runs, series, distances, ensemble and cells: see docs/results.md, or describe …",
    });
  } finally {
    connection.closeSync();
  }
}
