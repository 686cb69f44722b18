import { InputError } from "@meanfield/core/foundation/errors";
import { stream } from "@meanfield/core/foundation/random";
import type { Activation } from "../blocks/feed-forward.js";
import { gelu, geluTanh } from "../blocks/gelu.js";
import type { LayerNorm } from "../blocks/layer-norm.js";
import type { Linear } from "../blocks/linear.js";
import type { NormPlace, TransformerBlock } from "../blocks/transformer-block.js";
import type { BlockStack } from "./contract.js";
import { forwardThrough, layersOf } from "./forward.js";

/** What tells the blocks of one family of Transformers from another at initialisation. */
export interface TransformerShape {
  readonly name: string;
  readonly doc: string;
  readonly norms: NormPlace;
  readonly activation: Activation;
  /** Whether a token sees only itself and earlier ones. */
  readonly causal: boolean;
  /** Of every LayerNorm (1). */
  readonly epsilon: number;
  /** Deviation of the coordinates of tokens that enter the first block, as the embedding makes them (1). */
  readonly tokenDeviation: number;
  /** Factor on the deviation of the matrices that write to the residual path. */
  residualScale(blocks: number): number;
}

const gpt2: TransformerShape = Object.freeze({
  name: "gpt-2",
  doc: "pre-LN, causal, GELU by tanh; N(0, .02²), matrices into the residual path divided by √(2·blocks)",
  norms: "before" as const,
  activation: geluTanh,
  causal: true,
  epsilon: 1e-5,
  // Word vectors N(0, .02²) and positions N(0, .01²), added.
  tokenDeviation: Math.hypot(0.02, 0.01),
  residualScale: (blocks: number) => 1 / Math.sqrt(2 * blocks),
});

const bert: TransformerShape = Object.freeze({
  name: "bert",
  doc: "post-LN, every token sees every token, exact GELU; N(0, .02²)",
  norms: "after" as const,
  activation: gelu,
  causal: false,
  epsilon: 1e-12,
  // A LayerNorm ends the embedding.
  tokenDeviation: 1,
  residualScale: () => 1,
});

/** The shapes by name. */
export const transformerShapes: Readonly<Record<string, TransformerShape>> = Object.freeze({
  [gpt2.name]: gpt2,
  [bert.name]: bert,
});

/** The width at which .02 is the deviation of both published initialisations. */
const publishedWidth = 768;

/**
 * Deviation of the weights at width d: .02 at 768, and .02·√(768/d) elsewhere, so that a layer multiplies the size of a
 * normalised token by the same factor (.02·√768 = .554) at every width.
 */
export function initialDeviation(d: number): number {
  return 0.02 * Math.sqrt(publishedWidth / d);
}

export interface RandomTransformerOptions {
  readonly shape: TransformerShape;
  /** Width (1). */
  readonly d: number;
  readonly blocks: number;
  /** Heads of a block, a divisor of d. */
  readonly heads: number;
  /** Width of the feed-forward part; 4d when left out. */
  readonly inner?: number;
  /** Deviation of the weights; `initialDeviation(d)` when left out. */
  readonly deviation?: number;
  /** Overrides the shape's mask. */
  readonly causal?: boolean;
  readonly seed: number;
}

function requireWhole(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  const rule = `${name} must be a whole number from 1`;
  throw new InputError({ code: "out-of-range", who: "random Transformer", rule, got: String(value) });
}

function requireOptions({ d, blocks, heads, inner = 4 * d, deviation = 1 }: RandomTransformerOptions): void {
  for (const [name, value] of Object.entries({ width: d, blocks, heads, inner })) requireWhole(name, value);
  if (d % heads !== 0) {
    throw new InputError({
      code: "out-of-range",
      who: "random Transformer",
      rule: "the number of heads must divide the width",
      got: `${heads} heads and width ${d}`,
      fix: "Both published shapes have heads of width 64",
    });
  }
  if (deviation > 0 && Number.isFinite(deviation)) return;
  const rule = "the deviation of the weights must be positive";
  throw new InputError({ code: "out-of-range", who: "random Transformer", rule, got: String(deviation) });
}

function linear(dIn: number, dOut: number, deviation: number, seed: number, purpose: string): Linear {
  const weight = new Float64Array(dIn * dOut);
  stream({ seed, purpose: `random transformer ${purpose}` }).fillNormal(weight);
  return { dIn, dOut, weight: weight.map((value) => deviation * value), bias: new Float64Array(dOut) };
}

function layerNorm(d: number, epsilon: number): LayerNorm {
  return { d, gain: new Float64Array(d).fill(1), offset: new Float64Array(d), epsilon };
}

function blockOf(index: number, options: RandomTransformerOptions, deviation: number): TransformerBlock {
  const { shape, d, blocks, heads, inner = 4 * d, causal = shape.causal, seed } = options;
  const name = `blocks.${index}`;
  const writing = deviation * shape.residualScale(blocks);
  return {
    name,
    dIn: d,
    dOut: d,
    norms: shape.norms,
    norm1: layerNorm(d, shape.epsilon),
    attention: {
      heads,
      dHead: d / heads,
      packed: linear(d, 3 * d, deviation, seed, `${name}.qkv`),
      output: linear(d, d, writing, seed, `${name}.output`),
      scale: 1 / Math.sqrt(d / heads),
      ...(causal ? { visible: (query: number, key: number) => key <= query } : {}),
    },
    norm2: layerNorm(d, shape.epsilon),
    feedForward: {
      inner: linear(d, inner, deviation, seed, `${name}.inner`),
      outer: linear(inner, d, writing, seed, `${name}.outer`),
      activation: shape.activation,
    },
  };
}

/**
 * The blocks of GPT-2 or BERT as they are before any training: independent N(0, deviation²) matrices, biases 0, LayerNorm
 * with gain 1 and offset 0, scores ⟨q, k⟩/√d_head. Attention and feed-forward follow one another, as in practice. Embedding,
 * final LayerNorm and head are left out: tokens are given as vectors. `randomised` is another draw.
 * @throws out-of-range
 * @cost 12·d² normals a block
 * @accuracy deviations and gains against their closed forms (random-transformer.test.ts)
 * @source GPT-2: initial scale and √(2·blocks) as published with its code; BERT: N(0, .02²) truncated there, not here
 */
export function randomTransformer(options: RandomTransformerOptions): BlockStack {
  requireOptions(options);
  const { shape, d, heads, causal = shape.causal, seed } = options;
  const deviation = options.deviation ?? initialDeviation(d);
  const blocks = Array.from({ length: options.blocks }, (_, index) => blockOf(index, options, deviation));
  const mask = causal === shape.causal ? "" : causal ? ", causal" : ", without mask";
  const size = `width ${d}, ${blocks.length} blocks, ${heads} heads${mask}`;
  const name = `random ${shape.name} (${size}, weights of deviation ${Number(deviation.toPrecision(4))}, seed ${seed})`;
  return {
    name,
    d,
    layers: layersOf(blocks),
    blocks,
    forward: (tokens, n, forwardOptions) => forwardThrough(name, blocks, tokens, n, forwardOptions),
    randomised: (other) => randomTransformer({ ...options, seed: other === seed ? other + 1 : other }),
  };
}
