/**
 * Where a computation takes its arrays from. Whoever asks again for the same lengths in the same order gets the same
 * arrays again, so that a computation that is repeated allocates nothing from its second time on.
 */
export interface Workspace {
  /** `length` zeros, the caller's until what it took is released. */
  floats(length: number): Float64Array;
  /** `length` zeros, as `floats`. */
  integers(length: number): Int32Array;
  /** `length` zeros, as `floats`. */
  bytes(length: number): Uint8Array;
  /** How much has been taken: what `release` goes back to. */
  mark(): number;
  /** Takes back all arrays handed out since `mark` said so; 0 takes back everything. */
  release(mark: number): void;
}

type Kind = Float64ArrayConstructor | Int32ArrayConstructor | Uint8ArrayConstructor;

/** One place in the order of the arrays: memory for the greatest of them so far, and the one that was last taken. */
interface Slot {
  buffer: ArrayBuffer;
  floats: Float64Array;
  integers: Int32Array;
  bytes: Uint8Array;
}

function emptySlot(): Slot {
  const buffer = new ArrayBuffer(0);
  return { buffer, floats: new Float64Array(buffer), integers: new Int32Array(buffer), bytes: new Uint8Array(buffer) };
}

/** Memory for so many numbers of a kind. */
function bufferFor({ buffer }: Slot, kind: Kind, length: number): ArrayBuffer {
  const size = length * kind.BYTES_PER_ELEMENT;
  return buffer.byteLength >= size ? buffer : new ArrayBuffer(size);
}

/**
 * A workspace that grows to the greatest length asked for in each place and keeps it. An array of another length than the
 * last time in its place costs a view, and memory only where it is longer than any before.
 *
 * @cost that of filling with zeros; no allocation where lengths come again
 * @accuracy foundation/workspace/workspace.test.ts
 */
export function createWorkspace(): Workspace {
  const slots: Slot[] = [];
  let taken = 0;
  const next = (): Slot => {
    if (taken === slots.length) slots.push(emptySlot());
    return slots[taken++]!;
  };
  return {
    floats(length) {
      const slot = next();
      if (slot.floats.length !== length || slot.floats.buffer !== slot.buffer) {
        slot.buffer = bufferFor(slot, Float64Array, length);
        slot.floats = new Float64Array(slot.buffer, 0, length);
      }
      slot.floats.fill(0);
      return slot.floats;
    },
    integers(length) {
      const slot = next();
      if (slot.integers.length !== length || slot.integers.buffer !== slot.buffer) {
        slot.buffer = bufferFor(slot, Int32Array, length);
        slot.integers = new Int32Array(slot.buffer, 0, length);
      }
      slot.integers.fill(0);
      return slot.integers;
    },
    bytes(length) {
      const slot = next();
      if (slot.bytes.length !== length || slot.bytes.buffer !== slot.buffer) {
        slot.buffer = bufferFor(slot, Uint8Array, length);
        slot.bytes = new Uint8Array(slot.buffer, 0, length);
      }
      slot.bytes.fill(0);
      return slot.bytes;
    },
    mark: () => taken,
    release(mark) {
      taken = mark;
    },
  };
}

/** New arrays every time: for who has no workspace to hand on. */
export const fresh: Workspace = {
  floats: (length) => new Float64Array(length),
  integers: (length) => new Int32Array(length),
  bytes: (length) => new Uint8Array(length),
  mark: () => 0,
  release: () => {},
};
