import { readFile } from "node:fs/promises";
import { chunkLabel, joinPath, listLoose } from "@meanfield/results";
import { logName } from "./drive-stage.js";
import { livingDrivers, takenChunks } from "./leases.js";
import { storedChunks, walkStages } from "./stages.js";
import type { SweepContext } from "./sweep-context.js";

/** Cells of a sweep by state. */
export interface SweepCounts {
  readonly done: number;
  readonly failed: number;
  readonly running: number;
  /** In a chunk whose driver is gone. */
  readonly stale: number;
  readonly pending: number;
}

/** Where a sweep stands. */
export interface SweepState extends SweepCounts {
  /** Cells planned so far; a sweep that refines or stops early may come to more. */
  readonly cells: number;
  readonly stages: number;
  readonly chunks: number;
  /** Whether nothing is left to compute. */
  readonly complete: boolean;
  readonly drivers: readonly { readonly host: string; readonly pid: number }[];
  /** Mean cost of a cell as measured so far, in seconds of one worker. */
  readonly secondsPerCell?: number;
}

/** Mean seconds per computed cell, from the log. */
export async function measuredCost(directory: string): Promise<number | undefined> {
  let seconds = 0;
  let cells = 0;
  const text = await readFile(joinPath(directory, logName), "utf8").catch(() => "");
  for (const line of text.split("\n")) {
    try {
      const told = JSON.parse(line) as { seconds?: unknown; computed?: unknown };
      if (typeof told.seconds !== "number" || typeof told.computed !== "number") continue;
      seconds += told.seconds;
      cells += told.computed;
    } catch {
      // A line that was being written: the next look sees it.
    }
  }
  return cells > 0 ? seconds / cells : undefined;
}

/** Chunk label → finished cells in its part, where one was kept before the chunk was whole. */
async function keptParts({ io, directory }: SweepContext): Promise<ReadonlyMap<string, number>> {
  const parts = new Map<string, number>();
  for (const { name } of await listLoose(io, directory)) {
    const label = chunkLabel(name);
    parts.set(label, Math.max(parts.get(label) ?? 0, name.cells - name.failed));
  }
  return parts;
}

/**
 * Where a sweep stands, from the names of its files. Finished cells of a chunk that is not whole are done: they are
 * copied, not computed again.
 *
 * @cost planning, and one listing of each directory
 */
export async function sweepState(context: SweepContext): Promise<SweepState> {
  const { io, directory, plan } = context;
  const drivers = await livingDrivers(io, directory);
  const alive = new Set(drivers.map(({ token }) => token));
  if (drivers.length > 0) alive.add("");
  const taken = await takenChunks(io, directory);
  const stored = await storedChunks(context);
  const parts = await keptParts(context);
  const counts = { done: 0, failed: 0, running: 0, stale: 0, pending: 0 };
  let cells = 0;
  let stages = 0;
  let chunks = 0;
  for await (const stage of walkStages(context)) {
    stages++;
    cells += stage.cells.size;
    chunks += stage.chunks.length;
    for (const chunk of stage.chunks) {
      const label = chunkLabel(chunk);
      const all = chunk.to - chunk.from;
      const found = stored.get(label);
      const driver = taken.get(label);
      if (found !== undefined) {
        counts.done += all - found.name.failed;
        counts.failed += found.name.failed;
        continue;
      }
      const part = Math.min(all, parts.get(label) ?? 0);
      counts.done += part;
      if (driver === undefined) counts.pending += all - part;
      else if (alive.has(driver)) counts.running += all - part;
      else counts.stale += all - part;
    }
  }
  const left = counts.pending + counts.running + counts.stale;
  const cost = await measuredCost(directory);
  return {
    ...counts,
    cells,
    stages,
    chunks,
    complete: left === 0 && (plan.follow === undefined || stages > 0),
    drivers: drivers.map(({ host, pid }) => ({ host, pid })),
    ...(cost === undefined ? {} : { secondsPerCell: cost }),
  };
}
