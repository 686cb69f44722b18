import type { RunCheckpoint } from "@meanfield/core/experiment";
import { joinPath, type StoreIo } from "./io.js";
import { decodeText, encodeText } from "./text.js";

/** The checkpoint of an unfinished run, beside its manifest. */
export const checkpointName = "checkpoint.bin";
const heading = "meanfield checkpoint 1";

/** A checkpoint with the run it is of. */
export interface KeptCheckpoint {
  readonly id: string;
  readonly checkpoint: RunCheckpoint;
}

/** What can be read where a checkpoint may be. `damaged` and `other`: it must not be used, and why. */
export type FoundCheckpoint =
  | { readonly state: "absent" }
  | { readonly state: "usable"; readonly checkpoint: RunCheckpoint }
  | { readonly state: "damaged" | "other"; readonly why: string };

/** Arrays and lists of numbers leave the tree for the binary part, so that every bit, −0 and ∞ too, comes back. */
type Node = null | boolean | string | number | readonly Node[] | { readonly [key: string]: Node };

/** A user's own name (of a series) may begin as the marks of this file do. */
const escaped = (key: string): string => (key.startsWith("#") ? `#${key}` : key);

function plain(value: unknown, chunks: Float64Array[], size: { count: number }): Node {
  const away = (data: Float64Array, list: boolean): Node => {
    const node = { "#": [size.count, data.length, list] };
    size.count += data.length;
    chunks.push(data);
    return node;
  };
  if (value instanceof Float64Array) return away(value, false);
  if (typeof value === "number") {
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : { "#n": Object.is(value, -0) ? "-0" : String(value) };
  }
  if (Array.isArray(value)) {
    const numeric = value.length > 8 && value.every((one) => typeof one === "number");
    return numeric ? away(Float64Array.from(value), true) : value.map((one) => plain(one, chunks, size));
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, one]) => one !== undefined);
    return Object.fromEntries(entries.map(([key, one]) => [escaped(key), plain(one, chunks, size)]));
  }
  return value as string | boolean | null;
}

function restore(node: Node, numbers: Float64Array): unknown {
  if (Array.isArray(node)) return node.map((one: Node) => restore(one, numbers));
  if (typeof node !== "object" || node === null) return node;
  const record = node as Readonly<Record<string, Node>>;
  const place = record["#"] as readonly [number, number, boolean] | undefined;
  if (place !== undefined) {
    const [from, length, list] = place;
    const data = numbers.slice(from, from + length);
    return list ? Array.from(data) : data;
  }
  if (record["#n"] !== undefined) return Number(record["#n"]);
  return Object.fromEntries(Object.entries(record).map(([key, one]) => [key.replace(/^#/, ""), restore(one, numbers)]));
}

/**
 * The bytes of a checkpoint: a line "meanfield checkpoint 1", a line with the SHA-256 of all that follows, a line of
 * JSON { id, run } padded to a multiple of 8 bytes, and float64 numbers, little-endian, that { "#": [from, length, …] }
 * in the JSON refers to.
 */
export async function encodeCheckpoint(kept: KeptCheckpoint, io: Pick<StoreIo, "sha256">): Promise<Uint8Array> {
  const chunks: Float64Array[] = [];
  const size = { count: 0 };
  const run = plain(kept.checkpoint, chunks, size);
  const json = JSON.stringify({ id: kept.id, run });
  const text = encodeText(json);
  const padding = (8 - ((text.length + 1) % 8)) % 8;
  const body = new Uint8Array(text.length + padding + 1 + 8 * size.count);
  body.set(text);
  body.fill(0x20, text.length, text.length + padding);
  body[text.length + padding] = 0x0a;
  const view = new DataView(body.buffer);
  let at = text.length + padding + 1;
  for (const chunk of chunks) {
    for (let i = 0; i < chunk.length; i++, at += 8) view.setFloat64(at, chunk[i]!, true);
  }
  const head = encodeText(`${heading}\n${await io.sha256(body)}\n`);
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

/** The checkpoint of the bytes; undefined when they are not one, whole. */
export async function decodeCheckpoint(
  bytes: Uint8Array,
  io: Pick<StoreIo, "sha256">,
): Promise<KeptCheckpoint | undefined> {
  const start = heading.length + 1 + 64 + 1;
  const head = decodeText(bytes.slice(0, start));
  const body = bytes.slice(start);
  if (head !== `${heading}\n${await io.sha256(body)}\n`) return undefined;
  const end = body.indexOf(0x0a);
  const { id, run } = JSON.parse(decodeText(body.slice(0, end))) as { id: string; run: Node };
  const view = new DataView(body.buffer, body.byteOffset + end + 1);
  const numbers = Float64Array.from({ length: view.byteLength / 8 }, (_, i) => view.getFloat64(8 * i, true));
  return { id, checkpoint: restore(run, numbers) as RunCheckpoint };
}

/** Writes the checkpoint of a claimed run, in place of the one before. @throws InputError unwritable */
export async function writeCheckpoint(io: StoreIo, directory: string, kept: KeptCheckpoint): Promise<void> {
  await io.writeAtomic(joinPath(directory, checkpointName), await encodeCheckpoint(kept, io));
}

/** The checkpoint in a directory, if it is whole and of the run `id` (which stands for spec, backend and versions). */
export async function findCheckpoint(io: StoreIo, directory: string, id: string): Promise<FoundCheckpoint> {
  const path = joinPath(directory, checkpointName);
  if ((await io.kind(path)) !== "file") return { state: "absent" };
  const kept = await decodeCheckpoint(await io.read(path), io);
  if (kept === undefined) return { state: "damaged", why: "it is not whole (checksum)" };
  if (kept.id !== id) return { state: "other", why: `it is of run ${kept.id}` };
  return { state: "usable", checkpoint: kept.checkpoint };
}

/** Removes the checkpoint of a run that has finished. */
export async function removeCheckpoint(io: StoreIo, directory: string): Promise<void> {
  await io.remove(joinPath(directory, checkpointName));
}
