import { InputError } from "@meanfield/core/foundation/errors";
import { parquetReadObjects } from "hyparquet";

/**
 * The rows of a Parquet file as column → value.
 * @param who named in messages
 * @throws InputError unreadable (no whole Parquet file)
 */
export async function readParquet(bytes: Uint8Array, who: string): Promise<Record<string, unknown>[]> {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  try {
    return await parquetReadObjects({ file: buffer });
  } catch (error) {
    const rule = `must be a whole Parquet file (${(error as Error).message})`;
    throw new InputError({ code: "unreadable", who, rule, fix: "Run the command that wrote it again" });
  }
}
