import { stream } from "@meanfield/core/foundation/random";
import { describe, expect, test } from "vitest";
import { gelu } from "../blocks/gelu.js";
import type { Linear } from "../blocks/linear.js";
import { probe } from "../probe/probe.js";
import { simpleMeasures } from "../probe/simple-measures.js";
import { initialDeviation, randomTransformer, transformerShapes } from "./random-transformer.js";

const [gpt2, bert] = [transformerShapes["gpt-2"]!, transformerShapes["bert"]!];
const normals = (length: number, seed = 1) => {
  const out = new Float64Array(length);
  stream({ seed, purpose: "random transformer test" }).fillNormal(out);
  return out;
};
const deviationOf = ({ weight }: Linear) =>
  Math.sqrt(Array.from(weight).reduce((sum, w) => sum + w * w, 0) / weight.length);

describe("weights", () => {
  test("have the published deviation at width 768, and one gain √(d)·deviation at every width", () => {
    expect(initialDeviation(768)).toBe(0.02);
    // Rounding of two roots.
    expect(Math.abs(initialDeviation(48) * Math.sqrt(48) - 0.02 * Math.sqrt(768))).toBeLessThan(1e-15);
  });

  test.each([gpt2, bert])("$name: matrices have it, those into the residual path times the shape's factor", (shape) => {
    const [d, blocks] = [48, 8];
    const network = randomTransformer({ shape, d, blocks, heads: 3, seed: 5 });
    const factor = shape === gpt2 ? 1 / 4 : 1;
    for (const { attention, feedForward } of network.blocks) {
      const expected: [Linear, number][] = [
        [attention.packed, 1],
        [feedForward.inner, 1],
        [attention.output, factor],
        [feedForward.outer, factor],
      ];
      for (const [layer, times] of expected) {
        // The standard error of a deviation is (2m)^−½ of it; 48² numbers at least, five standard errors.
        const tolerance = 5 / Math.sqrt(2 * layer.weight.length);
        expect(Math.abs(deviationOf(layer) / (times * initialDeviation(d)) - 1)).toBeLessThan(tolerance);
        expect(layer.bias.every((value) => value === 0)).toBe(true);
      }
    }
    expect(network.randomised(5).blocks[0]!.attention.packed.weight).not.toEqual(
      network.blocks[0]!.attention.packed.weight,
    );
  });
});

test("the first feed-forward part of BERT multiplies as wide-network theory says: E|out|² = d·inner·s²·E gelu(s√d Z)²", () => {
  const [d, n] = [96, 400];
  const network = randomTransformer({ shape: bert, d, blocks: 1, heads: 3, seed: 2 });
  const { captured } = network.forward(normals(n * d), n, { capture: (name) => name.endsWith("hook_mlp_out") });
  const out = captured["blocks.0.hook_mlp_out"]!.data;
  const s = initialDeviation(d);
  let gain = 0;
  const step = 1e-3;
  for (let z = -9; z <= 9; z += step)
    gain += gelu.apply(s * Math.sqrt(d) * z) ** 2 * Math.exp(-0.5 * z * z) * (step / Math.sqrt(2 * Math.PI));
  const measured = out.reduce((sum, value) => sum + value * value, 0) / (n * d);
  // The weights are shared by all tokens: the sum over d·4d of them fluctuates by a few per cent.
  expect(Math.abs(measured / (4 * d * s * s * gain) - 1)).toBeLessThan(0.12);
});

test("BERT ends every part on the sphere of radius √d and does not see the order of tokens", () => {
  const [d, n] = [12, 7];
  const network = randomTransformer({ shape: bert, d, blocks: 2, heads: 2, seed: 3 });
  const x = normals(n * d);
  const { states } = network.forward(x, n);
  expect(states.map(({ name }) => name)).toEqual(network.layers.map(({ name }) => name));
  for (const { data } of states.slice(1)) {
    for (let i = 0; i < n; i++) {
      const row = data.subarray(i * d, (i + 1) * d);
      // LayerNorm with ε = 1e-12 under a variance of order 1.
      expect(Math.abs(row.reduce((sum, value) => sum + value * value, 0) - d)).toBeLessThan(1e-10);
    }
  }
  const turned = new Float64Array(n * d);
  for (let i = 0; i < n; i++) turned.set(x.subarray(i * d, (i + 1) * d), ((i + 3) % n) * d);
  const other = network.forward(turned, n).states.at(-1)!.data;
  for (let i = 0; i < n; i++)
    for (let a = 0; a < d; a++)
      // Sums over tokens in another order.
      expect(Math.abs(states.at(-1)!.data[i * d + a]! - other[((i + 3) % n) * d + a]!)).toBeLessThan(1e-12);
});

test("GPT-2 shows a token nothing of later ones, unless the mask is taken off", () => {
  const [d, n] = [8, 6];
  const x = normals(n * d);
  const changed = x.slice();
  changed.fill(1, (n - 1) * d);
  const options = { shape: gpt2, d, blocks: 2, heads: 2, seed: 4 };
  const firstRows = (causal: boolean, tokens: Float64Array) =>
    randomTransformer({ ...options, causal })
      .forward(tokens, n)
      .states.at(-1)!
      .data.slice(0, (n - 1) * d);
  expect(firstRows(true, x)).toEqual(firstRows(true, changed));
  expect(firstRows(false, x)).not.toEqual(firstRows(false, changed));
});

test("a probe takes Gaussian tokens, and says that texts need a tokenizer", () => {
  const network = randomTransformer({ shape: gpt2, d: 8, blocks: 1, heads: 2, seed: 4 });
  const cov = new Float64Array(64);
  for (let i = 0; i < 8; i++) cov[9 * i] = 1;
  const gaussian = { n: 16, mean: new Float64Array(8), cov };
  const options = { measures: simpleMeasures, seed: 1, control: "none" as const };
  expect(probe(network, { texts: [], gaussian }, options).layers.length).toBe(3);
  expect(() => probe(network, { texts: ["a"], gaussian }, options)).toThrow(
    expect.objectContaining({ code: "incompatible" }),
  );
});

test.each([
  [{ heads: 3 }, /heads must divide the width, got 3 heads and width 8/],
  [{ blocks: 0 }, /blocks must be a whole number from 1, got 0/],
  [{ deviation: -1 }, /deviation of the weights must be positive, got -1/],
])("refuses %j", (change, says) => {
  expect(() => randomTransformer({ shape: gpt2, d: 8, blocks: 1, heads: 2, seed: 1, ...change })).toThrow(says);
});
