import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stream } from "../../foundation/random/index.js";
import { type Assignment, assignment } from "./assignment.js";
import { permutations } from "./permutations.test-helper.js";

function randomCost(n: number, seed: number): Float64Array {
  const out = new Float64Array(n * n);
  stream({ seed, purpose: "assignment test" }).fillUniform(out);
  return out;
}

function bestOfAll(cost: Float64Array, n: number): number {
  return Math.min(...permutations(n).map((order) => order.reduce((sum, j, i) => sum + cost[i * n + j]!, 0)));
}

/** A permutation, feasible potentials, no duality gap: together they prove that the cost is least. */
function expectProof(cost: Float64Array, n: number, found: Assignment): void {
  expect(new Set(found.columnOf).size).toBe(n);
  let [primal, dual, violation, scale] = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    primal += cost[i * n + found.columnOf[i]!]!;
    dual += found.rowPotential[i]! + found.columnPotential[i]!;
    for (let j = 0; j < n; j++) {
      scale = Math.max(scale, Math.abs(cost[i * n + j]!));
      violation = Math.max(violation, found.rowPotential[i]! + found.columnPotential[j]! - cost[i * n + j]!);
    }
  }
  // Potentials are sums of a few differences of costs; the sums have n terms.
  expect(violation).toBeLessThanOrEqual(1e-13 * scale);
  expect(Math.abs(primal - dual)).toBeLessThanOrEqual(1e-12 * Math.abs(primal) + 1e-15 * scale);
  expect(found.cost).toBe(primal);
}

describe("assignment", () => {
  test.each([1, 2, 3, 4, 5, 6, 7])("is the best of all permutations, n = %i", (n) => {
    for (let seed = 1; seed <= 30; seed++) {
      const cost = randomCost(n, seed);
      // Seven roundings of numbers below 1.
      expect(Math.abs(assignment(cost, n).cost - bestOfAll(cost, n))).toBeLessThan(1e-14);
    }
  });

  test.each([10, 100, 400])("its potentials prove it, n = %i", (n) => {
    const cost = randomCost(n, 7);
    expectProof(cost, n, assignment(cost, n));
  });

  test("ties, signs and equal costs: small integers against all permutations", () => {
    const entry = fc.integer({ min: -2, max: 2 });
    const table = fc.integer({ min: 1, max: 6 }).chain((n) => fc.array(entry, { minLength: n * n, maxLength: n * n }));
    const property = fc.property(table, (values) => {
      const n = Math.round(Math.sqrt(values.length));
      const cost = Float64Array.from(values);
      const found = assignment(cost, n);
      expectProof(cost, n, found);
      expect(found.cost).toBe(bestOfAll(cost, n));
    });
    fc.assert(property, { numRuns: 200, seed: 3 });
  });

  test("ties up to rounding end, with a proof", () => {
    const n = 60;
    // Points on a lattice of step 0.1 moved by a tenth of an ulp or so: thousands of costs that differ in the last digit.
    const cost = Float64Array.from({ length: n * n }, (_, k) => {
      const [i, j] = [Math.floor(k / n), k % n];
      return ((i % 6) * 0.1 - (j % 10) * 0.1 + 1e-16 * (i + j)) ** 2;
    });
    expectProof(cost, n, assignment(cost, n));
  });

  test("costs over sixteen decades keep the proof", () => {
    const n = 50;
    const cost = randomCost(n, 4).map((value) => 10 ** (16 * value - 8));
    expectProof(cost, n, assignment(cost, n));
  });
});
