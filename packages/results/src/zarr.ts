import type { NdArray } from "@meanfield/core/foundation/shapes";
import { encodeText } from "./text.js";

const metadataName = "zarr.json";

function json(value: unknown): Uint8Array {
  return encodeText(`${JSON.stringify(value, null, 2)}\n`);
}

function arrayMetadata(shape: readonly number[]): Uint8Array {
  return json({
    zarr_format: 3,
    node_type: "array",
    shape,
    data_type: "float64",
    chunk_grid: { name: "regular", configuration: { chunk_shape: shape.map((length) => Math.max(1, length)) } },
    chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
    fill_value: 0,
    codecs: [{ name: "bytes", configuration: { endian: "little" } }],
    attributes: {},
  });
}

/** Float64 numbers, little-endian on every machine. */
function littleEndian(data: Float64Array): Uint8Array {
  const bytes = new Uint8Array(8 * data.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < data.length; i++) view.setFloat64(8 * i, data[i]!, true);
  return bytes;
}

/**
 * Arrays as a Zarr v3 hierarchy, as path → bytes: `/` in a key makes a group. Every array is one uncompressed chunk; an
 * array without numbers has none.
 *
 * @param attributes of the root group
 * @cost O(bytes)
 * @accuracy bit for bit; zarr.test.ts
 * @source Zarr core specification, version 3.0
 */
export function zarrFiles(
  arrays: Readonly<Record<string, NdArray>>,
  attributes: Readonly<Record<string, unknown>> = {},
): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {
    [metadataName]: json({ zarr_format: 3, node_type: "group", attributes }),
  };
  for (const [key, { shape, data }] of Object.entries(arrays)) {
    const parts = key.split("/");
    for (let k = 1; k < parts.length; k++) {
      files[`${parts.slice(0, k).join("/")}/${metadataName}`] = json({
        zarr_format: 3,
        node_type: "group",
        attributes: {},
      });
    }
    files[`${key}/${metadataName}`] = arrayMetadata(shape);
    if (data.length > 0) files[[key, "c", ...shape.map(() => "0")].join("/")] = littleEndian(data);
  }
  return files;
}
