import type { NetworkIo } from "../io.js";
import { readJsonFile } from "./json-file.js";
import { reason, unreadable } from "./unreadable.js";

/** One stored tensor, row-major. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** One operation of the stored graph. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  /** Names of the nodes it reads. */
  readonly inputs: readonly string[];
}

/** A TensorFlow.js graph model: what it computes and with which numbers. */
export interface TfjsModel {
  readonly nodes: readonly GraphNode[];
  readonly weights: Readonly<Record<string, Tensor>>;
}

interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int32";
}

interface WeightGroup {
  readonly paths: readonly string[];
  readonly weights: readonly WeightEntry[];
}

const manifestName = "model.json";
const bytesPerNumber = 4;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(rule: string, got: unknown): Error {
  const text = JSON.stringify(got) ?? "nothing";
  return unreadable(
    manifestName,
    rule,
    text.slice(0, 80),
    "Use a TensorFlow.js graph model as its converter writes it",
  );
}

function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw malformed(`${what} must be a list`, value);
  return value;
}

function weightEntry(value: unknown): WeightEntry {
  if (!isRecord(value) || typeof value["name"] !== "string") throw malformed("a weight must have a name", value);
  const { name, dtype, quantization } = value;
  const shape = list(value["shape"], `the shape of ${name}`).map((size) => {
    if (!Number.isInteger(size) || (size as number) < 0)
      throw malformed(`the shape of ${name} must hold whole sizes`, size);
    return size as number;
  });
  if ((dtype !== "float32" && dtype !== "int32") || quantization !== undefined) {
    const got =
      quantization === undefined ? String(dtype) : `${String(dtype)} quantised as ${JSON.stringify(quantization)}`;
    const rule = `${name} must be stored as float32 or int32`;
    throw unreadable(manifestName, rule, got, "Convert the model without quantisation");
  }
  return { name, shape, dtype };
}

function weightGroup(value: unknown): WeightGroup {
  if (!isRecord(value)) throw malformed("an entry of weightsManifest must have paths and weights", value);
  const paths = list(value["paths"], "paths").map((path) => {
    if (typeof path !== "string") throw malformed("a path must be a file name", path);
    return path;
  });
  return { paths, weights: list(value["weights"], "weights").map(weightEntry) };
}

function graphNode(value: unknown): GraphNode {
  if (!isRecord(value)) throw malformed("a node must have name and op", value);
  const { name, op, input } = value;
  if (typeof name !== "string" || typeof op !== "string") throw malformed("a node must have name and op", value);
  return { name, op, inputs: input === undefined ? [] : list(input, `the inputs of ${name}`).map(String) };
}

async function readShard(io: NetworkIo, path: string): Promise<Uint8Array> {
  try {
    return await io.readBytes(path);
  } catch (thrown) {
    const rule = `the file must be readable; ${manifestName} names it as a part of the weights`;
    throw unreadable(path, rule, reason(thrown), "Fetch the missing file");
  }
}

const size = (entry: WeightEntry): number => entry.shape.reduce((a, b) => a * b, bytesPerNumber);

/** The converter cuts shards of equal size and puts the rest in the last: the first that differs is the one to name. */
function requireComplete(paths: readonly string[], shards: readonly Uint8Array[], total: number): void {
  const found = shards.reduce((sum, shard) => sum + shard.length, 0);
  if (found === total) return;
  const full = Math.max(...shards.map((shard) => shard.length), 0);
  const due = paths.map((_, i) => (i < paths.length - 1 ? full : total - full * (paths.length - 1)));
  const at = Math.max(
    0,
    shards.findIndex((shard, i) => shard.length !== due[i]),
  );
  const all = `${paths.length} ${paths.length === 1 ? "file" : "files"}: ${total} bytes expected, ${found} found`;
  throw unreadable(
    paths[at] ?? manifestName,
    `the file must hold ${due[at] ?? total} bytes (in all ${all})`,
    `${shards[at]?.length ?? 0} bytes`,
    "Fetch the file again; it is cut off or of another version",
  );
}

function concatenate(shards: readonly Uint8Array[], total: number): ArrayBuffer {
  const bytes = new Uint8Array(total);
  let offset = 0;
  for (const shard of shards) {
    bytes.set(shard, offset);
    offset += shard.length;
  }
  return bytes.buffer;
}

async function readGroup(io: NetworkIo, group: WeightGroup, into: Record<string, Tensor>): Promise<void> {
  const total = group.weights.reduce((sum, entry) => sum + size(entry), 0);
  const shards = await Promise.all(group.paths.map((path) => readShard(io, path)));
  requireComplete(group.paths, shards, total);
  const buffer = concatenate(shards, total);
  let offset = 0;
  for (const entry of group.weights) {
    const count = size(entry) / bytesPerNumber;
    const view = entry.dtype === "float32" ? Float32Array : Int32Array;
    into[entry.name] = { shape: entry.shape, data: new view(buffer, offset, count) };
    offset += size(entry);
  }
}

/**
 * Reads a TensorFlow.js graph model: `model.json` (graph and manifest) and the shards it names.
 * @param io the model's folder
 * @returns the graph's operations and its weights by name, row-major, as views on one buffer per manifest group
 * @throws unreadable: a missing or cut-off file (with the bytes expected and found), bad JSON, a type that is neither
 *   float32 nor int32
 * @cost one read of every file; memory of the weights twice while reading
 */
export async function readTfjs(io: NetworkIo): Promise<TfjsModel> {
  const document = await readJsonFile(io, manifestName);
  if (!isRecord(document)) throw malformed("the document must be an object", document);
  const topology = document["modelTopology"];
  if (!isRecord(topology)) throw malformed("modelTopology must hold the graph", topology);
  const nodes = list(topology["node"], "modelTopology.node").map(graphNode);
  const groups = list(document["weightsManifest"], "weightsManifest").map(weightGroup);
  const weights: Record<string, Tensor> = {};
  for (const group of groups) await readGroup(io, group, weights);
  return { nodes, weights };
}
