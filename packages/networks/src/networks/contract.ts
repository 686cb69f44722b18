import type { NdArray } from "@meanfield/core/foundation/shapes";
import type { CaptureFilter } from "../blocks/hooks.js";
import type { HiddenState, TransformerBlock } from "../blocks/transformer-block.js";

export interface ForwardOptions {
  /** Hook points to keep; left out: none. */
  readonly capture?: CaptureFilter;
}

/** What came out of the blocks. */
export interface Forward {
  /** The tokens as they entered, then the state after every sub-block, in the order and under the names of `layers`. */
  readonly states: readonly HiddenState[];
  readonly captured: Readonly<Record<string, NdArray>>;
}

/** A stack of blocks that takes any vectors. */
export interface BlockStack {
  readonly name: string;
  /** Width of the tokens that enter the first block. */
  readonly d: number;
  /** The states that `forward` returns: name and width. */
  readonly layers: readonly { readonly name: string; readonly d: number }[];
  readonly blocks: readonly TransformerBlock[];
  /** The blocks on any n vectors. @param tokens [n, d] @throws wrong-shape, not-finite */
  forward(tokens: Float64Array, n: number, options?: ForwardOptions): Forward;
  /** The same shapes with random matrices of the same Frobenius norms: the control. */
  randomised(seed: number): BlockStack;
}

/** A trained encoder: text → tokens → blocks → one vector. */
export interface Network extends BlockStack {
  /** Longest text in tokens that it reads (1). */
  readonly maxLength: number;
  /** Token ids of a text, cut after maxLength as the network itself does. */
  tokenize(text: string): Int32Array;
  /** What enters the first block. @returns [ids.length, d] @throws out-of-range */
  embedTokens(ids: Int32Array): Float64Array;
  /** The vector of the last state. @param state [n, d of the last layer] @returns unit vector */
  head(state: Float64Array, n: number): Float64Array;
  /** tokenize → embedTokens → forward → head. @throws empty */
  embed(text: string): Float64Array;
  randomised(seed: number): Network;
}

/** Whether a stack of blocks comes with a tokenizer and an embedding. */
export function readsTexts(network: BlockStack): network is Network {
  return "embedTokens" in network;
}
