import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { expectCatalog, expectSelfDescribing, membersOf } from "../../test/helpers/family.js";
import { masksCatalog } from "./catalog.js";
import type { Mask, MaskPlugin } from "./contract.js";

const members = membersOf<MaskPlugin>(import.meta.glob("./*/index.ts", { eager: true }));
/** A value for every parameter that a mask may require. */
const offered = { width: 0.3, rate: 2, length: 0.4 };
const positions = Array.from({ length: 20 }, (_, i) => (i + 1) / 20);

test("the catalog holds exactly the folders", () => expectCatalog(masksCatalog, members));

describe.each(members)("mask $folder", (member) => {
  const shape = (member.plugin.params as unknown as z.ZodObject).shape;
  const mask = member.plugin.bind(
    member.plugin.params.parse(Object.fromEntries(Object.entries(offered).filter(([key]) => key in shape))),
  );

  test("says what it is", () => {
    expectSelfDescribing(member);
    expect(mask.name).toBe(member.folder);
  });

  test("a token sees itself with weight 1, and no weight is above 1", () => {
    for (const s of positions) expect(mask.logWeight(s, s)).toBe(0);
    for (const query of positions)
      for (const key of positions) expect(mask.logWeight(query, key)).toBeLessThanOrEqual(0);
  });

  test("a mask with a decay: the keys seen are one interval, their log weights −λ(s − s')", () => {
    if (mask.decay === undefined) return;
    for (const query of positions) {
      const seen = positions.map((key) => mask.logWeight(query, key) > Number.NEGATIVE_INFINITY);
      const edges = seen.filter((one, j) => one !== (seen[j - 1] ?? false)).length;
      expect(edges).toBeLessThanOrEqual(2);
      for (const [j, key] of positions.entries()) {
        // One product and one difference of numbers up to 2.
        if (seen[j])
          expect(Math.abs(mask.logWeight(query, key) + mask.decay * (query - key))).toBeLessThanOrEqual(1e-15);
      }
    }
  });

  test("is dense exactly when every weight is 1", () => {
    const all = positions.every((query) => positions.every((key) => mask.logWeight(query, key) === 0));
    expect(mask.dense).toBe(all);
  });
});

const bound = (name: string, params: unknown) => {
  const plugin = masksCatalog.find((one) => one.name === name)!;
  return plugin.bind(plugin.params.parse(params) as never);
};
/** The keys that each of n tokens sees, as 1-based indices. */
const seenBy = (mask: Mask, n: number): number[][] => {
  const index = Array.from({ length: n }, (_, i) => i + 1);
  return index.map((i) => index.filter((j) => mask.logWeight(i / n, j / n) > Number.NEGATIVE_INFINITY));
};

test("window: a width of k/n reaches exactly k tokens on both sides, for every n", () => {
  for (let n = 2; n <= 60; n++) {
    for (const k of [1, 2, 7].filter((one) => one <= n)) {
      for (const [i, seen] of seenBy(bound("window", { width: k / n }), n).entries()) {
        expect(seen).toEqual(Array.from({ length: n }, (_, j) => j + 1).filter((j) => Math.abs(j - (i + 1)) <= k));
      }
    }
  }
});

test("prefix: bidirectional up to its end, causal after it; as long as the context it hides nothing", () => {
  expect(seenBy(bound("prefix", { length: 0.5 }), 6)).toEqual([
    [1, 2, 3],
    [1, 2, 3],
    [1, 2, 3],
    [1, 2, 3, 4],
    [1, 2, 3, 4, 5],
    [1, 2, 3, 4, 5, 6],
  ]);
  expect(seenBy(bound("prefix", { length: 1 }), 7).every((seen) => seen.length === 7)).toBe(true);
});

test("alibi: e^{−λ(s − s')} on the past, causal at rate 0", () => {
  const fading = bound("alibi", { rate: 3 });
  expect(fading.logWeight(0.75, 0.25)).toBe(-1.5);
  const [flat, causal] = [bound("alibi", { rate: 0 }), bound("causal", {})];
  for (const query of positions)
    for (const key of positions) expect(flat.logWeight(query, key)).toBeCloseTo(causal.logWeight(query, key), 15);
});

test("refuses lengths outside (0, 1] and negative rates", () => {
  for (const width of [0, -0.1, 1.5, Number.NaN]) expect(() => bound("window", { width })).toThrow();
  for (const length of [0, 1.01]) expect(() => bound("prefix", { length })).toThrow();
  for (const rate of [-1, Number.POSITIVE_INFINITY]) expect(() => bound("alibi", { rate })).toThrow();
});

test("causal: keys at s' ≤ s and no others", () => {
  const mask = masksCatalog.find((one) => one.name === "causal")!.bind({});
  for (const query of positions) {
    for (const key of positions) expect(mask.logWeight(query, key) === 0).toBe(key <= query);
  }
});
