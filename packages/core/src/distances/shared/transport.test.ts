import { describe, expect, test } from "vitest";
import { stream } from "../../foundation/random/index.js";
import { assignment } from "./assignment.js";
import { transport } from "./transport.js";
import { requireOptimal, type Transport, type TransportProblem, transportGap } from "./transport-plan.js";

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

describe("the proof of a plan", () => {
  /** Points that repeat, of unequal mass, and what an exact solver makes of them. */
  function solved() {
    const [m, n] = [12, 9];
    const random = stream({ seed: 11, purpose: "transport test" });
    const place = (count: number) => Float64Array.from({ length: count }, (_, k) => (k % 3) + 0.1 * random.integer(2));
    const [a, b] = [place(m), place(n)];
    const cost = Float64Array.from({ length: m * n }, (_, k) => (a[Math.floor(k / n)]! - b[k % n]!) ** 2);
    const problem = { ...randomProblem(m, n, 2 ** 16, 12), cost };
    return { problem, found: transport(problem) };
  }

  test("holds for what it finds, with a gap below the rounding of the potentials", () => {
    const { problem, found } = solved();
    const { gap, rounding, complete } = transportGap(problem, found, 3 * (12 + 9));
    expect(complete).toBe(true);
    // One to three paths per point.
    expect(gap).toBeLessThanOrEqual(rounding);
    expect(rounding).toBeLessThan(1e-12);
  });

  const changed = (values: Float64Array, k: number, by: number) =>
    values.map((value, i) => (i === k ? value + by : value));
  test.each<[string, string, (found: Transport) => Transport]>([
    // 1,000 of 2^16 units take a detour: the masses are right, the cost is too high.
    ["a detour", "duality gap", (found) => detour(found)],
    ["a potential too high", "duality gap", (f) => ({ ...f, rowPotential: changed(f.rowPotential, 3, 1e-6) })],
    ["a potential too low", "duality gap", (f) => ({ ...f, columnPotential: changed(f.columnPotential, 2, -1e-6) })],
    ["one unit lost", "exactly its mass", (f) => ({ ...f, flow: changed(f.flow, f.flow.indexOf(maxOf(f.flow)), -1) })],
    ["no number", "duality gap", (f) => ({ ...f, rowPotential: changed(f.rowPotential, 0, Number.NaN) })],
  ])("does not hold for %s", (_, says, spoil) => {
    const { problem, found } = solved();
    const spoilt = () => requireOptimal(problem, spoil(found), 3 * (12 + 9));
    expect(spoilt).toThrow(says);
    expect(spoilt).toThrow(expect.objectContaining({ name: "SolveError", code: "no-convergence" }));
  });

  const maxOf = (values: Float64Array): number => Math.max(...values);

  /** 1,000 units each of two pairs that flow, crosswise. */
  function detour(found: Transport): Transport {
    const m = found.rowPotential.length;
    const flow = found.flow.slice();
    const heavy = Array.from(flow.keys()).filter((k) => flow[k]! > 1000);
    const first = heavy[0]!;
    const second = heavy.find(
      (k) => k % m !== first % m && Math.floor(k / m) !== Math.floor(first / m) && k % 3 !== first % 3,
    )!;
    const [[i, j], [p, q]] = [first, second].map((k) => [k % m, Math.floor(k / m)] as const) as [
      [number, number],
      [number, number],
    ];
    for (const [row, column, by] of [
      [i, j, -1000],
      [p, q, -1000],
      [i, q, 1000],
      [p, j, 1000],
    ] as const) {
      flow[column * m + row]! += by;
    }
    return { ...found, flow };
  }
});
