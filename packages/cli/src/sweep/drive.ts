import { appendFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { InputError } from "@meanfield/core/foundation/errors";
import {
  chunkLabel,
  decodeColumns,
  joinPath,
  listChunks,
  looseName,
  type PlannedChunk,
  type StoredChunk,
  setAside,
  verifiedBytes,
} from "@meanfield/results";
import { removeAbandoned } from "./abandoned-files.js";
import { type ChunkReport, workerLost } from "./compute-chunk.js";
import { joinDrivers, type Leases } from "./leases.js";
import { createPool, type Pool } from "./pool.js";
import { type Resources, workersFor } from "./resources.js";
import { type PlannedStage, storedChunks, walkStages } from "./stages.js";
import { coordinatesOf, type SweepContext } from "./sweep-context.js";

export const logName = "log.jsonl";

export interface DriveOptions {
  readonly workers: number;
  readonly resources: Resources;
  /** How often a chunk whose worker was lost is given to another before the cell is given up. */
  readonly retries: number;
  /** Compute failed cells again. */
  readonly redoFailed: boolean;
  /** What the driver asks before it gives out work. */
  readonly stopped: () => boolean;
  onProgress(done: number, cells: number, stage: number): void;
  tell(text: string): void;
}

export interface DriveResult {
  /** Whether every cell of every stage is there. */
  readonly finished: boolean;
  readonly computed: number;
  readonly reused: number;
  /** Seconds that workers spent in cells. */
  readonly inCells: number;
}

interface Tally {
  computed: number;
  reused: number;
  inCells: number;
}

/** Milliseconds that a worker may go on to finish its cell when the sweep is stopped. */
const grace = 300;

/** Seconds between two looks at chunks that other drivers have taken. */
const lookEvery = 0.5;

/** A damaged chunk is reported, put aside, and computed anew. */
async function setDamagedAside(context: SweepContext, tell: (text: string) => void): Promise<void> {
  const { io, directory } = context;
  for (const chunk of await listChunks(io, directory)) {
    try {
      await verifiedBytes(io, chunk);
    } catch (error) {
      if (!(error instanceof InputError) || (await io.kind(chunk.path)) === "absent") continue;
      tell(error.message);
      const loose = joinPath(directory, looseName);
      await io.makeDirectory(loose);
      await io.move(chunk.path, joinPath(loose, `${chunk.name.checksum}-${chunkLabel(chunk.name)}.damaged`));
    }
  }
}

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

/** Computes the chunks of a stage that are missing and that no other driver has. @returns whether all are there */
async function driveStage(
  context: SweepContext,
  stage: PlannedStage,
  pool: Pool,
  leases: Leases,
  options: DriveOptions,
  tally: Tally,
  onFailure: (error: unknown) => void,
): Promise<boolean> {
  const { stopped } = options;
  const open = new Set<PlannedChunk>();
  const redone = new Set<string>();
  const before = await storedChunks(context);
  for (const chunk of stage.chunks) {
    if (await isMissing(context, before.get(chunkLabel(chunk)), options.redoFailed)) open.add(chunk);
    if (before.has(chunkLabel(chunk))) redone.add(chunkLabel(chunk));
  }
  const total = stage.cells.size;
  let done = stage.chunks.reduce((sum, chunk) => sum + (open.has(chunk) ? 0 : chunk.to - chunk.from), 0);
  const finish = (chunk: PlannedChunk) => {
    open.delete(chunk);
    done += chunk.to - chunk.from;
    options.onProgress(done, total, stage.index);
  };
  options.onProgress(done, total, stage.index);
  const running = new Set<PlannedChunk>();
  const work = async (): Promise<void> => {
    // size: one loop over the chunks that are open; cutting it up would hide who holds which lease.
    while (open.size > 0 && !stopped()) {
      let took = false;
      for (const chunk of open) {
        if (stopped() || running.size >= pool.size) break;
        const label = chunkLabel(chunk);
        if (running.has(chunk) || !(await leases.take(label))) continue;
        running.add(chunk);
        took = true;
        try {
          // Another driver may have finished it between our look and our lease.
          if (!redone.has(label) && (await storedChunks(context)).has(label)) {
            finish(chunk);
            continue;
          }
          const outcome = await computeThere(context, pool, stage, chunk, options);
          if (outcome === undefined) return;
          tally.computed += outcome.report.computed;
          tally.reused += outcome.report.reused;
          tally.inCells += outcome.report.inCells;
          pool.shrink(workersFor(options.workers, options.resources, outcome.memory / 2 ** 20));
          await note(context, outcome.report);
          finish(chunk);
        } finally {
          running.delete(chunk);
          await leases.give(label);
        }
      }
      if (took || open.size === 0) continue;
      await setTimeout(1000 * lookEvery);
      const stored = await storedChunks(context);
      for (const chunk of open) if (!redone.has(chunkLabel(chunk)) && stored.has(chunkLabel(chunk))) finish(chunk);
    }
  };
  const ends = await Promise.allSettled(
    Array.from({ length: pool.size }, () =>
      work().catch((error: unknown) => {
        onFailure(error);
        throw error;
      }),
    ),
  );
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return open.size === 0;
}

/** Chunks that belong to no stage of the plan: of an earlier plan of this sweep. */
async function setOthersAside(context: SweepContext, labels: ReadonlySet<string>): Promise<void> {
  for (const chunk of await listChunks(context.io, context.directory)) {
    if (!labels.has(chunkLabel(chunk.name))) await setAside(context.io, context.directory, chunk);
  }
}

/**
 * Computes what is missing of a sweep with the workers of this machine, together with other drivers that may be at it.
 * Whatever ended an earlier driver, and however: chunks are whole or not there, so what is missing is computed, and
 * only that.
 *
 * @throws InputError unwritable (full disk), unreadable, conflict
 */
export async function drive(context: SweepContext, options: DriveOptions): Promise<DriveResult> {
  const tally: Tally = { computed: 0, reused: 0, inCells: 0 };
  await setDamagedAside(context, options.tell);
  const leases = await joinDrivers(context.io, context.directory);
  const workers = workersFor(options.workers, options.resources);
  await removeAbandoned(context.io, context.directory);
  const pool = createPool(context.directory, leases.token, workers, options.resources.memory / workers);
  const stopped = () => options.stopped() || leases.cancelled() || failure !== undefined;
  let failure: unknown;
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= pool.close(failure === undefined ? grace : 0);
    return closing;
  };
  const watch = setInterval(() => {
    if (stopped()) void close();
  }, 50);
  const labels = new Set<string>();
  try {
    let finished = true;
    let looked = false;
    for await (const stage of walkStages(context)) {
      for (const chunk of stage.chunks) labels.add(chunkLabel(chunk));
      // With one stage all chunks are known at once; with several, later ones may be there from an earlier time.
      if (!looked && context.plan.follow === undefined) await setOthersAside(context, labels);
      looked = true;
      finished = await driveStage(context, stage, pool, leases, { ...options, stopped }, tally, (error) => {
        failure ??= error;
      });
      if (!finished) break;
    }
    if (finished && context.plan.follow !== undefined) await setOthersAside(context, labels);
    return { finished, ...tally };
  } finally {
    clearInterval(watch);
    failure ??= new Error("over");
    await close();
    await leases.close().catch(() => undefined);
    await removeAbandoned(context.io, context.directory, leases.token).catch(() => undefined);
  }
}
