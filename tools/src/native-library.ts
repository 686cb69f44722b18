import { existsSync } from "node:fs";
import { libraryFault, nativeLibraryPath, openNative } from "@meanfield/kernels/native";

/** Whether a library is there, whole, and was built of the sources as they are. */
export const isFresh = (library: string): boolean => existsSync(library) && libraryFault(library) === undefined;

/** Path of the library if it is there, built of the sources as they are, and loads; undefined otherwise. */
export function builtLibrary(): string | undefined {
  if (!isFresh(nativeLibraryPath())) return undefined;
  const outcome = openNative();
  if ("unavailable" in outcome) return undefined;
  outcome.backend.close();
  return nativeLibraryPath();
}
