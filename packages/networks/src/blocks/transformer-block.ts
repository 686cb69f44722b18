import { applyAttention, type MultiHeadAttention } from "./attention.js";
import { applyFeedForward, type FeedForward } from "./feed-forward.js";
import { type Hook, under } from "./hooks.js";
import { applyLayerNorm, type LayerNorm } from "./layer-norm.js";
import { applyLinear, type Linear } from "./linear.js";

/**
 * Where a block normalises. "before" (pre-LN): y = x + attention(ln1(x)), then y + feedForward(ln2(y)). "after" (post-LN):
 * y = ln1(x + attention(x)), then ln2(y + feedForward(y)). With a shortcut its value takes the place of x in the sum.
 */
export type NormPlace = "before" | "after";

/** Attention, then a feed-forward part, each added to the residual path. */
export interface TransformerBlock {
  /** `blocks.0`, …: the prefix of its hook points. */
  readonly name: string;
  readonly dIn: number;
  readonly dOut: number;
  /** "before" when left out. */
  readonly norms?: NormPlace;
  /** Of width dIn before, dOut after. */
  readonly norm1: LayerNorm;
  readonly attention: MultiHeadAttention;
  /** The residual path where the width changes; left out: the identity. */
  readonly shortcut?: Linear;
  readonly norm2: LayerNorm;
  readonly feedForward: FeedForward;
}

/** A cloud of tokens between two parts of a network. */
export interface HiddenState {
  /** The hook point it belongs to. */
  readonly name: string;
  readonly d: number;
  /** Shape [n, d]. */
  readonly data: Float64Array;
}

function add(x: Float64Array, y: Float64Array): Float64Array {
  return x.map((value, i) => value + y[i]!);
}

/** Hook points of the states after the attention and after the feed-forward part. */
export function statesOfBlock({ name, norms }: TransformerBlock): readonly [string, string] {
  return norms === "after"
    ? [`${name}.ln1.hook_normalized`, `${name}.hook_normalized_resid_post`]
    : [`${name}.hook_resid_mid`, `${name}.hook_resid_post`];
}

function residual(block: TransformerBlock, x: Float64Array, n: number): Float64Array {
  return block.shortcut === undefined ? x : applyLinear(block.shortcut, x, n);
}

function normaliseBefore(block: TransformerBlock, x: Float64Array, n: number, own: Hook): [Float64Array, Float64Array] {
  const { dIn, dOut: d } = block;
  const normal1 = applyLayerNorm(block.norm1, x, n);
  own("ln1.hook_normalized", [n, dIn], normal1);
  const attended = applyAttention(block.attention, normal1, n, under("attn", own));
  own("hook_attn_out", [n, d], attended);
  const middle = add(residual(block, x, n), attended);
  own("hook_resid_mid", [n, d], middle);
  const normal2 = applyLayerNorm(block.norm2, middle, n);
  own("ln2.hook_normalized", [n, d], normal2);
  const fed = applyFeedForward(block.feedForward, normal2, n, under("mlp", own));
  own("hook_mlp_out", [n, d], fed);
  const after = add(middle, fed);
  own("hook_resid_post", [n, d], after);
  return [middle, after];
}

function normaliseAfter(block: TransformerBlock, x: Float64Array, n: number, own: Hook): [Float64Array, Float64Array] {
  const { dOut: d } = block;
  const attended = applyAttention(block.attention, x, n, under("attn", own));
  own("hook_attn_out", [n, d], attended);
  const middle = add(residual(block, x, n), attended);
  own("hook_resid_mid", [n, d], middle);
  const normal1 = applyLayerNorm(block.norm1, middle, n);
  own("ln1.hook_normalized", [n, d], normal1);
  const fed = applyFeedForward(block.feedForward, normal1, n, under("mlp", own));
  own("hook_mlp_out", [n, d], fed);
  const after = add(normal1, fed);
  own("hook_resid_post", [n, d], after);
  const normal2 = applyLayerNorm(block.norm2, after, n);
  own("hook_normalized_resid_post", [n, d], normal2);
  return [normal1, normal2];
}

/**
 * One block on n tokens.
 * @param x shape [n, dIn]
 * @param hook offered hook_resid_pre, ln1.hook_normalized, attn.*, hook_attn_out, hook_resid_mid, mlp.*, hook_mlp_out,
 *   hook_resid_post, and ln2.hook_normalized (pre-LN) or hook_normalized_resid_post (post-LN), all under the block's name
 * @returns the states after the attention and after the feed-forward part, each [n, dOut], named by `statesOfBlock`
 * @cost that of attention and feed-forward
 * @accuracy its hook points add up exactly (transformer-block.test.ts)
 * @source derived (definitions of pre-LN and post-LN blocks)
 */
export function applyBlock(
  block: TransformerBlock,
  x: Float64Array,
  n: number,
  hook: Hook,
): [HiddenState, HiddenState] {
  const { name, dIn, dOut: d, norms } = block;
  const own = under(name, hook);
  own("hook_resid_pre", [n, dIn], x);
  const [middle, after] = (norms === "after" ? normaliseAfter : normaliseBefore)(block, x, n, own);
  const [first, second] = statesOfBlock(block);
  return [
    { name: first, d, data: middle },
    { name: second, d, data: after },
  ];
}
