import { InputError } from "@meanfield/core/foundation/errors";
import { chunkLabel, listChunks, setAside, verifiedBytes } from "@meanfield/results";
import { removeAbandoned } from "./abandoned-files.js";
import { type DriveOptions, driveStage, type Tally } from "./drive-stage.js";
import { joinDrivers } from "./leases.js";
import { createPool } from "./pool.js";
import { workersFor } from "./resources.js";
import { walkStages } from "./stages.js";
import type { SweepContext } from "./sweep-context.js";

export interface DriveResult {
  /** Whether every cell of every stage is there. */
  readonly finished: boolean;
  readonly computed: number;
  readonly reused: number;
  /** Seconds that workers spent in cells. */
  readonly inCells: number;
  /** Chunk label → cells that do not meet what they expect, of the chunks computed now. */
  readonly unmet: ReadonlyMap<string, number>;
  /** What was slower than it could be, and why. */
  readonly notices: ReadonlySet<string>;
}

/** Milliseconds that a worker may go on to finish its cell when the sweep is stopped. */
const grace = 300;

/** A damaged chunk is reported, put aside, and computed anew. */
async function setDamagedAside(context: SweepContext, tell: (text: string) => void): Promise<void> {
  const { io, directory } = context;
  for (const chunk of await listChunks(io, directory)) {
    try {
      await verifiedBytes(io, chunk);
    } catch (error) {
      if (!(error instanceof InputError) || (await io.kind(chunk.path)) === "absent") continue;
      tell(error.message);
      await setAside(io, directory, chunk, `${chunk.name.checksum}-${chunkLabel(chunk.name)}.damaged`);
    }
  }
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
  const tally: Tally = { computed: 0, reused: 0, inCells: 0, unmet: new Map(), notices: new Set() };
  await setDamagedAside(context, options.tell);
  const leases = await joinDrivers(context.io, context.directory);
  const workers = workersFor(options.workers, options.resources);
  await removeAbandoned(context.io, context.directory);
  const pool = createPool(
    { directory: context.directory, driver: leases.token },
    workers,
    options.resources.memory / workers,
    options.recruits,
  );
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
      finished = await driveStage(
        { context, stage, pool, leases, options: { ...options, stopped }, tally },
        (error) => {
          failure ??= error;
        },
      );
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
