import { stream } from "@meanfield/core/foundation/random";
import { expect, test } from "vitest";
import { applyAttention } from "./attention.js";
import { applyFeedForward, relu } from "./feed-forward.js";
import { recorder } from "./hooks.js";
import { applyLayerNorm } from "./layer-norm.js";
import { applyLinear, type Linear } from "./linear.js";
import { applyBlock, type TransformerBlock } from "./transformer-block.js";

const random = stream({ seed: 4, purpose: "block test" });
const normals = (length: number) => Float64Array.from({ length }, () => random.normal());
const linear = (dIn: number, dOut: number): Linear => ({ dIn, dOut, weight: normals(dIn * dOut), bias: normals(dOut) });
const zero = (dIn: number, dOut: number): Linear => ({
  dIn,
  dOut,
  weight: new Float64Array(dIn * dOut),
  bias: new Float64Array(dOut),
});
const norm = (d: number) => ({ d, gain: new Float64Array(d).fill(1), offset: new Float64Array(d), epsilon: 0 });

test("linear equals the definition for every remainder of the width by four", () => {
  for (const dIn of [1, 2, 3, 4, 5, 7, 8]) {
    const layer = linear(dIn, 3);
    const x = normals(2 * dIn);
    const out = applyLinear(layer, x, 2);
    for (let i = 0; i < 2; i++) {
      for (let j = 0; j < 3; j++) {
        let sum = layer.bias[j]!;
        for (let k = 0; k < dIn; k++) sum += x[i * dIn + k]! * layer.weight[k * 3 + j]!;
        // Up to nine terms of size 1 in another order.
        expect(out[i * 3 + j]).toBeCloseTo(sum, 13);
      }
    }
  }
});

test("layer norm gives mean 0 and variance 1, and does not see shift and positive scale", () => {
  const d = 6;
  const x = normals(2 * d);
  const out = applyLayerNorm(norm(d), x, 2);
  for (let i = 0; i < 2; i++) {
    const row = Array.from(out.subarray(i * d, (i + 1) * d));
    // Rounding of six terms.
    expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 13);
    expect(row.reduce((a, b) => a + b * b, 0) / d).toBeCloseTo(1, 13);
  }
  const moved = applyLayerNorm(
    norm(d),
    x.map((value) => 3 * value - 5),
    2,
  );
  // 3x − 5 loses about one digit before the mean is taken off again.
  for (const [i, value] of out.entries()) expect(moved[i]).toBeCloseTo(value, 12);
  const affine = { ...norm(d), gain: normals(d), offset: normals(d) };
  const shifted = applyLayerNorm(affine, x, 2);
  for (const [i, value] of out.entries())
    expect(shifted[i]).toBeCloseTo(affine.gain[i % d]! * value + affine.offset[i % d]!, 13);
});

function block(dIn: number, d: number): TransformerBlock {
  return {
    name: "blocks.7",
    dIn,
    dOut: d,
    norm1: norm(dIn),
    attention: { heads: 2, dHead: 2, packed: linear(dIn, 12), output: linear(4, d), scale: 1 },
    ...(dIn === d ? {} : { shortcut: linear(dIn, d) }),
    norm2: norm(d),
    feedForward: { inner: linear(d, 9), outer: linear(9, d), activation: relu },
  };
}

test("a block whose parts write nothing is the identity, or the shortcut where the width changes", () => {
  const silent = recorder().hook;
  const x = normals(3 * 4);
  const quiet = (own: TransformerBlock, d: number): TransformerBlock => ({
    ...own,
    attention: { ...own.attention, output: zero(4, d) },
    feedForward: { ...own.feedForward, outer: zero(9, d) },
  });
  expect(applyBlock(quiet(block(4, 4), 4), x, 3, silent)[1].data).toEqual(x);
  const wide = quiet(block(4, 6), 6);
  expect(applyBlock(wide, x, 3, silent)[1].data).toEqual(applyLinear(wide.shortcut!, x, 3));
});

test("hook points add up: mid = pre + attention, post = mid + feed-forward, which is ReLU between two linear maps", () => {
  const own = block(4, 4);
  const { hook, captured } = recorder(() => true);
  const [middle, after] = applyBlock(own, normals(3 * 4), 3, hook);
  const at = (name: string) => captured[`blocks.7.${name}`]!.data;
  for (let i = 0; i < 12; i++) {
    expect(middle.data[i]).toBe(at("hook_resid_pre")[i]! + at("hook_attn_out")[i]!);
    expect(after.data[i]).toBe(middle.data[i]! + at("hook_mlp_out")[i]!);
  }
  expect(at("hook_resid_post")).toBe(after.data);
  expect(Array.from(at("mlp.hook_post"))).toEqual(Array.from(at("mlp.hook_pre"), (value) => Math.max(0, value)));
  expect(at("hook_mlp_out")).toEqual(applyLinear(own.feedForward.outer, at("mlp.hook_post"), 3));
  expect(Object.keys(captured).sort()).toEqual(
    [
      ...["attn.hook_attn_scores", "attn.hook_k", "attn.hook_pattern", "attn.hook_q", "attn.hook_v", "attn.hook_z"],
      ...["hook_attn_out", "hook_mlp_out", "hook_resid_mid", "hook_resid_post", "hook_resid_pre"],
      ...["ln1.hook_normalized", "ln2.hook_normalized", "mlp.hook_post", "mlp.hook_pre"],
    ].map((name) => `blocks.7.${name}`),
  );
});

test("post-LN: normalise after each sum; its parts are those of the definition", () => {
  const own: TransformerBlock = { ...block(4, 4), norms: "after" };
  const { hook, captured } = recorder(() => true);
  const x = normals(3 * 4);
  const [middle, after] = applyBlock(own, x, 3, hook);
  const at = (name: string) => captured[`blocks.7.${name}`]!.data;
  const silent = recorder().hook;
  expect(at("hook_attn_out")).toEqual(applyAttention(own.attention, x, 3, silent));
  expect(middle).toEqual({
    name: "blocks.7.ln1.hook_normalized",
    d: 4,
    data: applyLayerNorm(
      own.norm1,
      x.map((value, i) => value + at("hook_attn_out")[i]!),
      3,
    ),
  });
  expect(at("hook_mlp_out")).toEqual(applyFeedForward(own.feedForward, middle.data, 3, silent));
  expect(after).toEqual({
    name: "blocks.7.hook_normalized_resid_post",
    d: 4,
    data: applyLayerNorm(
      own.norm2,
      middle.data.map((value, i) => value + at("hook_mlp_out")[i]!),
      3,
    ),
  });
});
