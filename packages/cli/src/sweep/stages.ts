import { type CellList, type Label, labelOf, sweepStages } from "@meanfield/core/experiment";
import { InputError, nearestOf } from "@meanfield/core/foundation/errors";
import {
  bestChunks,
  chunkLabel,
  decodeColumns,
  listChunks,
  type PlannedChunk,
  planChunks,
  type StoredChunk,
  verifiedBytes,
} from "@meanfield/results";
import type { SweepContext } from "./sweep-context.js";

/** One stage of a sweep with its chunks. */
export interface PlannedStage {
  readonly index: number;
  readonly cells: CellList;
  readonly chunks: readonly PlannedChunk[];
}

/** The chunks that are there, by label. */
export async function storedChunks({ io, directory }: SweepContext): Promise<ReadonlyMap<string, StoredChunk>> {
  return bestChunks(await listChunks(io, directory));
}

/** A name that no cell has is a slip of the pen: a sweep that never refines would hide it. */
function requireSeen({ plan }: SweepContext, seen: ReadonlySet<string>, wanted: readonly string[]): void {
  const missing = wanted.find((name) => !seen.has(name));
  if (missing === undefined) return;
  throw new InputError({
    code: "unknown-name",
    who: "sweep",
    rule: `no cell has a column "${missing}"`,
    fix: `The nearest is "${nearestOf(missing, [...seen])}"; did you measure what it needs (measure: [levels, analysis])?`,
    path: plan.follow?.path ?? ["sweep"],
  });
}

/** What the cells of a finished stage said, in order. */
async function labelsOf(
  context: SweepContext,
  { cells, chunks }: PlannedStage,
  stored: ReadonlyMap<string, StoredChunk>,
): Promise<readonly Label[]> {
  const { io, plan } = context;
  if (plan.follow === undefined) return [];
  const wanted = plan.follow.label.names.filter((name) => !plan.names.has(name));
  const labels: Label[] = [];
  const seen = new Set<string>();
  let anyDone = false;
  for (const chunk of chunks) {
    const file = stored.get(chunkLabel(chunk))!;
    const rows = await decodeColumns(await verifiedBytes(io, file), ["status", ...wanted], file.path);
    rows.forEach((row, k) => {
      for (const name of wanted) if (Object.hasOwn(row, name)) seen.add(name);
      anyDone ||= row["status"] === "done";
      const at = cells.at(chunk.from + k);
      labels.push(row["status"] === "done" ? labelOf(plan, plan.values(at), (name) => row[name] ?? null) : null);
    });
  }
  if (anyDone) requireSeen(context, seen, wanted);
  return labels;
}

/**
 * The stages of a sweep, one after the other. The next one is planned when all chunks of this one are there; a stage
 * that is not finished when the next is asked for is the last.
 *
 * @cost planning: 3 µs a cell; where a sweep refines or stops, reading the columns that decide
 */
export async function* walkStages(context: SweepContext): AsyncGenerator<PlannedStage, void, void> {
  const { io, plan, manifest } = context;
  const stages = sweepStages(plan);
  let next = stages.next([]);
  for (let index = 0; next.done !== true; index++) {
    const cells = next.value;
    const chunks = await planChunks(plan, manifest.base, index, cells, io.sha256);
    const stage = { index, cells, chunks };
    yield stage;
    const stored = await storedChunks(context);
    if (!chunks.every((chunk) => stored.has(chunkLabel(chunk)))) return;
    next = stages.next(await labelsOf(context, stage, stored));
  }
}
