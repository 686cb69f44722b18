import { applyAttention, type MultiHeadAttention } from "./attention.js";
import { applyFeedForward, type FeedForward } from "./feed-forward.js";
import { type Hook, under } from "./hooks.js";
import { applyLayerNorm, type LayerNorm } from "./layer-norm.js";
import { applyLinear, type Linear } from "./linear.js";

/** A pre-LN block: y = shortcut(x) + attention(ln1(x)), then y + feedForward(ln2(y)). */
export interface TransformerBlock {
  /** `blocks.0`, …: the prefix of its hook points. */
  readonly name: string;
  readonly dIn: number;
  readonly dOut: number;
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

/**
 * One block on n tokens.
 * @param x shape [n, dIn]
 * @param hook offered hook_resid_pre, ln1.hook_normalized, attn.*, hook_attn_out, hook_resid_mid, ln2.hook_normalized,
 *   mlp.*, hook_mlp_out, hook_resid_post, all under the block's name
 * @returns the states after the attention and after the feed-forward part, each [n, dOut]
 * @cost that of attention and feed-forward
 * @accuracy its hook points add up exactly (transformer-block.test.ts)
 * @source derived (definition of a pre-LN block)
 */
export function applyBlock(
  block: TransformerBlock,
  x: Float64Array,
  n: number,
  hook: Hook,
): [HiddenState, HiddenState] {
  const { name, dIn, dOut: d } = block;
  const own = under(name, hook);
  own("hook_resid_pre", [n, dIn], x);
  const normal1 = applyLayerNorm(block.norm1, x, n);
  own("ln1.hook_normalized", [n, dIn], normal1);
  const attended = applyAttention(block.attention, normal1, n, under("attn", own));
  own("hook_attn_out", [n, d], attended);
  const middle = add(block.shortcut === undefined ? x : applyLinear(block.shortcut, x, n), attended);
  own("hook_resid_mid", [n, d], middle);
  const normal2 = applyLayerNorm(block.norm2, middle, n);
  own("ln2.hook_normalized", [n, d], normal2);
  const fed = applyFeedForward(block.feedForward, normal2, n, under("mlp", own));
  own("hook_mlp_out", [n, d], fed);
  const after = add(middle, fed);
  own("hook_resid_post", [n, d], after);
  return [
    { name: `${name}.hook_resid_mid`, d, data: middle },
    { name: `${name}.hook_resid_post`, d, data: after },
  ];
}
