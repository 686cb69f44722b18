import { type RegimeName, type RegimeStatistics, regimeStatistics } from "@meanfield/core/analysis/regime";
import { InputError } from "@meanfield/core/foundation/errors";
import { type CellRow, chunkLabel, readChunk } from "@meanfield/results";
import { storedChunks, walkStages } from "./stages.js";
import type { SweepContext } from "./sweep-context.js";

/** Statistics of the regimes of cells that share a value of the grouping column. */
export interface RegimeGroup {
  /** Null where nothing is grouped by. */
  readonly value: unknown;
  /** Cells that failed, and are in no frequency. */
  readonly failed: number;
  /** Absent where every cell failed. */
  readonly statistics?: RegimeStatistics;
}

/** Rows of chunks that are stored, in the order of the plan. */
async function storedRows(context: SweepContext): Promise<readonly CellRow[]> {
  const stored = await storedChunks(context);
  const rows: CellRow[] = [];
  for await (const stage of walkStages(context)) {
    for (const chunk of stage.chunks) {
      const file = stored.get(chunkLabel(chunk));
      if (file !== undefined) rows.push(...(await readChunk(context.io, file)));
    }
  }
  return rows;
}

function groupOf(value: unknown, rows: readonly CellRow[]): RegimeGroup {
  const number = (row: CellRow, key: string) => {
    const found = row.columns[`analysis.regime.${key}`];
    return typeof found === "number" ? { [key]: found } : {};
  };
  const done = rows.filter(({ status }) => status === "done");
  const cells = done.map((row) => ({
    verdict: row.columns["analysis.regime.verdict"] as RegimeName,
    ...number(row, "tStar"),
    ...number(row, "tError"),
    ...number(row, "rank"),
  }));
  return {
    value,
    failed: rows.length - done.length,
    ...(cells.length > 0 && { statistics: regimeStatistics(cells) }),
  };
}

function refuse(rule: string, got: string, fix: string): never {
  throw new InputError({ code: "incompatible", who: "status --regimes", rule, got, fix });
}

/**
 * Frequencies of regimes and ranks with Wilson intervals, and the t*, of the cells that are there.
 *
 * @param by a swept column that makes the groups; all cells are one group when left out
 * @throws InputError incompatible: rows without a verdict, a column that no cell has
 */
export async function regimesOf(context: SweepContext, by: string | undefined): Promise<readonly RegimeGroup[]> {
  const rows = await storedRows(context);
  const measured = rows.filter(({ status }) => status === "done");
  const verdict = "analysis.regime.verdict";
  if (measured.length === 0)
    refuse("cells must have been computed", "none", "Run the sweep, or wait for its first chunk");
  if (measured.some(({ columns }) => typeof columns[verdict] !== "string")) {
    refuse(
      `every row must have ${verdict}`,
      "rows without",
      "Put measure: [analysis] into the sweep, with Gaussian tokens",
    );
  }
  if (by === undefined) return [groupOf(null, rows)];
  const names = Object.keys(rows[0]!.values);
  if (!names.includes(by)) refuse("it must name a column of the sweep", by, `Its columns are ${names.join(", ")}`);
  const groups = new Map<string, CellRow[]>();
  for (const row of rows) {
    const key = JSON.stringify(row.values[by] ?? null);
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [row]);
    else members.push(row);
  }
  return [...groups].map(([value, members]) => groupOf(JSON.parse(value), members));
}
