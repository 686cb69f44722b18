import { stream } from "@meanfield/core/foundation/random";
import { expect, test } from "vitest";
import { applyAttention, type MultiHeadAttention } from "./attention.js";
import { recorder } from "./hooks.js";
import type { Linear } from "./linear.js";

const random = stream({ seed: 3, purpose: "attention test" });
const normals = (length: number, scale = 1) => Float64Array.from({ length }, () => scale * random.normal());
const layer = (dIn: number, dOut: number): Linear => ({ dIn, dOut, weight: normals(dIn * dOut), bias: normals(dOut) });
const silent = recorder().hook;
const n = 5;
const d = 4;
const attention: MultiHeadAttention = { heads: 2, dHead: 3, packed: layer(d, 18), output: layer(6, 7), scale: 0.5 };
const x = normals(n * d);

/** The definition, head by head and entry by entry. */
function definition(tokens: Float64Array, visible: (i: number, j: number) => boolean): Float64Array {
  const { heads, dHead, packed, output, scale } = attention;
  const project = (i: number, column: number) => {
    let sum = packed.bias[column]!;
    for (let a = 0; a < d; a++) sum += tokens[i * d + a]! * packed.weight[a * packed.dOut + column]!;
    return sum;
  };
  const out = new Float64Array(n * output.dOut);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < output.dOut; c++) out[i * output.dOut + c] = output.bias[c]!;
    for (let h = 0; h < heads; h++) {
      const weight = Array.from({ length: n }, (_, j) => {
        let score = 0;
        for (let a = 0; a < dHead; a++) score += project(i, h * dHead + a) * project(j, (heads + h) * dHead + a);
        return visible(i, j) ? Math.exp(scale * score) : 0;
      });
      const sum = weight.reduce((a, b) => a + b, 0);
      for (let j = 0; j < n; j++)
        for (let a = 0; a < dHead; a++)
          for (let c = 0; c < output.dOut; c++)
            out[i * output.dOut + c]! +=
              (weight[j]! / sum) *
              project(j, (2 * heads + h) * dHead + a) *
              output.weight[(h * dHead + a) * output.dOut + c]!;
    }
  }
  return out;
}

function expectClose(actual: Float64Array, expected: Float64Array): void {
  expect(actual.length).toBe(expected.length);
  // Some 50 terms of size up to 10, summed in another order.
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 11);
}

function permuted(rows: Float64Array, order: readonly number[], width: number): Float64Array {
  return Float64Array.from(order.flatMap((i) => Array.from(rows.subarray(i * width, (i + 1) * width))));
}

test("equals the definition, without a mask and with a causal one", () => {
  expectClose(
    applyAttention(attention, x, n, silent),
    definition(x, () => true),
  );
  const causal = (i: number, j: number) => j <= i;
  expectClose(applyAttention({ ...attention, visible: causal }, x, n, silent), definition(x, causal));
});

test("is equivariant under permutations of the tokens when there is no mask", () => {
  const order = [3, 0, 4, 2, 1];
  const first = permuted(applyAttention(attention, x, n, silent), order, 7);
  expectClose(applyAttention(attention, permuted(x, order, d), n, silent), first);
});

test("under a causal mask a token does not depend on later ones", () => {
  const causal = { ...attention, visible: (i: number, j: number) => j <= i };
  const other = x.slice();
  other.set(normals(d), 3 * d);
  const before = applyAttention(causal, x, n, silent);
  const after = applyAttention(causal, other, n, silent);
  expect(after.subarray(0, 3 * 7)).toEqual(before.subarray(0, 3 * 7));
  expect(after.subarray(3 * 7)).not.toEqual(before.subarray(3 * 7));
});

test("rows of the pattern are probabilities; huge scores do not overflow", () => {
  const { hook, captured } = recorder((name) => name === "hook_pattern");
  applyAttention({ ...attention, scale: 1e4 }, x, n, hook);
  const { shape, data } = captured["hook_pattern"]!;
  expect(shape).toEqual([2, n, n]);
  for (let row = 0; row < 2 * n; row++) {
    // Rounding of n quotients.
    expect(data.subarray(row * n, (row + 1) * n).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 14);
  }
});

test("with scale 0 every token gets the mean value", () => {
  const out = applyAttention({ ...attention, scale: 0 }, x, n, silent);
  for (let i = 1; i < n; i++) expectClose(out.slice(i * 7, (i + 1) * 7), out.slice(0, 7));
});

test("only what the filter asks for is captured", () => {
  const { hook, captured } = recorder((name) => name === "hook_q" || name === "hook_v");
  applyAttention(attention, x, n, hook);
  expect(Object.keys(captured).sort()).toEqual(["hook_q", "hook_v"]);
  expect(captured["hook_q"]!.shape).toEqual([n, 2, 3]);
  const column = 2 * 6 + 4;
  let value = attention.packed.bias[column]!;
  for (let a = 0; a < d; a++) value += x[2 * d + a]! * attention.packed.weight[a * 18 + column]!;
  // Token 2, head 1, coordinate 1 of v; four terms in another order.
  expect(captured["hook_v"]!.data[2 * 6 + 4]).toBeCloseTo(value, 12);
});
