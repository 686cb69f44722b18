import type { Workspace } from "@meanfield/core/foundation/workspace";
import { unitRoundoff } from "../contract.js";

/**
 * Rows of sums that grow by one token at a time. A row is flushed into compensated totals every `chunk` tokens, so that
 * its rounding error does not grow with the number of tokens.
 */
export interface MomentTable {
  /** Sums per row. */
  readonly width: number;
  /** Open sums, shape [rows, width]: the owner adds to them, and counts in `tokens`. */
  readonly open: Float64Array;
  /** Tokens in the open sums, shape [rows]. */
  readonly tokens: Uint8Array;
  readonly total: Float64Array;
  readonly tail: Float64Array;
}

/** Tokens after which a row must be flushed. */
export const chunk = 32;

export function momentTable(rows: number, width: number, work: Workspace): MomentTable {
  const sums = () => work.floats(rows * width);
  return { width, open: sums(), tokens: work.bytes(rows), total: sums(), tail: sums() };
}

/** Adds the open sums of one row to its totals (Neumaier) and empties them. */
export function flush({ width, open, tokens, total, tail }: MomentTable, row: number): void {
  const end = (row + 1) * width;
  for (let k = row * width; k < end; k++) {
    const value = open[k]!;
    const before = total[k]!;
    const sum = before + value;
    tail[k]! += Math.abs(before) >= Math.abs(value) ? before - sum + value : value - sum + before;
    total[k] = sum;
    open[k] = 0;
  }
  tokens[row] = 0;
}

/** Flushes every row. @returns the sums, shape [rows, width], to momentRoundings */
export function settle(table: MomentTable): Float64Array {
  const rows = table.tokens.length;
  for (let row = 0; row < rows; row++) flush(table, row);
  for (let k = 0; k < table.total.length; k++) table.total[k]! += table.tail[k]!;
  return table.total;
}

/**
 * Roundings of a settled sum of n terms, each at most u times the sum of their sizes: chunk additions, 3 of the
 * compensated total, and (n/chunk)²u of its compensation.
 */
export function momentRoundings(n: number): number {
  const flushes = n / chunk + 1;
  return chunk + 3 + flushes * flushes * unitRoundoff;
}
