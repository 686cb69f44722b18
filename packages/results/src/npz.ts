import { InputError } from "@meanfield/core/foundation/errors";
import type { NdArray } from "@meanfield/core/foundation/shapes";
import { readNpy, writeNpy, writeTextNpy } from "./npy.js";
import { readZip, writeZip, type ZipEntry } from "./zip.js";

const extension = ".npy";

function arrayEntries(bytes: Uint8Array, who: string): Map<string, ZipEntry> {
  const entries = readZip(bytes, who).filter((entry) => entry.name.endsWith(extension));
  return new Map(entries.map((entry) => [entry.name.slice(0, -extension.length), entry]));
}

/** The keys of a .npz archive, as NumPy names them. @throws InputError unreadable */
export function npzKeys(bytes: Uint8Array, who = "npz"): string[] {
  return [...arrayEntries(bytes, who).keys()];
}

/**
 * Every array of a NumPy .npz archive, as float64.
 * @throws InputError unreadable (see `readNpy`, and archives that are damaged)
 * @cost O(size) time and memory
 */
export function readNpz(bytes: Uint8Array, who = "npz"): Record<string, NdArray> {
  const arrays = [...arrayEntries(bytes, who)].map(
    ([key, entry]) => [key, readNpy(entry.bytes(), `${who}["${key}"]`)] as const,
  );
  return Object.fromEntries(arrays);
}

/**
 * One array of a NumPy .npz archive; the others are not unpacked.
 * @throws InputError unreadable (no such key: the message names those there are)
 */
export function readNpzArray(bytes: Uint8Array, key: string, who = "npz"): NdArray {
  const entries = arrayEntries(bytes, who);
  const entry = entries.get(key);
  if (entry === undefined) {
    throw new InputError({
      code: "unreadable",
      who,
      rule: `must hold the key "${key}"`,
      got: entries.size === 0 ? "no arrays" : `the keys ${[...entries.keys()].join(", ")}`,
      fix: entries.size === 0 ? "Write it with numpy.savez" : "Name one of these keys",
      details: { key, keys: [...entries.keys()] },
    });
  }
  return readNpy(entry.bytes(), `${who}["${key}"]`);
}

const npyOf = (array: NdArray | readonly string[]): Uint8Array =>
  "data" in array ? writeNpy(array) : writeTextNpy(array);

/**
 * The arrays, or lists of texts, as a .npz archive, keys in the given order; equal arrays give equal bytes.
 *
 * @param method "stored" as numpy.savez (fast, the default) or "deflated" as numpy.savez_compressed
 * @throws InputError out-of-range (4 GiB or more)
 */
export function writeNpz(
  arrays: Readonly<Record<string, NdArray | readonly string[]>>,
  method: "stored" | "deflated" = "stored",
): Uint8Array {
  const files = Object.entries(arrays).map(([key, array]) => [`${key}${extension}`, npyOf(array)] as const);
  return writeZip(Object.fromEntries(files), method);
}
