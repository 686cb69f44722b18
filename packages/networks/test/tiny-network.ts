import { stream } from "@meanfield/core/foundation/random";
import { relu } from "../src/blocks/feed-forward.js";
import type { Linear } from "../src/blocks/linear.js";
import type { TransformerBlock } from "../src/blocks/transformer-block.js";
import type { Network } from "../src/networks/contract.js";
import { forwardThrough, layersOf } from "../src/networks/forward.js";
import { randomiseBlock } from "../src/networks/randomise.js";

/** Two blocks of widths 4 → 6 → 6 and two heads with random weights; a text's tokens are its letters. */
export function tinyNetwork(seed = 1): Network {
  const random = stream({ seed, purpose: "tiny network" });
  const linear = (dIn: number, dOut: number): Linear => ({
    dIn,
    dOut,
    weight: Float64Array.from({ length: dIn * dOut }, () => random.normal() / Math.sqrt(dIn)),
    bias: Float64Array.from({ length: dOut }, () => 0.1 * random.normal()),
  });
  const norm = (d: number) => ({ d, gain: new Float64Array(d).fill(1), offset: new Float64Array(d), epsilon: 1e-6 });
  const block = (name: string, dIn: number, d: number): TransformerBlock => ({
    name,
    dIn,
    dOut: d,
    norm1: norm(dIn),
    attention: { heads: 2, dHead: 2, packed: linear(dIn, 12), output: linear(4, d), scale: 1 },
    ...(dIn === d ? {} : { shortcut: linear(dIn, d) }),
    norm2: norm(d),
    feedForward: { inner: linear(d, 8), outer: linear(8, d), activation: relu },
  });
  return fromBlocks("tiny", [block("blocks.0", 4, 6), block("blocks.1", 6, 6)]);
}

function fromBlocks(name: string, blocks: readonly TransformerBlock[]): Network {
  const d = blocks[0]!.dIn;
  const network: Network = {
    name,
    d,
    maxLength: 1000,
    layers: layersOf(blocks),
    blocks,
    tokenize: (text) => Int32Array.from(text, (letter) => letter.codePointAt(0)!),
    embedTokens: (ids) =>
      Float64Array.from(Array.from(ids).flatMap((id) => Array.from({ length: d }, (_, a) => Math.sin(id * (a + 1))))),
    forward: (tokens, n, options) => forwardThrough(name, blocks, tokens, n, options),
    head: (state) => state,
    embed: () => new Float64Array(0),
    randomised: (seed) =>
      fromBlocks(
        `${name} randomised`,
        blocks.map((block) => randomiseBlock(block, seed)),
      ),
  };
  return network;
}
