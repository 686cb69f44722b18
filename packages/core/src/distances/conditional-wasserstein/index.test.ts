import { describe, expect, test } from "vitest";
import { InputError } from "../../foundation/errors/index.js";
import { cloudOf, momentsOf } from "../../foundation/law/index.js";
import { stream } from "../../foundation/random/index.js";
import type { Law, PointCloud } from "../../laws/contract.js";
import { cloudTransport } from "../shared/cloud-transport.js";
import { conditionalWasserstein } from "./index.js";

const of = (order: 1 | 2, bins: number | null = null) => conditionalWasserstein.bind({ order, bins }, 1);

function tokens(n: number, d: number, seed: number): PointCloud {
  const points = new Float64Array(n * d);
  stream({ seed, purpose: "conditional test" }).fillNormal(points);
  return cloudOf(points, n, d);
}

/** `runs` clouds of n tokens, each at the positions 1/n … 1. */
function ensemble(n: number, runs: number, seed: number): PointCloud {
  const all = tokens(n * runs, 2, seed);
  return { ...all, positions: Float64Array.from({ length: n * runs }, (_, k) => ((k % n) + 1) / n) };
}

const plain = (a: PointCloud, b: PointCloud, order: 1 | 2) => cloudTransport("test", a, b, order) ** (1 / order);

describe.each([1, 2] as const)("conditional-wasserstein of order %i", (order) => {
  test("one token per position: the mean over matched pairs", () => {
    const [a, b] = [tokens(9, 3, 1), tokens(9, 3, 2)];
    let sum = 0;
    for (let i = 0; i < 9; i++) {
      const gaps = [0, 1, 2].map((k) => a.points[3 * i + k]! - b.points[3 * i + k]!);
      sum += Math.hypot(...gaps) ** order / 9;
    }
    expect(of(order)(a, b)).toBeCloseTo(sum ** (1 / order), 13);
  });

  test("it is at least W_p, and falls to it when bins are merged", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const [a, b] = [tokens(12, 2, seed), tokens(12, 2, seed + 50)];
      const values = [of(order)(a, b), of(order, 12)(a, b), of(order, 6)(a, b), of(order, 2)(a, b), of(order, 1)(a, b)];
      expect(values[1]).toBeCloseTo(values[0]!, 13);
      // Two exact solutions of nested problems: rounding only.
      for (let k = 2; k < 5; k++) expect(values[k]).toBeLessThanOrEqual(values[k - 1]! + 1e-13);
      expect(values[4]).toBeCloseTo(plain(a, b, order), 13);
    }
  });

  test("ensembles: the mean over positions of W_p^p of the members' tokens", () => {
    const [a, b] = [ensemble(3, 8, 3), ensemble(3, 5, 4)];
    let sum = 0;
    for (let position = 0; position < 3; position++) {
      const at = (one: PointCloud, runs: number) =>
        cloudOf(
          Float64Array.from(
            { length: 2 * runs },
            (_, k) => one.points[2 * (3 * Math.floor(k / 2) + position) + (k % 2)]!,
          ),
          runs,
          2,
        );
      sum += cloudTransport("test", at(a, 8), at(b, 5), order) / 3;
    }
    expect(of(order)(a, b)).toBeCloseTo(sum ** (1 / order), 13);
  });

  test("bins compare contexts of different lengths", () => {
    const [a, b] = [tokens(20, 2, 5), tokens(10, 2, 6)];
    const found = of(order, 10)(a, b);
    expect(found).toBeGreaterThanOrEqual(plain(a, b, order));
    // Ten bins of two tokens against one: both go there.
    let sum = 0;
    for (let i = 0; i < 20; i++) {
      const j = Math.floor(i / 2);
      sum += Math.hypot(a.points[2 * i]! - b.points[2 * j]!, a.points[2 * i + 1]! - b.points[2 * j + 1]!) ** order / 20;
    }
    expect(found).toBeCloseTo(sum ** (1 / order), 13);
  });

  test("the order of the tokens in the arrays does not matter, their positions do", () => {
    const [a, b] = [tokens(5, 1, 7), tokens(5, 1, 8)];
    const reversed: PointCloud = { ...a, points: a.points.toReversed(), positions: a.positions!.toReversed() };
    expect(of(order)(reversed, b)).toBeCloseTo(of(order)(a, b), 14);
    expect(of(order)({ ...a, points: a.points.toReversed() }, b)).not.toBeCloseTo(of(order)(a, b), 3);
  });
});

test("refuses laws without a common marginal, in words", () => {
  const codeOf = (a: Law, b: Law, bins: number | null = null): string => {
    try {
      of(2, bins)(a, b);
    } catch (error) {
      if (error instanceof InputError) return error.code;
    }
    return "nothing";
  };
  const a = tokens(6, 2, 1);
  const { positions: _, ...bare } = a;
  expect(codeOf(a, bare)).toBe("missing");
  expect(codeOf(a, tokens(5, 2, 1))).toBe("incompatible");
  expect(codeOf(a, tokens(5, 2, 1), 2)).toBe("incompatible");
  expect(codeOf(a, momentsOf(a))).toBe("incompatible");
  expect(codeOf(a, { ...a, positions: a.positions!.map((s) => 2 * s) })).toBe("out-of-range");
  expect(codeOf(a, { ...a, weights: Float64Array.of(0.25, 0.15, 0.15, 0.15, 0.15, 0.15) })).toBe("incompatible");
  expect(conditionalWasserstein.params.safeParse({ bins: 0 }).success).toBe(false);
});
