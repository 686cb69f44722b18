import { InputError } from "@meanfield/core/foundation/errors";
import type { StoreIo } from "../io.js";
import { type CellRow, decodeColumns } from "./cell-table.js";
import { listChunks, listLoose, readChunk, type StoredChunk, verifiedBytes } from "./sweep-store.js";

/** Finished cells that lie in files other than the chunk they belong to now, by id. */
export interface RowSource {
  /** Looks for new files. Damaged ones are passed over: their cells are computed anew. */
  refresh(): Promise<void>;
  /** The row of a finished cell, or undefined. */
  find(id: string): Promise<CellRow | undefined>;
}

/** Decoded files that are kept at hand; cells that are neighbours in a plan lie in few files. */
const cached = 4;

/** What cannot be read is not there; other errors go on. */
async function unlessUnreadable<T>(action: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof InputError && error.code === "unreadable") return otherwise;
    throw error;
  }
}

/**
 * Finished rows of loose/, and of chunks with failed cells.
 * @cost one listing per refresh; the ids of every file once, its rows when one of them is asked for
 */
export function createRowSource(io: StoreIo, directory: string): RowSource {
  const seen = new Set<string>();
  const place = new Map<string, StoredChunk>();
  const rows = new Map<string, Promise<readonly CellRow[]>>();

  const index = async (chunk: StoredChunk): Promise<void> => {
    const columns = await unlessUnreadable(
      async () => decodeColumns(await verifiedBytes(io, chunk), ["id", "status"], chunk.path),
      [],
    );
    for (const { id, status } of columns) {
      if (status === "done" && typeof id === "string" && !place.has(id)) place.set(id, chunk);
    }
  };
  const rowsOf = (chunk: StoredChunk): Promise<readonly CellRow[]> => {
    const found = rows.get(chunk.path) ?? unlessUnreadable(() => readChunk(io, chunk), []);
    if (rows.size >= cached && !rows.has(chunk.path)) rows.delete(rows.keys().next().value!);
    rows.set(chunk.path, found);
    return found;
  };
  return {
    async refresh() {
      const partial = (await listChunks(io, directory)).filter(({ name }) => name.failed > 0);
      for (const chunk of [...(await listLoose(io, directory)), ...partial]) {
        if (seen.has(chunk.path)) continue;
        seen.add(chunk.path);
        await index(chunk);
      }
    },
    async find(id) {
      const chunk = place.get(id);
      if (chunk === undefined) return undefined;
      return (await rowsOf(chunk)).find((row) => row.id === id && row.status === "done");
    },
  };
}
