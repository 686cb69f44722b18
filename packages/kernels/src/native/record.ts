import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The C sources of the library. */
export const nativeFolder = fileURLToPath(new URL("../../native", import.meta.url));

/** Names of the C files and headers, sorted. */
export function nativeSources(): string[] {
  return readdirSync(nativeFolder)
    .filter((name) => /\.[ch]$/.test(name))
    .sort();
}

/** SHA-256 of the sources: what a built library was made of. */
export function sourcesHash(): string {
  const hash = createHash("sha256");
  for (const name of nativeSources()) hash.update(`${name}\n`).update(readFileSync(join(nativeFolder, name)));
  return hash.digest("hex");
}

/** SHA-256 of a library's own bytes. */
export const libraryHash = (library: string): string =>
  createHash("sha256").update(readFileSync(library)).digest("hex");

/** The file that says what the library beside it was built of, and what its bytes are. */
export const recordPath = (library: string): string => `${library}.json`;

/** What `npm run build:native` leaves beside a library. */
export interface LibraryRecord {
  readonly compiler: string;
  /** `sourcesHash()` when it was built. */
  readonly sources: string;
  /** `libraryHash` of it. */
  readonly library: string;
}

function recordOf(library: string): Partial<LibraryRecord> {
  try {
    const record: unknown = JSON.parse(readFileSync(recordPath(library), "utf8"));
    return typeof record === "object" && record !== null ? record : {};
  } catch {
    return {};
  }
}

/** `libraryHash`, or undefined where the file cannot be read. */
function bytesOf(library: string): string | undefined {
  try {
    return libraryHash(library);
  } catch {
    return undefined;
  }
}

/**
 * Why a library that is there must not be loaded, or undefined: the loader of a file cut short ends the process, and one
 * that was built of other sources computes other numbers than this version says.
 * @cost 1 ms: 0.8 MB of library and 0.2 MB of sources are read
 */
export function libraryFault(library: string): string | undefined {
  if (!existsSync(recordPath(library))) return "nothing beside it says what it was built of";
  const record = recordOf(library);
  const bytes = bytesOf(library);
  if (bytes === undefined || record.library !== bytes)
    return "it is damaged or cannot be read: its bytes are not those that were built";
  return record.sources === sourcesHash() ? undefined : "it was built of other sources than those that are here";
}
