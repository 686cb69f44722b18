import { hostname } from "node:os";
import { type CellOutcome, type CellValues, canonicalValue, failedCell, runCell } from "@meanfield/core/experiment";
import {
  bestChunks,
  type CellRow,
  type ChunkName,
  canonicalJson,
  chunkLabel,
  chunksName,
  joinPath,
  listChunks,
  listLoose,
  looseName,
  type RowSource,
  runsName,
  type StoredChunk,
  writeRows,
  writeRun,
} from "@meanfield/results";
import { recordOf } from "../output/run-record.js";
import { cellExperiment, cellId, type SweepContext } from "./sweep-context.js";

/** Code of a cell whose worker was lost again and again while it computed it. */
export const workerLost = "worker-lost";

/** One chunk to compute. */
export interface ChunkWork {
  readonly place: Pick<ChunkName, "stage" | "index" | "key">;
  /** Coordinates of its cells, in order. */
  readonly cells: readonly (readonly number[])[];
  /** Whether every cell is announced before it begins: after a worker was lost, to know in which one. */
  readonly careful: boolean;
  /** Cells that are not to be tried again: index in the chunk → why. */
  readonly lost: Readonly<Record<number, string>>;
}

/** What a chunk took. */
export interface ChunkReport {
  readonly name: ChunkName;
  readonly seconds: number;
  /** Of these, spent in binding and running cells. */
  readonly inCells: number;
  readonly computed: number;
  readonly reused: number;
  /** Cells that do not meet what they expect. */
  readonly unmet: number;
  /** What was slower than it could be in the cells computed now, and why. */
  readonly notices: readonly string[];
  readonly host: string;
}

export interface ChunkHooks {
  /** Called before a cell is computed; may wait. @throws to stop: the rows so far are then kept. */
  onCell(k: number): Promise<void>;
  /** Seconds of computing after which the rows of an unfinished chunk are written. */
  readonly keepEvery: number;
}

/** Thrown by `onCell` to end a chunk early. */
export class ChunkStopped extends Error {}

/** The row of an outcome. A failed cell carries its document, so that it can be run alone. */
function rowOf(context: SweepContext, id: string | null, values: CellValues, outcome: CellOutcome): CellRow {
  const { status, code = null, message = null, columns } = outcome;
  const spec = status === "failed" ? canonicalJson(canonicalValue(context.plan.document(values))) : null;
  return { id, status, code, message, spec, values, columns };
}

/** Writes the run directory of a cell that asks for one. */
async function keepRun(context: SweepContext, id: string, outcome: CellOutcome, seconds: number): Promise<void> {
  if (!context.plan.keepRuns || outcome.result === undefined) return;
  const { io, directory } = context;
  const runs = joinPath(directory, runsName);
  await io.makeDirectory(runs);
  const started = new Date(Date.now() - 1000 * seconds);
  const record = recordOf(id, { result: outcome.result, analysis: outcome.analysis ?? {}, seconds }, started);
  await writeRun(io, joinPath(runs, id), record);
}

interface ComputedCell {
  readonly notices: readonly string[];
  readonly row: CellRow;
  readonly reused: boolean;
  readonly seconds: number;
}

async function computeCell(
  context: SweepContext,
  source: RowSource,
  at: readonly number[],
  lost: string | undefined,
): Promise<ComputedCell> {
  const values = context.plan.values(at);
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  let id: string | null = null;
  let outcome: CellOutcome;
  try {
    const bound = cellExperiment(context, values);
    id = await cellId(context, bound);
    const found = await source.find(id);
    if (found !== undefined) return { row: { ...found, values }, reused: true, seconds: 0, notices: [] };
    outcome =
      lost === undefined
        ? runCell(bound, context.plan.measure)
        : { status: "failed", code: workerLost, message: lost, columns: {} };
    if (outcome.status === "done") await keepRun(context, id, outcome, seconds());
  } catch (error) {
    if (isOfTheDisk(error)) throw error;
    outcome = failedCell(error);
  }
  const notices = outcome.result?.backend.notices ?? [];
  return { row: rowOf(context, id, values, outcome), reused: false, seconds: seconds(), notices };
}

/** A full or read-only disk is no failure of a cell. */
function isOfTheDisk(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "unwritable" || error.code === "unreadable");
}

/**
 * Removes what the finished chunk replaces: its parts in loose/, and other files of it in chunks/ that are worse. All
 * writers agree which one is best, so two of them cannot remove each other's.
 */
async function removeReplaced({ io, directory }: SweepContext, label: string): Promise<void> {
  const isOurs = ({ name }: StoredChunk) => chunkLabel(name) === label;
  const whole = (await listChunks(io, directory)).filter(isOurs);
  const best = bestChunks(whole).get(label);
  const parts = best === undefined ? [] : (await listLoose(io, directory)).filter(isOurs);
  for (const other of [...whole, ...parts]) if (other !== best) await io.remove(other.path);
}

/**
 * Computes one chunk and writes it: the one way a cell is ever computed, whatever the engine. Cells that lie finished
 * in other files are copied. The bytes of the chunk are a function of the plan alone.
 *
 * @throws InputError unwritable; ChunkStopped
 * @cost that of its missing cells, 0.5 ms a cell around them, two fsync for the file
 */
export async function computeChunk(
  context: SweepContext,
  source: RowSource,
  work: ChunkWork,
  hooks: ChunkHooks,
): Promise<ChunkReport> {
  const { io, directory, plan } = context;
  const start = performance.now();
  const rows: CellRow[] = [];
  const notices = new Set<string>();
  let reused = 0;
  let inCells = 0;
  let written = start;
  let part: StoredChunk | undefined;
  const keep = async () => {
    const longer = await writeRows(io, directory, looseName, work.place, plan.columns, rows);
    if (part !== undefined && part.path !== longer.path) await io.remove(part.path);
    part = longer;
  };
  await source.refresh();
  for (const [k, at] of work.cells.entries()) {
    try {
      await hooks.onCell(k);
    } catch (error) {
      if (error instanceof ChunkStopped && rows.length > reused) await keep();
      throw error;
    }
    const cell = await computeCell(context, source, at, work.lost[k]);
    rows.push(cell.row);
    inCells += cell.seconds;
    for (const notice of cell.notices) notices.add(notice);
    if (cell.reused) reused++;
    const now = performance.now();
    if (k < work.cells.length - 1 && now - written > 1000 * hooks.keepEvery) {
      await keep();
      written = performance.now();
    }
  }
  const stored = await writeRows(io, directory, chunksName, work.place, plan.columns, rows);
  await removeReplaced(context, chunkLabel(work.place));
  const seconds = (performance.now() - start) / 1000;
  const unmet = rows.filter(({ columns }) => columns["expect.ok"] === false).length;
  const computed = rows.length - reused;
  return { name: stored.name, seconds, inCells, computed, reused, unmet, notices: [...notices], host: hostname() };
}
