import { isFileArray } from "../foundation/parameters/index.js";

/**
 * A parsed spec as plain JSON: arrays that came from files are named by file, shape and checksum instead of their
 * numbers, and undefined entries are left out.
 */
export function canonicalValue(value: unknown): unknown {
  if (isFileArray(value)) {
    const { file, key, sha256, shape } = value;
    return { file, ...(key === undefined ? {} : { key }), sha256, shape: [...shape] };
  }
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array);
  if (Array.isArray(value)) return value.map(canonicalValue);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, entry]) => entry !== undefined)
        .map(([key, entry]) => [key, canonicalValue(entry)]),
    );
  }
  return value;
}
