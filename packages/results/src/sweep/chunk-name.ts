/** What the name of a chunk's file says, so that a listing of the directory is the state of the sweep. */
export interface ChunkName {
  /** Stage of the plan: 0, and further ones where a sweep refines or stops early. */
  readonly stage: number;
  /** Place in its stage. */
  readonly index: number;
  /** 16 hex digits: hash of the base of the sweep and of the values of the chunk's cells. */
  readonly key: string;
  /** Rows. */
  readonly cells: number;
  /** Rows whose status is failed. */
  readonly failed: number;
  /** First 16 hex digits of the SHA-256 of the file's bytes. */
  readonly checksum: string;
}

const pattern = /^(\d{1,7})-(\d{1,7})-([0-9a-f]{16})-(\d{1,7})-(\d{1,7})-([0-9a-f]{16})\.parquet$/;

const padded = (index: number) => String(index).padStart(5, "0");

/** `<stage>-<index>-<key>`: which chunk of which plan, whatever its rows say. */
export function chunkLabel({ stage, index, key }: Pick<ChunkName, "stage" | "index" | "key">): string {
  return `${stage}-${padded(index)}-${key}`;
}

/** `<stage>-<index>-<key>-<cells>-<failed>-<checksum>.parquet`. */
export function formatChunkName(name: ChunkName): string {
  return `${chunkLabel(name)}-${name.cells}-${name.failed}-${name.checksum}.parquet`;
}

/** The parts of a chunk's file name, or undefined when it is none. */
export function parseChunkName(text: string): ChunkName | undefined {
  const found = pattern.exec(text);
  if (found === null) return undefined;
  const [, stage, index, key, cells, failed, checksum] = found;
  return {
    stage: Number(stage),
    index: Number(index),
    key: key!,
    cells: Number(cells),
    failed: Number(failed),
    checksum: checksum!,
  };
}

/** Chunks have 2^k cells; there are at least so many of them where there are cells enough. */
const fewestChunks = 128;
const largestChunk = 4096;
/** From so many cells on a chunk has two at least: a file of one row is nearly all footer, and costs as much to write. */
const pairsFrom = 64;

/**
 * Cells per chunk of a stage with so many cells: a power of two, the largest with at least 128 chunks, from 1 to 4096; two
 * for 64 to 255 cells. A function of the plan alone, so that chunks and their bytes do not depend on workers or on how
 * fast they were.
 */
export function chunkSize(cells: number): number {
  const smallest = cells >= pairsFrom ? 2 : 1;
  return Math.min(largestChunk, Math.max(smallest, 2 ** Math.floor(Math.log2(Math.max(1, cells) / fewestChunks))));
}
