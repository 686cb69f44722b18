import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nativeLibraryPath, openNative } from "@meanfield/kernels/native";

/** The C sources of the native backend. */
export const nativeFolder = join(import.meta.dirname, "../../packages/kernels/native");

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

/** The file that says what the library beside it was built of. */
export const recordPath = (library: string): string => `${library}.json`;

/** Whether a library is there and was built of the sources as they are. */
export function isFresh(library: string): boolean {
  const path = recordPath(library);
  if (!existsSync(library) || !existsSync(path)) return false;
  const record = JSON.parse(readFileSync(path, "utf8")) as { readonly sources?: unknown };
  return record.sources === sourcesHash();
}

/** Path of the library if it is there, built of the sources as they are, and loads; undefined otherwise. */
export function builtLibrary(): string | undefined {
  if (!isFresh(nativeLibraryPath())) return undefined;
  const outcome = openNative();
  if ("unavailable" in outcome) return undefined;
  outcome.backend.close();
  return nativeLibraryPath();
}
