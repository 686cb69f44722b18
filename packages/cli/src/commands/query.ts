import { resolve } from "node:path";
import {
  bestChunks,
  distancesName,
  ensembleName,
  joinPath,
  listChunks,
  type StoreIo,
  seriesName,
} from "@meanfield/results";
import type { Command } from "commander";
import { type FoundResults, findResults } from "../files/find-results.js";
import { nodeStoreIo } from "../files/node-store-io.js";
import { queryDuckdb } from "../optional/duckdb.js";
import { emit, emitJson } from "../output/emit.js";
import { textTable } from "../output/text-table.js";

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A literal of a file pattern: DuckDB reads *, ? and [ in paths. */
const literalPath = (path: string): string => quoted(path.replace(/[*?[\]]/g, "[$&]"));

function runsView({ runs }: FoundResults): string {
  const rows = runs.map(({ directory, manifest }) => {
    const { id, spec, started, seconds, versions } = manifest;
    const title = typeof spec["title"] === "string" ? quoted(spec["title"]) : "null";
    const ok = manifest.expect.every((line) => line.ok);
    const texts = [id, directory, started, versions["@meanfield/core"] ?? "", JSON.stringify(spec)].map(quoted);
    const [identity, place, begun, version, document] = texts;
    return `(${identity}, ${place}, ${title}, ${begun}, ${seconds}, ${ok}, ${version}, ${document})`;
  });
  const columns = "id, directory, title, started, seconds, expect_ok, version, spec";
  const values = rows.length > 0 ? rows.join(", ") : "(null, null, null, null, null, null, null, null)";
  return `create table runs as select * from (values ${values}) as t(${columns}) where id is not null`;
}

/** A table of all runs that have a file, with the run's id and directory in front; nothing where none has it. */
function tableView({ runs }: FoundResults, name: string, file: string): string[] {
  const having = runs.filter(({ manifest }) => manifest.files[file] !== undefined);
  if (having.length === 0) return [];
  // Absolute: DuckDB tells the paths of patterns in its own way, and these only this way are the same.
  const paths = having.map(({ directory }) => resolve(joinPath(directory, file)));
  const keys = having.map(
    ({ directory, manifest }, k) => `(${quoted(paths[k]!)}, ${quoted(manifest.id)}, ${quoted(directory)})`,
  );
  const files = `(values ${keys.join(", ")}) as f(path, id, directory)`;
  const read = `read_parquet([${paths.map(literalPath).join(", ")}], filename = true)`;
  return [
    `create view ${name} as select f.id, f.directory, s.* exclude (filename) from ${read} as s join ${files} on s.filename = f.path`,
  ];
}

/** Cells of all sweeps that have any; chunks may differ in columns. */
async function cellsView(io: StoreIo, { sweeps }: FoundResults): Promise<string[]> {
  const chunks = await Promise.all(sweeps.map(async (directory) => bestChunks(await listChunks(io, directory))));
  const paths = chunks.flatMap((best) => [...best.values()].map(({ path }) => literalPath(path)));
  if (paths.length === 0) return [];
  const read = `read_parquet([${paths.join(", ")}], union_by_name = true, filename = true)`;
  const directory = "regexp_replace(filename, '[/\\\\]chunks[/\\\\][^/\\\\]*$', '') as directory";
  return [`create view cells as select ${directory}, * exclude (filename) from ${read}`];
}

/** `meanfield query SQL [DIR…]`. */
export function addQuery(program: Command): void {
  program
    .command("query")
    .summary("ask runs and sweeps in SQL (DuckDB)")
    .description(
      "Answers one SQL statement over every finished run and every sweep below the directories. Tables: runs, series, distances, ensemble, cells. Needs the package @duckdb/node-api.",
    )
    .argument("<sql>", "one statement")
    .argument("[dirs...]", "directories of runs and sweeps (default: results)")
    .option("--json", "print the rows as one JSON document on stdout")
    .addHelpText(
      "after",
      `
Examples:
  meanfield query "select title, seconds from runs order by seconds desc"
  meanfield query "select id, max(value) from series where series = 'trace' group by id" results
  meanfield query "select * from cells limit 5" results/phase-map --json`,
    )
    .action(async (sql: string, directories: string[], flags: { json?: boolean }) => {
      const io = nodeStoreIo();
      const found = await findResults(io, directories.length > 0 ? directories : ["results"]);
      const views = [
        runsView(found),
        ...tableView(found, "series", seriesName),
        ...tableView(found, "distances", distancesName),
        ...tableView(found, "ensemble", ensembleName),
        ...(await cellsView(io, found)),
      ];
      const { columns, rows } = await queryDuckdb(views, sql);
      if (flags.json) {
        return emitJson(rows.map((row) => Object.fromEntries(columns.map((name, k) => [name, row[k]]))));
      }
      emit(
        textTable(
          columns,
          rows.map((row) => row.map((value) => (value === null ? "" : String(value)))),
        ),
      );
    });
}
