import { InputError } from "@meanfield/core/foundation/errors";
import { expect, test } from "vitest";
import { memoryFolder } from "../../test/use-lite.js";
import { readTfjs } from "./tfjs.js";

const weights = [
  { name: "a", shape: [2, 3], dtype: "float32" },
  { name: "b", shape: [], dtype: "int32" },
  { name: "c", shape: [1], dtype: "float32" },
];
const numbers = new Uint8Array(32);
new Float32Array(numbers.buffer, 0, 6).set([1, -2, 3.5, 0, 1e-7, 6]);
new Int32Array(numbers.buffer, 24, 1).set([-7]);
new Float32Array(numbers.buffer, 28, 1).set([0.25]);

function manifest(change: Record<string, unknown> = {}): string {
  return JSON.stringify({
    modelTopology: {
      node: [
        { name: "x", op: "Const" },
        { name: "y", op: "Relu", input: ["x"] },
      ],
    },
    weightsManifest: [{ paths: ["one", "two", "three"], weights }],
    ...change,
  });
}

// Shards of 12, 12 and 8 bytes: a tensor crosses the border between two of them.
const files = {
  "model.json": manifest(),
  one: numbers.slice(0, 12),
  two: numbers.slice(12, 24),
  three: numbers.slice(24),
};

async function refusal(change: Record<string, string | Uint8Array>, without?: string): Promise<InputError> {
  const all = Object.entries({ ...files, ...change }).filter(([name]) => name !== without);
  const error = await readTfjs(memoryFolder(Object.fromEntries(all))).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InputError);
  expect((error as InputError).code).toBe("unreadable");
  return error as InputError;
}

test("tensors come back with shape and type, across shard borders", async () => {
  const model = await readTfjs(memoryFolder(files));
  expect(model.weights["a"]).toEqual({ shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, 1e-7, 6) });
  expect(model.weights["b"]).toEqual({ shape: [], data: Int32Array.of(-7) });
  expect(model.weights["c"]).toEqual({ shape: [1], data: Float32Array.of(0.25) });
  expect(model.nodes).toEqual([
    { name: "x", op: "Const", inputs: [] },
    { name: "y", op: "Relu", inputs: ["x"] },
  ]);
});

test("a shard in the middle that is cut off is named with the bytes expected and found", async () => {
  const error = await refusal({ two: numbers.slice(12, 19) });
  expect(error.message).toBe(
    "two: the file must hold 12 bytes (in all 3 files: 32 bytes expected, 27 found), got 7 bytes. " +
      "Fetch the file again; it is cut off or of another version.",
  );
});

test("a last shard that is cut off, or too long, is named with the bytes expected and found", async () => {
  for (const length of [5, 11]) {
    const error = await refusal({ three: new Uint8Array(length) });
    expect(error.message).toMatch(/^three: the file must hold 8 bytes .*, got (5|11) bytes\./);
  }
});

test("a missing shard and a missing model.json are named", async () => {
  expect((await refusal({}, "two")).message).toMatch(/^two: .*model\.json names it.*no file two/);
  expect((await refusal({}, "model.json")).message).toMatch(/^model\.json: the file must be readable/);
});

test("text that is not JSON, and JSON that is not a graph model, are refused", async () => {
  expect((await refusal({ "model.json": '{"modelTopology": ' })).message).toMatch(
    /^model\.json: the file must be JSON/,
  );
  for (const text of ["[]", "{}", '{"modelTopology":{"node":3}}', manifest({ weightsManifest: [{ paths: [1] }] })]) {
    expect((await refusal({ "model.json": text })).message).toMatch(/^model\.json: /);
  }
});

test("a type that is not supported is named, and so is quantisation", async () => {
  const with1 = (entry: unknown) => manifest({ weightsManifest: [{ paths: ["one"], weights: [entry] }] });
  const bool = with1({ name: "mask", shape: [12], dtype: "bool" });
  expect((await refusal({ "model.json": bool })).message).toMatch(/mask must be stored as float32 or int32, got bool/);
  const packed = with1({ name: "w", shape: [3], dtype: "float32", quantization: { dtype: "uint8", scale: 1, min: 0 } });
  expect((await refusal({ "model.json": packed })).message).toMatch(/w must be .*, got float32 quantised as .*uint8/);
});
