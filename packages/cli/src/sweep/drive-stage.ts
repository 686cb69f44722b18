import { appendFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import {
  chunkLabel,
  decodeColumns,
  joinPath,
  type PlannedChunk,
  type StoredChunk,
  verifiedBytes,
} from "@meanfield/results";
import { type ChunkReport, workerLost } from "./compute-chunk.js";
import type { Leases } from "./leases.js";
import type { Pool, Recruits } from "./pool.js";
import { type Resources, workersFor } from "./resources.js";
import { type PlannedStage, storedChunks } from "./stages.js";
import { coordinatesOf, type SweepContext } from "./sweep-context.js";

export const logName = "log.jsonl";

export interface DriveOptions {
  readonly workers: number;
  readonly resources: Resources;
  /** How often a chunk whose worker was lost is given to another before the cell is given up. */
  readonly retries: number;
  /** Workers that were started ahead. */
  readonly recruits?: Recruits;
  /** Compute failed cells again. */
  readonly redoFailed: boolean;
  /** What the driver asks before it gives out work. */
  readonly stopped: () => boolean;
  onProgress(done: number, cells: number, stage: number): void;
  tell(text: string): void;
}

export interface Tally {
  computed: number;
  reused: number;
  inCells: number;
  /** Chunk label → cells that do not meet what they expect, of the chunks that this driver computed. */
  readonly unmet: Map<string, number>;
  /** What was slower than it could be, and why. */
  readonly notices: Set<string>;
}

/** Seconds between two looks at chunks that other drivers have taken. */
const lookEvery = 0.5;

/** Whether a chunk is to be computed, with what there is of it. */
async function isMissing({ io }: SweepContext, stored: StoredChunk | undefined, redoFailed: boolean): Promise<boolean> {
  if (stored === undefined) return true;
  if (stored.name.failed === 0) return false;
  if (redoFailed) return true;
  const codes = await decodeColumns(await verifiedBytes(io, stored), ["error.code"], stored.path);
  return codes.some((row) => row["error.code"] === workerLost);
}

/**
 * Gives a chunk to workers until it is done, or stopped. After a loss it is computed carefully, to learn in which cell
 * workers end; a cell that costs too many is given up.
 */
async function computeThere(
  context: SweepContext,
  pool: Pool,
  stage: PlannedStage,
  chunk: PlannedChunk,
  { retries, tell, stopped }: DriveOptions,
): Promise<{ readonly report: ChunkReport; readonly memory: number } | undefined> {
  const cells = coordinatesOf(stage.cells, chunk.from, chunk.to);
  const lost: Record<number, string> = {};
  const losses = new Map<number, number>();
  let careful = false;
  while (!stopped()) {
    const outcome = await pool.compute({ place: chunk, cells, careful, lost });
    if (outcome.kind === "done") return outcome;
    if (outcome.kind === "stopped" || stopped()) return undefined;
    const { k, how } = outcome;
    careful = true;
    const count = k === undefined ? 0 : (losses.get(k) ?? 0) + 1;
    if (k !== undefined) losses.set(k, count);
    const where =
      k === undefined ? `chunk ${chunkLabel(chunk)}` : `cell ${JSON.stringify(context.plan.values(cells[k]!))}`;
    if (k !== undefined && count > retries) {
      lost[k] = `its worker ended (${how}) ${count} times while it computed this cell`;
      tell(`${where} is given up: ${lost[k]}`);
    } else tell(`a worker ended (${how}) in ${where}, which is computed again`);
  }
  return undefined;
}

async function note(context: SweepContext, { name, ...report }: ChunkReport): Promise<void> {
  const line = { chunk: chunkLabel(name), ...report, at: new Date().toISOString() };
  // What was measured on the way is no part of the results: a log that cannot be written must not end a sweep.
  await appendFile(joinPath(context.directory, logName), `${JSON.stringify(line)}\n`).catch(() => undefined);
}

/** The chunks of a stage that are still to be computed. */
interface Board {
  readonly open: ReadonlySet<PlannedChunk>;
  /** Whether a chunk is there by the work of somebody else. A chunk that is computed again is there all the time. */
  isThere(chunk: PlannedChunk, stored: ReadonlyMap<string, StoredChunk>): boolean;
  finish(chunk: PlannedChunk): void;
}

async function createBoard(context: SweepContext, stage: PlannedStage, options: DriveOptions): Promise<Board> {
  const open = new Set<PlannedChunk>();
  const before = await storedChunks(context);
  let done = 0;
  for (const chunk of stage.chunks) {
    if (await isMissing(context, before.get(chunkLabel(chunk)), options.redoFailed)) open.add(chunk);
    else done += chunk.to - chunk.from;
  }
  const show = () => options.onProgress(done, stage.cells.size, stage.index);
  show();
  return {
    open,
    isThere: (chunk, stored) => !before.has(chunkLabel(chunk)) && stored.has(chunkLabel(chunk)),
    finish(chunk) {
      if (!open.delete(chunk)) return;
      done += chunk.to - chunk.from;
      show();
    },
  };
}

/** What the seats of a stage share. */
interface StageWork {
  readonly context: SweepContext;
  readonly stage: PlannedStage;
  readonly board: Board;
  readonly pool: Pool;
  readonly leases: Leases;
  readonly options: DriveOptions;
  readonly tally: Tally;
  /** Chunks that this driver is computing. */
  readonly running: Set<PlannedChunk>;
}

/** Computes a chunk whose lease is ours. @returns false when the sweep was stopped */
async function computeLeased(work: StageWork, chunk: PlannedChunk): Promise<boolean> {
  const { context, stage, board, pool, options, tally } = work;
  // Another driver may have finished it between our look and our lease.
  if (!board.isThere(chunk, await storedChunks(context))) {
    const outcome = await computeThere(context, pool, stage, chunk, options);
    if (outcome === undefined) return false;
    tally.computed += outcome.report.computed;
    tally.reused += outcome.report.reused;
    tally.inCells += outcome.report.inCells;
    tally.unmet.set(chunkLabel(chunk), outcome.report.unmet);
    for (const notice of outcome.report.notices) tally.notices.add(notice);
    pool.shrink(workersFor(options.workers, options.resources, outcome.memory / 2 ** 20));
    await note(context, outcome.report);
  }
  board.finish(chunk);
  return true;
}

/** The first open chunk that nobody has, taken. */
async function takeNext({ board, running, pool, leases, options }: StageWork): Promise<PlannedChunk | undefined> {
  for (const chunk of board.open) {
    if (options.stopped() || running.size >= pool.size) return undefined;
    if (running.has(chunk)) continue;
    // Before the lease, so that no other seat of this driver asks for it meanwhile.
    running.add(chunk);
    if (await leases.take(chunkLabel(chunk))) return chunk;
    running.delete(chunk);
  }
  return undefined;
}

/** One seat's share: chunk after chunk, then waiting for those that other drivers have. */
async function fillSeat(work: StageWork): Promise<void> {
  const { context, board, leases, options, running } = work;
  while (board.open.size > 0 && !options.stopped()) {
    const chunk = await takeNext(work);
    if (chunk === undefined) {
      await setTimeout(1000 * lookEvery);
      const stored = await storedChunks(context);
      for (const other of board.open) if (board.isThere(other, stored)) board.finish(other);
      continue;
    }
    try {
      if (!(await computeLeased(work, chunk))) return;
    } finally {
      running.delete(chunk);
      await leases.give(chunkLabel(chunk));
    }
  }
}

/**
 * Computes the chunks of a stage that are missing, those excepted that another driver computes meanwhile.
 * @param onFailure called at the first error, so that the rest can be stopped
 * @returns whether all are there
 */
export async function driveStage(
  shared: Omit<StageWork, "board" | "running">,
  onFailure: (error: unknown) => void,
): Promise<boolean> {
  const board = await createBoard(shared.context, shared.stage, shared.options);
  const work: StageWork = { ...shared, board, running: new Set() };
  const seat = () =>
    fillSeat(work).catch((error: unknown) => {
      onFailure(error);
      throw error;
    });
  const ends = await Promise.allSettled(Array.from({ length: shared.pool.size }, seat));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return board.open.size === 0;
}
