import type { Hook } from "./hooks.js";
import { applyLinear, type Linear } from "./linear.js";

/** A scalar function with a name. */
export interface Activation {
  readonly name: string;
  apply(x: number): number;
}

/** max(0, x) */
export const relu: Activation = Object.freeze({ name: "relu", apply: (x: number) => (x > 0 ? x : 0) });

/** x ↦ outer(activation(inner(x))), token by token. */
export interface FeedForward {
  readonly inner: Linear;
  readonly outer: Linear;
  readonly activation: Activation;
}

/**
 * outer(activation(inner(x))) of n rows.
 * @param x shape [n, d]
 * @param hook offered hook_pre and hook_post [n, width]
 * @returns shape [n, dOut]
 * @cost O(n·d·width)
 * @accuracy ReLU between two linear maps, exactly (transformer-block.test.ts)
 * @source derived (definition)
 */
export function applyFeedForward(layer: FeedForward, x: Float64Array, n: number, hook: Hook): Float64Array {
  const { inner, outer, activation } = layer;
  const pre = applyLinear(inner, x, n);
  hook("hook_pre", [n, inner.dOut], pre);
  const post = pre.map((value) => activation.apply(value));
  hook("hook_post", [n, inner.dOut], post);
  return applyLinear(outer, post, n);
}
