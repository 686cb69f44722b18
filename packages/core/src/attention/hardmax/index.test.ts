import { describe, expect, test } from "vitest";
import { normals, rowsOf } from "../../../test/helpers/arrays.js";
import { distanceMax } from "../../../test/helpers/slope.js";
import { createReferenceBackend } from "../../foundation/backend/index.js";
import { tokens, type WeightedPoints } from "../../foundation/shapes/index.js";
import { alibi } from "../../masks/alibi/index.js";
import { none } from "../../masks/none/index.js";
import type { AttentionPlugin } from "../contract.js";
import { softmax } from "../softmax/index.js";
import { hardmax } from "./index.js";

const open = none.bind({});

function bind<P>(plugin: AttentionPlugin<P>, d: number, params: object) {
  return plugin.bind(plugin.params.parse(params), { d, span: [0, 1] }, createReferenceBackend());
}

function field<P>(plugin: AttentionPlugin<P>, cloud: WeightedPoints, params: object, mask = open): Float64Array {
  const out = new Float64Array(cloud.m * cloud.d).fill(Number.NaN);
  bind(plugin, cloud.d, params).fieldAt(cloud, cloud, mask, 0, { field: out });
  return out;
}

describe("hardmax is the limit of softmax", () => {
  const [n, d] = [9, 3];
  const cloud = tokens(normals(n * d, 5), n, d);
  const Q = rowsOf(normals(d * d, 21), d, d);

  /** Least distance of the greatest score of a row to the next one. */
  function gap(): number {
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < n; i++) {
      const row = Array.from({ length: n }, (_, j) => {
        let s = 0;
        for (let a = 0; a < d; a++) {
          for (let b = 0; b < d; b++) s += cloud.points[j * d + a]! * Q[a]![b]! * cloud.points[i * d + b]!;
        }
        return s;
      }).sort((a, b) => b - a);
      least = Math.min(least, row[0]! - row[1]!);
    }
    return least;
  }

  test("|softmax − hardmax| ≤ n·diam·e^{−β·gap}, and it is reached to a factor n", () => {
    const hard = field(hardmax, cloud, { Q });
    const diameter = 2 * Math.max(...cloud.points.map(Math.abs));
    for (const factor of [4, 8, 16]) {
      const distance = distanceMax(hard, field(softmax, cloud, { Q, beta: factor / gap() }));
      // The bound is the sum of n − 1 softmax weights, each at most e^{−β·gap}; the row with the least gap has one.
      expect(distance).toBeLessThan(n * diameter * Math.exp(-factor));
      expect(distance).toBeGreaterThan((1e-2 / n) * diameter * Math.exp(-factor));
    }
  });
});

describe("ties", () => {
  // The third token sees both others at score 0, and itself too: it is the origin of scores.
  const cloud: WeightedPoints = {
    m: 3,
    d: 2,
    points: Float64Array.of(1, 1, -1, 1, 0, 0.5),
    weights: Float64Array.of(0.5, 0.25, 0.25),
    positions: Float64Array.of(0.2, 0.6, 1),
  };

  test("share the row by mass", () => {
    // Query (0, ½) scores ½, ½, ¼: leaders (1, 1) and (−1, 1) with masses ½ and ¼.
    const found = field(hardmax, cloud, {}).subarray(4);
    expect(distanceMax(found, [1 / 3, 1])).toBeLessThan(1e-15);
  });

  test("and by the weight of the mask, as softmax at any large β does", () => {
    const mask = alibi.bind({ rate: 2 });
    const [first, second] = [0.5 * Math.exp(-1.6), 0.25 * Math.exp(-0.8)];
    const found = field(hardmax, cloud, {}, mask).subarray(4);
    expect(distanceMax(found, [(first - second) / (first + second), 1])).toBeLessThan(1e-15);
    // e^{−200·¼} of the third token, and the rounding of scores of 100.
    expect(distanceMax(found, field(softmax, cloud, { beta: 200 }, mask).subarray(4))).toBeLessThan(1e-13);
  });

  test("have the entropy of their shares; one leader has none; there is no partition function", () => {
    const attention = bind(hardmax, 2, {});
    const entropy = new Float64Array(3);
    attention.fieldAt(cloud, cloud, open, 0, { entropy });
    const third = Math.log(3) - (2 / 3) * Math.log(2);
    expect(distanceMax(entropy, [0, 0, third])).toBeLessThan(1e-15);
    expect(() => attention.fieldAt(cloud, cloud, open, 0, { logPartition: entropy })).toThrow(
      "hardmax attention: it has no partition function",
    );
  });
});

test("a scale of the scores is refused by name: the argmax has none", () => {
  expect(hardmax.params.safeParse({ beta: 2 }).success).toBe(false);
  expect(hardmax.params.safeParse({ heads: [{ beta: 2 }] }).success).toBe(false);
});
