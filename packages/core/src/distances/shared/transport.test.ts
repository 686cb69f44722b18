import { describe, expect, test } from "vitest";
import { stream } from "../../foundation/random/index.js";
import { assignment } from "./assignment.js";
import { type TransportProblem, transport } from "./transport.js";

function randomProblem(m: number, n: number, units: number, seed: number): TransportProblem {
  const random = stream({ seed, purpose: "transport test" });
  const cost = Float64Array.from({ length: m * n }, () => random.uniform());
  const spread = (count: number): Float64Array => {
    const out = new Float64Array(count);
    for (let k = 0; k < units; k++) out[random.integer(count)]! += 1;
    return out;
  };
  return { cost, supply: spread(m), demand: spread(n) };
}

/** Margins met exactly, feasible potentials, no duality gap. */
function expectProof({ cost, supply, demand }: TransportProblem): void {
  const [m, n] = [supply.length, demand.length];
  const found = transport({ cost, supply, demand });
  const rows = new Float64Array(m);
  const columns = new Float64Array(n);
  let [dual, violation, least] = [0, 0, 0];
  for (let i = 0; i < m; i++) {
    dual += supply[i]! * found.rowPotential[i]!;
    for (let j = 0; j < n; j++) {
      const mass = found.flow[j * m + i]!;
      least = Math.min(least, mass);
      rows[i]! += mass;
      columns[j]! += mass;
      violation = Math.max(violation, found.rowPotential[i]! + found.columnPotential[j]! - cost[i * n + j]!);
    }
  }
  for (let j = 0; j < n; j++) dual += demand[j]! * found.columnPotential[j]!;
  expect(least).toBe(0);
  // Integers: exact.
  expect([rows, columns]).toEqual([supply, demand]);
  // A few roundings of numbers below 1 in each potential.
  expect(violation).toBeLessThan(1e-13);
  expect(Math.abs(found.cost - dual)).toBeLessThanOrEqual(1e-12 * found.cost);
}

describe("transport", () => {
  test("margins and potentials prove the plan", () => {
    for (const [m, n, units] of [
      [1, 1, 5],
      [1, 6, 9],
      [5, 1, 9],
      [4, 4, 4],
      [7, 12, 30],
      [40, 25, 1000],
      [30, 60, 2 ** 20],
    ] as const) {
      for (let seed = 1; seed <= 5; seed++) expectProof(randomProblem(m, n, units, seed));
    }
  });

  /** Points of the circle: `copies` of an even grid against as many uniform ones, chords as costs. */
  function repeatedPoints(grid: number, copies: number, seed: number) {
    const m = grid * copies;
    const random = stream({ seed, purpose: "transport test" });
    const there = Float64Array.from({ length: m }, () => 2 * Math.PI * random.uniform());
    return Float64Array.from({ length: m * m }, (_, k) => {
      const here = (2 * Math.PI * (Math.floor(k / m) % grid)) / grid;
      return 2 * Math.abs(Math.sin((here - there[k % m]!) / 2));
    });
  }

  test("points that repeat make ties, and rounding does not feed on them", () => {
    const m = 256;
    const random = stream({ seed: 3, purpose: "transport masses" });
    for (const seed of [1, 2, 3]) {
      // Masses of 2^50 in all, all different.
      const supply = Float64Array.from({ length: m }, () => Math.floor(2 ** 42 * (1 + 0.5 * random.uniform())));
      const demand = new Float64Array(m).fill(Math.floor(supply.reduce((a, b) => a + b, 0) / m));
      demand[0]! += supply.reduce((a, b) => a + b, 0) - demand.reduce((a, b) => a + b, 0);
      expectProof({ cost: repeatedPoints(64, 4, seed), supply, demand });
    }
  });

  test("and so does the assignment", () => {
    const m = 256;
    const ones = new Float64Array(m).fill(1);
    for (const seed of [1, 2, 3]) {
      const cost = repeatedPoints(64, 4, seed);
      // Two exact solvers: only the order of a sum of 256 differs.
      expect(Math.abs(transport({ cost, supply: ones, demand: ones }).cost - assignment(cost, m).cost)).toBeLessThan(
        1e-12 * m,
      );
    }
  });

  test("unit masses: the assignment", () => {
    const n = 80;
    const { cost } = randomProblem(n, n, 1, 9);
    const ones = new Float64Array(n).fill(1);
    // Two exact solvers that share no code: only the order of a sum of 80 differs.
    expect(Math.abs(transport({ cost, supply: ones, demand: ones }).cost - assignment(cost, n).cost)).toBeLessThan(
      1e-13,
    );
  });

  test("two by two by hand", () => {
    // 3 units at row 0, 1 at row 1; column 0 takes 2: row 1 is cheap at column 1 only.
    const found = transport({
      cost: Float64Array.of(1, 2, 5, 1),
      supply: Float64Array.of(3, 1),
      demand: Float64Array.of(2, 2),
    });
    expect(found.cost).toBe(2 * 1 + 1 * 2 + 1 * 1);
    expect([...found.flow]).toEqual([2, 0, 1, 1]);
  });
});
