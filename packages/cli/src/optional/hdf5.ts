import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NdArray } from "@meanfield/core/foundation/shapes";
import { loadOptional } from "./load-optional.js";

/** What is used of h5wasm. */
interface Group {
  create_group(name: string): Group;
  create_dataset(options: { name: string; data: Float64Array; shape: number[]; dtype: string }): unknown;
  create_attribute(name: string, value: string): void;
}
interface H5wasm {
  readonly ready: Promise<unknown>;
  readonly File: new (path: string, mode: "w") => Group & { close(): unknown };
}

/**
 * Arrays as an HDF5 file: `/` in a key makes a group; float64 datasets.
 * @throws InputError missing (the package h5wasm)
 */
export async function hdf5File(
  arrays: Readonly<Record<string, NdArray>>,
  attributes: Readonly<Record<string, string>>,
): Promise<Uint8Array> {
  const { ready, File } = await loadOptional<H5wasm>("h5wasm", "export --format h5", "h5wasm/node");
  await ready;
  const path = join(tmpdir(), `meanfield-${process.pid}-${Date.now()}.h5`);
  try {
    const file = new File(path, "w");
    for (const [name, value] of Object.entries(attributes)) file.create_attribute(name, value);
    const groups = new Map<string, Group>([["", file]]);
    const groupAt = (key: string): Group => {
      const found = groups.get(key);
      if (found !== undefined) return found;
      const parts = key.split("/");
      const made = groupAt(parts.slice(0, -1).join("/")).create_group(parts.at(-1)!);
      groups.set(key, made);
      return made;
    };
    for (const [key, { shape, data }] of Object.entries(arrays)) {
      const parts = key.split("/");
      const group = groupAt(parts.slice(0, -1).join("/"));
      group.create_dataset({ name: parts.at(-1)!, data, shape: [...shape], dtype: "<d" });
    }
    file.close();
    return await readFile(path);
  } finally {
    await rm(path, { force: true });
  }
}
