import { expect, test } from "vitest";
import { visibleRanges } from "./visible-ranges.js";

const hidden = Number.NEGATIVE_INFINITY;
const rules = {
  everything: () => true,
  causal: (query: number, key: number) => key <= query,
  window: (query: number, key: number) => Math.abs(query - key) <= 0.1,
  narrow: (query: number, key: number) => Math.abs(query - key) <= 1e-3,
  prefix: (query: number, key: number) => key <= query || key <= 0.4,
  beyond: (_query: number, key: number) => key > 0.3 && key < 0.7,
};

/** 1000 queries in order, then in an order of large jumps. */
const askSets = [
  Float64Array.from({ length: 1000 }, (_, i) => i / 999),
  Float64Array.from({ length: 1000 }, (_, i) => ((i * 389) % 1000) / 999),
];

test.each(Object.keys(rules) as (keyof typeof rules)[])("the interval of keys that each query sees: %s", (name) => {
  const sees = rules[name];
  // Positions on a lattice, so that several keys share one.
  const keys = Float64Array.from({ length: 700 }, (_, j) => Math.floor((j * 400) / 699) / 400).sort();
  for (const asks of askSets) {
    const [first, last] = [new Int32Array(1000), new Int32Array(1000)];
    const logWeight = (query: number, key: number) => (sees(query, key) ? 0 : hidden);
    const complete = visibleRanges({ dense: false, decay: 0, logWeight }, keys, asks, first, last);
    const wanted = Array.from(asks, (query) => [
      keys.findIndex((key) => sees(query, key)),
      keys.findLastIndex((key) => sees(query, key)) + 1,
    ]);
    expect(complete).toBe(wanted.every(([from]) => from !== -1));
    if (complete) expect(Array.from(first, (from, i) => [from, last[i]])).toEqual(wanted);
  }
});

test("keys out of order are declined", () => {
  const [first, last] = [new Int32Array(1), new Int32Array(1)];
  const all = { dense: false, decay: 0, logWeight: () => 0 };
  expect(visibleRanges(all, Float64Array.of(0.5, 0.2), Float64Array.of(0.5), first, last)).toBe(false);
});
