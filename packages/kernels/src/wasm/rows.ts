import type { PointBatch, RowOperations } from "@meanfield/core/foundation/backend";
import { type Engine, place } from "./engine.js";

/** Coordinates times pairs below which the copies into the memory cost more than the kernel wins. */
const worthwhile = 1000;

function alignedPairs(engine: Engine, { count, m, d, points, weights }: PointBatch, above: number, out: Float64Array) {
  const arena = engine.arena();
  const { wide } = engine.kernels();
  arena.reset();
  const [from, mass] = [place(arena, points, count * m * d), place(arena, weights, m)];
  const to = arena.take(8 * count);
  const scratch = arena.take(wide.alignedPairsBytes(m, d));
  if (!wide.alignedPairs(from, mass, to, count, m, d, above, scratch)) return false;
  arena.read(to, out, count);
  return true;
}

/**
 * Operations on many short rows: pairs by vectors across the rows. Lengths are left to core: copies would cost as much.
 * @param attempt runs a call, and declines it where the memory will not grow
 * @cost count·m²·d/2 multiply-adds, and a copy of the points
 * @accuracy the bits of core's loops (the contract suite of backends)
 */
export function wasmRows(engine: Engine, attempt: (work: () => boolean) => boolean): RowOperations {
  return {
    normalize: () => false,
    alignedPairs(batch, above, out) {
      const { count, m, d, points, weights } = batch;
      const room = points.length >= count * m * d && weights.length >= m && out.length >= count;
      if (!room || count * m * m * d < worthwhile) return false;
      return attempt(() => alignedPairs(engine, batch, above, out));
    },
  };
}
