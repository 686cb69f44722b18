/** The memory would not grow: the call is left to the reference. */
export class MemoryRefused extends Error {}

/** Where the arrays of a call live: the first bytes belong to the modules' tables and to the threads. */
export interface Arena {
  readonly memory: WebAssembly.Memory;
  /** Gives everything back. */
  reset(): void;
  /** Room for a call's array, aligned to 16 bytes. @returns byte address @throws MemoryRefused */
  take(bytes: number): number;
  /** The whole memory; the same view until the memory grows. */
  wide(): Float64Array;
  words(): Int32Array;
  /** Copies f64 out of the memory, to `out` from entry `to` on. */
  read(at: number, out: Float64Array, length: number, to?: number): void;
}

const page = 65536;
/** First byte that is free: tables lie below 16 KiB, the threads' control words below 32 KiB. */
export const arenaStart = 32768;

/** An arena on a memory; it grows by halves, and keeps its views and what it has. */
export function createArena(memory: WebAssembly.Memory): Arena {
  let next = arenaStart;
  let wide = new Float64Array(memory.buffer);
  let words = new Int32Array(memory.buffer);
  let held = { at: -1, view: new Float64Array(0) };
  let other = held;
  const renew = (): void => {
    if (wide.buffer === memory.buffer) return;
    wide = new Float64Array(memory.buffer);
    words = new Int32Array(memory.buffer);
    held = other = { at: -1, view: new Float64Array(0) };
  };
  const growTo = (bytes: number): void => {
    const present = memory.buffer.byteLength;
    const missing = Math.ceil((bytes - present) / page);
    for (const pages of [Math.max(missing, Math.ceil(present / page / 2)), missing]) {
      try {
        memory.grow(pages);
        renew();
        return;
      } catch {
        // Less, or not at all.
      }
    }
    throw new MemoryRefused();
  };
  return {
    memory,
    reset() {
      next = arenaStart;
      renew();
    },
    take(bytes) {
      const at = next;
      next += Math.ceil(bytes / 16) * 16;
      if (next > memory.buffer.byteLength) growTo(next);
      return at;
    },
    wide: () => wide,
    words: () => words,
    read(at, out, length, to = 0) {
      if (held.at !== at || held.view.length !== length || held.view.buffer !== wide.buffer) {
        // The last group of a batch is shorter than the others: two views last.
        [held, other] = [other, held];
      }
      if (held.at !== at || held.view.length !== length || held.view.buffer !== wide.buffer) {
        held = { at, view: wide.subarray(at / 8, at / 8 + length) };
      }
      out.set(held.view, to);
    },
  };
}
