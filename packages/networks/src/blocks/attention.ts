import type { Hook } from "./hooks.js";
import { applyLinear, type Linear } from "./linear.js";

/** Multi-head softmax attention with one packed projection x ↦ (q | k | v). */
export interface MultiHeadAttention {
  readonly heads: number;
  /** Size of a head's queries, keys and values. */
  readonly dHead: number;
  /** [d] → [3·heads·dHead]: queries of all heads, then keys, then values. */
  readonly packed: Linear;
  /** [heads·dHead] → [dOut]. */
  readonly output: Linear;
  /** Scores are scale·⟨q, k⟩ (1). */
  readonly scale: number;
  /** Whether a query may see a key, by position; left out: every token sees every token. */
  readonly visible?: (query: number, key: number) => boolean;
}

/** Row-wise softmax of scores [n, n] into pattern; −∞ gives weight 0. */
function softmaxRows(scores: Float64Array, pattern: Float64Array, from: number, n: number): void {
  for (let i = 0; i < n; i++) {
    const row = from + i * n;
    let largest = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < n; j++) largest = Math.max(largest, scores[row + j]!);
    let sum = 0;
    for (let j = 0; j < n; j++) {
      const weight = Math.exp(scores[row + j]! - largest);
      pattern[row + j] = weight;
      sum += weight;
    }
    for (let j = 0; j < n; j++) pattern[row + j]! /= sum;
  }
}

/** Scores of one head into scores[from …]: scale·⟨q_i, k_j⟩, −∞ where hidden. */
function scoreHead(
  layer: MultiHeadAttention,
  qkv: Float64Array,
  n: number,
  head: number,
  scores: Float64Array,
  from: number,
): void {
  const { heads, dHead, scale, visible } = layer;
  const stride = 3 * heads * dHead;
  const query = head * dHead;
  const key = (heads + head) * dHead;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let a = 0; a < dHead; a++) sum += qkv[i * stride + query + a]! * qkv[j * stride + key + a]!;
      scores[from + i * n + j] = visible === undefined || visible(i, j) ? scale * sum : Number.NEGATIVE_INFINITY;
    }
  }
}

/** Mean values of one head into z [n, heads, dHead]: Σ_j pattern_ij v_j. */
function mixHead(
  layer: MultiHeadAttention,
  qkv: Float64Array,
  pattern: Float64Array,
  n: number,
  head: number,
  z: Float64Array,
): void {
  const { heads, dHead } = layer;
  const stride = 3 * heads * dHead;
  const value = (2 * heads + head) * dHead;
  for (let i = 0; i < n; i++) {
    const target = (i * heads + head) * dHead;
    for (let j = 0; j < n; j++) {
      const weight = pattern[(head * n + i) * n + j]!;
      if (weight === 0) continue;
      for (let a = 0; a < dHead; a++) z[target + a]! += weight * qkv[j * stride + value + a]!;
    }
  }
}

/** Columns [part·width, (part+1)·width) of the packed rows, as an own array. */
function unpack(qkv: Float64Array, n: number, width: number, part: number): Float64Array {
  const out = new Float64Array(n * width);
  for (let i = 0; i < n; i++) {
    const from = (3 * i + part) * width;
    out.set(qkv.subarray(from, from + width), i * width);
  }
  return out;
}

/**
 * Σ_h output_h( softmax_j(scale·⟨q_i, k_j⟩) v_j ): attention of n tokens among themselves.
 * @param x shape [n, d]
 * @param hook offered hook_q, hook_k, hook_v, hook_z [n, heads, dHead]; hook_attn_scores, hook_pattern [heads, n, n]
 * @returns shape [n, dOut]
 * @cost O(n·d·heads·dHead + n²·heads·dHead) time, O(n²·heads) memory
 * @accuracy equal to the definition within 1e-11; equivariant under permutations without a mask (attention.test.ts)
 * @source derived (definition)
 */
export function applyAttention(layer: MultiHeadAttention, x: Float64Array, n: number, hook: Hook): Float64Array {
  const { heads, dHead } = layer;
  const width = heads * dHead;
  const qkv = applyLinear(layer.packed, x, n);
  hook("hook_q", [n, heads, dHead], unpack(qkv, n, width, 0));
  hook("hook_k", [n, heads, dHead], unpack(qkv, n, width, 1));
  hook("hook_v", [n, heads, dHead], unpack(qkv, n, width, 2));
  const scores = new Float64Array(heads * n * n);
  const pattern = new Float64Array(heads * n * n);
  const z = new Float64Array(n * width);
  for (let head = 0; head < heads; head++) {
    scoreHead(layer, qkv, n, head, scores, head * n * n);
    softmaxRows(scores, pattern, head * n * n, n);
    mixHead(layer, qkv, pattern, n, head, z);
  }
  hook("hook_attn_scores", [heads, n, n], scores);
  hook("hook_pattern", [heads, n, n], pattern);
  hook("hook_z", [n, heads, dHead], z);
  return applyLinear(layer.output, z, n);
}
