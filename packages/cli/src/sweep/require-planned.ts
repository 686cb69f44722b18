import type { CellList } from "@meanfield/core/experiment";
import { InputError } from "@meanfield/core/foundation/errors";
import { planChunkKey } from "@meanfield/results";
import type { ChunkWork } from "./compute-chunk.js";
import type { SweepContext } from "./sweep-context.js";

/** Refuses work of another plan: sweep.json may have been extended since this process read it, or since it was sent. */
export async function requirePlanned(
  { io, plan, manifest, directory }: SweepContext,
  { cells, place }: ChunkWork,
): Promise<void> {
  const list: CellList = { size: cells.length, at: (k) => cells[k]! };
  const key = await planChunkKey(plan, manifest.base, list, 0, cells.length, io.sha256);
  if (key === place.key) return;
  throw new InputError({
    code: "conflict",
    who: directory,
    rule: "a sweep that is running must keep its plan",
    got: "a sweep.json that was extended meanwhile",
    fix: "Run the command again",
  });
}
