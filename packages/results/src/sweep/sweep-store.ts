import type { SweptColumn } from "@meanfield/core/experiment";
import { InputError } from "@meanfield/core/foundation/errors";
import { isTemporaryName, joinPath, type StoreIo } from "../io.js";
import { decodeText } from "../text.js";
import { type CellRow, decodeCells, encodeCells } from "./cell-table.js";
import { type ChunkName, chunkLabel, formatChunkName, parseChunkName } from "./chunk-name.js";
import {
  encodeSweepManifest,
  type SweepManifest,
  sweepManifestAt,
  sweepManifestName,
  writeInputs,
} from "./sweep-manifest.js";

export const chunksName = "chunks";
/** Rows that are no chunk of the present plan: parts of unfinished chunks, and chunks of an earlier plan. */
export const looseName = "loose";
export const runsName = "runs";

/** A file of rows, in chunks/ or loose/. */
export interface StoredChunk {
  readonly path: string;
  readonly name: ChunkName;
}

/**
 * Takes a directory for a sweep: writes inputs/ and then sweep.json. A sweep with the same base is extended: its rows
 * are kept, and used where the new plan has the same cells.
 *
 * @throws InputError conflict (another sweep, or files that are none), unwritable, unreadable
 */
export async function claimSweep(io: StoreIo, directory: string, manifest: SweepManifest): Promise<void> {
  const before = await sweepManifestAt(io, directory);
  if (before !== undefined && before.base !== manifest.base) {
    const reason =
      JSON.stringify(before.versions) === JSON.stringify(manifest.versions) ? "" : " by other versions of Meanfield";
    throw new InputError({
      code: "conflict",
      who: directory,
      rule: `must be free for sweep ${manifest.base}`,
      got: `another sweep, ${before.base}${reason}`,
      fix: "Choose another --out; only the sweep: section of a kept sweep may change",
      details: { base: manifest.base, found: before.base },
    });
  }
  if (before === undefined && (await io.kind(directory)) === "directory") {
    const names = (await io.list(directory)).filter((name) => !isTemporaryName(name) && name !== "inputs");
    if (names.length > 0) {
      throw new InputError({
        code: "conflict",
        who: directory,
        rule: `sweep ${manifest.base} needs a new or empty directory`,
        got: "files that are not a sweep",
        fix: "Choose another --out",
      });
    }
  }
  const bytes = encodeSweepManifest(manifest);
  const path = joinPath(directory, sweepManifestName);
  if (before !== undefined && decodeText(await io.read(path)) === decodeText(bytes)) return;
  await io.makeDirectory(directory);
  await writeInputs(io, directory, manifest.document);
  await io.writeAtomic(path, bytes);
}

async function listRows(io: StoreIo, directory: string, folder: string): Promise<StoredChunk[]> {
  const inside = joinPath(directory, folder);
  if ((await io.kind(inside)) !== "directory") return [];
  const found = (await io.list(inside)).sort().flatMap((text) => {
    const name = parseChunkName(text);
    return name === undefined ? [] : [{ path: joinPath(inside, text), name }];
  });
  return found.sort((a, b) => a.name.stage - b.name.stage || a.name.index - b.name.index);
}

/** The chunks of a sweep that are there, in the order of its plan, by name alone: nothing is read. @cost one listing */
export const listChunks = (io: StoreIo, directory: string) => listRows(io, directory, chunksName);

/** The loose rows of a sweep, by name alone. */
export const listLoose = (io: StoreIo, directory: string) => listRows(io, directory, looseName);

/** The bytes of a chunk, or what is wrong with them. */
export async function verifiedBytes(io: StoreIo, { path, name }: StoredChunk): Promise<Uint8Array> {
  const bytes = await io.read(path);
  if ((await io.sha256(bytes)).startsWith(name.checksum)) return bytes;
  throw new InputError({
    code: "unreadable",
    who: path,
    rule: "must be the file that the sweep wrote (checksum in its name)",
    got: `${bytes.length} bytes that differ`,
    fix: "Run the sweep again: the chunk is computed anew",
  });
}

/** The rows of a chunk, verified. @throws InputError unreadable */
export async function readChunk(io: StoreIo, chunk: StoredChunk): Promise<readonly CellRow[]> {
  return decodeCells(await verifiedBytes(io, chunk), chunk.path);
}

/**
 * Writes rows under a name that holds their checksum: two writers of one chunk write the same bytes to the same name,
 * so no lock is needed for a cell to be there once.
 *
 * @returns where they lie
 * @throws InputError unwritable
 */
export async function writeRows(
  io: StoreIo,
  directory: string,
  folder: typeof chunksName | typeof looseName,
  place: Pick<ChunkName, "stage" | "index" | "key">,
  swept: readonly SweptColumn[],
  rows: readonly CellRow[],
): Promise<StoredChunk> {
  const bytes = encodeCells(swept, rows);
  const checksum = (await io.sha256(bytes)).slice(0, 16);
  const failed = rows.filter(({ status }) => status === "failed").length;
  const name: ChunkName = { ...place, cells: rows.length, failed, checksum };
  const inside = joinPath(directory, folder);
  await io.makeDirectory(inside);
  const path = joinPath(inside, formatChunkName(name));
  await io.writeAtomic(path, bytes);
  return { path, name };
}

/**
 * Puts rows aside that are no chunk of the present plan; they may still be used by it. Others may do so at the same time,
 * and a network file system may answer a repeated request with an error after the first one was done: a file that is not
 * there any more has been moved.
 *
 * @param as its name in loose/
 * @throws InputError unwritable
 */
export async function setAside(
  io: StoreIo,
  directory: string,
  { path, name }: StoredChunk,
  as = formatChunkName(name),
): Promise<void> {
  const loose = joinPath(directory, looseName);
  await io.makeDirectory(loose);
  try {
    await io.move(path, joinPath(loose, as));
  } catch (error) {
    if ((await io.kind(path)) !== "absent") throw error;
  }
}

/** Of several files of one chunk the one with the fewest failed cells, the first of these by name. */
export function bestChunks(chunks: readonly StoredChunk[]): ReadonlyMap<string, StoredChunk> {
  const best = new Map<string, StoredChunk>();
  for (const chunk of chunks) {
    const label = chunkLabel(chunk.name);
    const other = best.get(label);
    if (other === undefined || chunk.name.failed < other.name.failed) best.set(label, chunk);
  }
  return best;
}
