import { stream } from "@meanfield/core/foundation/random";
import type { Linear, Weights } from "../blocks/linear.js";
import type { TransformerBlock } from "../blocks/transformer-block.js";

function norm(values: Weights): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}

/** Independent normals, scaled to the same Euclidean norm. */
function randomWeights(like: Weights, seed: number, purpose: string): Float64Array {
  const out = new Float64Array(like.length);
  stream({ seed, purpose: `randomise ${purpose}` }).fillNormal(out);
  const scale = norm(like) / norm(out);
  return out.map((value) => value * scale);
}

/** The same shapes; weight and bias each independent normals with the norm they had. @param purpose names the stream */
export function randomiseLinear(layer: Linear, seed: number, purpose: string): Linear {
  return {
    ...layer,
    weight: randomWeights(layer.weight, seed, `${purpose}.weight`),
    bias: randomWeights(layer.bias, seed, `${purpose}.bias`),
  };
}

/**
 * A block with random matrices and biases of the same Frobenius norms. LayerNorm keeps its gains and offsets: they set
 * the scale at which tokens enter a part, which a control should share.
 * @cost one normal per weight
 */
export function randomiseBlock(block: TransformerBlock, seed: number): TransformerBlock {
  const { name, attention, feedForward, shortcut } = block;
  const redraw = (layer: Linear, part: string): Linear => randomiseLinear(layer, seed, `${name}.${part}`);
  return {
    ...block,
    attention: { ...attention, packed: redraw(attention.packed, "qkv"), output: redraw(attention.output, "output") },
    ...(shortcut === undefined ? {} : { shortcut: redraw(shortcut, "shortcut") }),
    feedForward: {
      ...feedForward,
      inner: redraw(feedForward.inner, "inner"),
      outer: redraw(feedForward.outer, "outer"),
    },
  };
}
