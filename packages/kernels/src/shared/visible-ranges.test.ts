import type { Visibility } from "@meanfield/core/foundation/backend";
import fc from "fast-check";
import { expect, test } from "vitest";
import { visibleRanges } from "./visible-ranges.js";

const hidden = Number.NEGATIVE_INFINITY;
/** Intervals around, before, strictly before, and away from the query. */
const masks: Record<string, Visibility["logWeight"]> = {
  causal: (query, key) => (key <= query ? 0 : hidden),
  strict: (query, key) => (key < query ? 0 : hidden),
  future: (query, key) => (key >= query ? 0 : hidden),
  window: (query, key) => (Math.abs(query - key) <= 0.2 ? 0 : hidden),
  distant: (query, key) => (key <= query - 0.3 ? -(query - key) : hidden),
  prefix: (query, key) => (key <= query || key <= 0.4 ? 0 : hidden),
};

const position = fc.integer({ min: 0, max: 20 }).map((k) => k / 20);
const positions = (minLength: number) => fc.array(position, { minLength, maxLength: 40 });

test.each(Object.entries(masks))("the ranges of the mask %s are those of a look at every key", (_name, logWeight) => {
  const visibility: Visibility = { dense: false, logWeight, decay: 0 };
  const property = fc.property(positions(1), positions(1), fc.boolean(), (keys, asked, ordered) => {
    const sorted = Float64Array.from(keys).sort();
    const queries = ordered ? Float64Array.from(asked).sort() : Float64Array.from(asked);
    const [from, to] = [new Int32Array(queries.length), new Int32Array(queries.length)];
    const wanted = [...queries].map((query) => {
      const seen = [...sorted.keys()].filter((j) => logWeight(query, sorted[j]!) !== hidden);
      return seen.length === 0 ? undefined : ([seen[0]!, seen.at(-1)! + 1] as const);
    });
    const complete = visibleRanges(visibility, sorted, queries, from, to);
    expect(complete).toBe(wanted.every((range) => range !== undefined));
    if (complete) expect([...queries.keys()].map((i) => [from[i], to[i]])).toEqual(wanted);
  });
  fc.assert(property, { numRuns: 300, seed: 5 });
});

test("queries in order ask about a handful of keys each", () => {
  const n = 5000;
  const line = Float64Array.from({ length: n }, (_, i) => (i + 1) / n);
  for (const logWeight of [masks["causal"]!, masks["window"]!]) {
    let asked = 0;
    const counting: Visibility["logWeight"] = (query, key) => {
      asked++;
      return logWeight(query, key);
    };
    const visibility: Visibility = { dense: false, logWeight: counting };
    visibleRanges(visibility, line, line, new Int32Array(n), new Int32Array(n));
    // A window moves both ends at every step: its new first key is found by bisection, log₂ 5000 < 13 more.
    expect(asked / n).toBeLessThan(25);
  }
});
