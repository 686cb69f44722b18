import { expect, test } from "vitest";
import { createReferenceBackend } from "./reference.js";

const identity = Float64Array.of(1);
const kernel = {
  weight: "exponential",
  normalisation: "partition",
  heads: [{ beta: 1, queryKey: identity, value: identity }],
} as const;
const query = { m: 1, d: 1, points: Float64Array.of(10), weights: Float64Array.of(1), positions: Float64Array.of(0.5) };

test("a point without mass changes nothing, however great its score", () => {
  const source = { m: 2, d: 1, points: Float64Array.of(1, 1e6), weights: Float64Array.of(1, 0) };
  const field = new Float64Array(1);
  createReferenceBackend().field(kernel, source, query, { dense: true, logWeight: () => 0 }, { field });
  expect(field[0]).toBe(1);
});

test("a query that sees no key is an error, not NaN", () => {
  const source = { ...query, positions: Float64Array.of(0.9) };
  const causal = { dense: false, logWeight: (q: number, k: number) => (k <= q ? 0 : Number.NEGATIVE_INFINITY) };
  const field = new Float64Array(1);
  const compute = () => createReferenceBackend().field(kernel, source, query, causal, { field });
  expect(compute).toThrow(/query 0 at position 0.5 sees none/);
});

test("a mask over points without positions is an error", () => {
  const { positions: _, ...bare } = query;
  const compute = () =>
    createReferenceBackend().field(
      kernel,
      bare,
      bare,
      { dense: false, logWeight: () => 0 },
      { field: new Float64Array(1) },
    );
  expect(compute).toThrow(/needs positions/);
});
