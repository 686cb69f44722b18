import { type CellList, canonicalValue, type SweepPlan } from "@meanfield/core/experiment";
import { canonicalJson } from "../canonical.js";
import type { StoreIo } from "../io.js";
import { encodeText } from "../text.js";
import { chunkSize } from "./chunk-name.js";

/** Cells of a stage that are computed and kept together. */
export interface PlannedChunk {
  readonly stage: number;
  readonly index: number;
  /** 16 hex digits. */
  readonly key: string;
  /** Its cells are from … to − 1 of the stage's list. */
  readonly from: number;
  readonly to: number;
}

/** The swept values of a cell, in the order of the columns, as canonical JSON. */
function cellText(plan: SweepPlan, cells: CellList, k: number): string {
  const values = plan.values(cells.at(k));
  const row = plan.columns.map(({ name }) => values[name]);
  // Numbers need no canonical form of their own, and most sweeps have nothing else.
  return row.every((value) => typeof value === "number") ? JSON.stringify(row) : canonicalJson(canonicalValue(row));
}

/** First 16 hex digits of the SHA-256 of the base and of the values of cells from … to − 1. */
export async function planChunkKey(
  plan: SweepPlan,
  base: string,
  cells: CellList,
  from: number,
  to: number,
  sha256: StoreIo["sha256"],
): Promise<string> {
  const head = canonicalJson({ base, columns: plan.columns.map(({ name }) => name) });
  const texts = Array.from({ length: to - from }, (_, k) => cellText(plan, cells, from + k));
  return (await sha256(encodeText([head, ...texts].join("\n")))).slice(0, 16);
}

/**
 * The chunks of a stage: boundaries and keys are functions of the plan alone.
 * @cost O(cells): about 3 µs each
 */
export async function planChunks(
  plan: SweepPlan,
  base: string,
  stage: number,
  cells: CellList,
  sha256: StoreIo["sha256"],
): Promise<readonly PlannedChunk[]> {
  const size = chunkSize(cells.size);
  const chunks: PlannedChunk[] = [];
  for (let from = 0; from < cells.size; from += size) {
    const to = Math.min(cells.size, from + size);
    chunks.push({
      stage,
      index: chunks.length,
      key: await planChunkKey(plan, base, cells, from, to, sha256),
      from,
      to,
    });
  }
  return chunks;
}
