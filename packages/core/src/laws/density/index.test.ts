import { describe, expect, test } from "vitest";
import { InputError } from "../../foundation/errors/index.js";
import { erfc } from "../../foundation/special-functions/index.js";
import { density } from "./index.js";

const bind = (params: Record<string, unknown>) => density.bind(density.params.parse(params));

describe("moments are those of the density", () => {
  test("1 + a cos θ: mean a/2", () => {
    const { mean, cov } = bind({ circle: { expression: "1 + 0.6*cos(theta)" } }).moments();
    // Trapezoid sums of trigonometric polynomials are exact.
    expect(mean[0]).toBeCloseTo(0.3, 13);
    expect(cov[0]).toBeCloseTo(0.5 - 0.09, 13);
    expect(cov[3]).toBeCloseTo(0.5, 13);
  });

  test("1 + z on S²: mean 1/3, second moments 1/3", () => {
    const { mean, cov } = bind({ sphere: { expression: "1 + z" } }).moments();
    // Midpoints of 512 cells in z: (2/512)²/24.
    expect(Math.abs(mean[2]! - 1 / 3)).toBeLessThan(2e-6);
    expect(Math.abs(cov[8]! - (1 / 3 - 1 / 9))).toBeLessThan(2e-6);
  });

  test("1 + u on S^{d−1}: mean 1/d on the axis", () => {
    for (const d of [3, 5]) {
      const { mean, cov } = bind({ zonal: { d, expression: "1 + u" } }).moments();
      expect(mean[d - 1]).toBeCloseTo(1 / d, 6);
      expect(cov[0]).toBeCloseTo(1 / d, 6);
    }
  });

  test("a histogram on the line, and x·y > 0 on the plane", () => {
    const line = bind({ line: { box: [0, 4], values: [1, 0, 0, 1] } }).moments();
    expect(line.mean[0]).toBeCloseTo(2, 12);
    // ±1.5 and a uniform cell: 2.25 + 1/12, less the square of a cell of the table over 12.
    expect(Math.abs(line.cov[0]! - 2.25 - 1 / 12)).toBeLessThan(1e-7);
    const box = [
      [-1, 1],
      [-1, 1],
    ];
    const plane = bind({ plane: { box, expression: "1 + x*y" } }).moments();
    expect(Math.abs(plane.cov[1]! - 1 / 9)).toBeLessThan(1e-5);
  });
});

test("tokens stand in the bins of a histogram in their shares", () => {
  const values = [1, 0, 3, 4];
  const { points } = bind({ circle: { values }, n: 4000 }).cloud();
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < 4000; i++) {
    const angle = Math.atan2(points[2 * i + 1]!, points[2 * i]!);
    counts[Math.floor(((angle < 0 ? angle + 2 * Math.PI : angle) / (2 * Math.PI)) * 4)]!++;
  }
  values.forEach((value, bin) => {
    // Four standard deviations of a binomial count, √(4000/4).
    expect(Math.abs(counts[bin]! - 500 * value)).toBeLessThan(130 * Math.sign(value) + 1e-9);
  });
});

test("zonal tokens are on the sphere and turn evenly about the axis", () => {
  const { points } = bind({ zonal: { d: 4, expression: "exp(2*u)" }, n: 2000 }).cloud();
  const means = [0, 0, 0, 0];
  for (let i = 0; i < 2000; i++) {
    const row = points.subarray(4 * i, 4 * i + 4);
    expect(Math.abs(Math.hypot(...row) - 1)).toBeLessThan(1e-14);
    row.forEach((value, a) => {
      means[a]! += value / 2000;
    });
  }
  // Four standard errors of ½/√2000 across; towards the axis by e^{2u}.
  for (let a = 0; a < 3; a++) expect(Math.abs(means[a]!)).toBeLessThan(0.045);
  expect(means[3]!).toBeGreaterThan(0.3);
});

describe("a density that names the position s", () => {
  const line = { box: [-4, 6], expression: "(1 + 9*s)*exp(-(x - 2*s)^2/0.5)" };

  test("has the moments of all positions together, each of mass 1", () => {
    const { mean, cov, d } = bind({ line }).moments();
    expect(d).toBe(1);
    // x = 2s + ½z, whatever the factor 1 + 9s. Midpoints of 64 positions and 1024 cells: 2²/(12·64²) and (10/1024)²/12.
    expect(Math.abs(mean[0]! - 1)).toBeLessThan(1e-6);
    expect(Math.abs(cov[0]! - (0.25 + 4 / 12))).toBeLessThan(1e-4);
  });

  test("places token i of n by the law at (i + 1)/n", () => {
    const n = 2000;
    const { points } = bind({ line, n }).cloud();
    let [first, last] = [0, 0];
    for (let i = 0; i < n; i++) {
      const x = points[i]! - (2 * (i + 1)) / n;
      if (i < n / 2) first += (2 * x) / n;
      else last += (2 * x) / n;
    }
    // Four standard errors of ½/√1000.
    expect(Math.abs(first)).toBeLessThan(0.064);
    expect(Math.abs(last)).toBeLessThan(0.064);
  });

  test("by all its quantiles, and repeats do not depend on what was drawn before", () => {
    const n = 1000;
    const law = bind({ line, n });
    const draws = [0, 1, 2].map((run) => law.cloud(run).points);
    expect(bind({ line, n }).cloud(2).points).toEqual(draws[2]);
    // Φ of the standardised x − 2s: uniform, by all 3,000 draws.
    const places = draws
      .flatMap((points) => Array.from(points, (x, i) => 0.5 * erfc(-(x - (2 * (i + 1)) / n) / (0.5 * Math.SQRT2))))
      .sort((a, b) => a - b);
    const gap = Math.max(...places.map((value, k) => Math.abs(value - (k + 0.5) / places.length)));
    // Kolmogorov's statistic at a level of 1e-4; cells of 0.01 over a deviation of ½ are far below.
    expect(gap).toBeLessThan(2.2 / Math.sqrt(places.length));
  });

  test("on the circle, too", () => {
    const n = 2000;
    const { points } = bind({ circle: { expression: "exp(40*cos(theta - 3*s))" }, n }).cloud();
    for (let i = 0; i < n; i++) {
      const angle = Math.atan2(points[2 * i + 1]!, points[2 * i]!);
      // Some six standard deviations of 1/√40.
      expect(Math.cos(angle - (3 * (i + 1)) / n)).toBeGreaterThan(Math.cos(1));
    }
  });
});

describe("refuses", () => {
  const refusal = (params: Record<string, unknown>): InputError => {
    try {
      bind(params);
    } catch (error) {
      if (error instanceof InputError) return error;
    }
    throw new Error("nothing was refused");
  };

  test.each([
    ["nothing", {}, "missing", "exactly one of"],
    ["two spaces", { circle: { expression: "1" }, sphere: { expression: "1" } }, "incompatible", "exactly one of"],
    ["an expression and values", { circle: { expression: "1", values: [1] } }, "missing", "not both"],
    ["a negative density", { circle: { expression: "cos(theta)" } }, "out-of-range", "nowhere negative"],
    ["no mass", { circle: { values: [0, 0] } }, "out-of-range", "positive finite mass"],
    ["a pole", { line: { box: [-1, 1], expression: "1/(x - x)" } }, "out-of-range", "finite"],
    ["an empty box", { line: { box: [1, 1], expression: "1" } }, "out-of-range", "low < high"],
    ["a misprint", { circle: { expression: "1 + cos(tehta)" } }, "syntax", 'Did you mean "theta"?'],
  ])("%s", (_name, params, code, said) => {
    const error = refusal(params);
    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
  });
});
