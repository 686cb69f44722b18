import { describe, expect, test } from "vitest";
import { analyzeExperiment, experiment, runExperiment } from "../../experiment/index.js";

const line = (Q: number, w: number, sigma = 1, attention = "softmax") =>
  analyzeExperiment(
    experiment({
      model: { attention: { [attention]: { Q: [[Q]] } }, feedforward: { affine: { W: [[w]] } } },
      initial: { gaussian: { mean: [0], cov: [[sigma]] } },
      levels: { "gaussian-moments": {} },
    }),
  )["phase-portrait"] as unknown as Line;

interface Line {
  readonly equilibria: readonly { sigma: number; stability: string; slope: number }[];
  readonly picture: { readonly sigma: number[]; readonly drift: number[] };
}

describe("on the line", () => {
  test.each([
    [-0.8, 0.5, ["unstable", "stable"]],
    [0.8, -0.5, ["stable", "unstable"]],
  ])("softmax k = %d, w = %d: 0 and σ* = −w/k, dσ̇/dσ = 2w and −2w", (k, w, stabilities) => {
    const { equilibria, picture } = line(k, w);
    expect(equilibria.map(({ stability }) => stability)).toEqual(stabilities);
    // A root to rounding; the slope at 0 is taken at 10⁻⁴, where 2kσ is 2e-4 at most; that at σ* by exact differences.
    expect(Math.abs(equilibria[1]!.sigma + w / k)).toBeLessThan(1e-12);
    expect(Math.abs(equilibria[0]!.slope - 2 * w)).toBeLessThan(2e-4);
    expect(Math.abs(equilibria[1]!.slope + 2 * w)).toBeLessThan(1e-9);
    // σ̇ = 2wσ + 2kσ², to rounding.
    for (const [i, sigma] of picture.sigma.entries())
      expect(Math.abs(picture.drift[i]! - 2 * w * sigma - 2 * k * sigma * sigma)).toBeLessThan(1e-13);
  });

  test("no equilibrium but 0 where w and k have one sign; any closure: l2 with w = −½ has σ* = ½", () => {
    expect(line(0.8, 0.5).equilibria.map(({ stability }) => stability)).toEqual(["unstable"]);
    // B = 2σ/(1 + 2σ) + w vanishes at σ = ½ for w = −½.
    const { equilibria } = line(1, -0.5, 1, "l2");
    expect(equilibria[1]!.sigma).toBeCloseTo(0.5, 12);
  });
});

interface Plane {
  readonly verdict: string;
  readonly start: readonly [number, number];
  readonly directions: readonly [readonly number[], readonly number[]];
  readonly ends: Readonly<Record<string, number>>;
  readonly picture: {
    readonly size: number;
    readonly field: readonly (readonly [number, number, number, number])[];
    readonly paths: readonly { readonly end: string; readonly points: readonly (readonly [number, number])[] }[];
  };
}

const planeSpec = (Q: number[][], cov: number[][], W: number[][], span: [number, number]) => ({
  model: { attention: { softmax: { Q } }, feedforward: { affine: { W } } },
  initial: { gaussian: { mean: [0, 0], cov } },
  levels: { "gaussian-moments": {} },
  solve: { span, method: "dop853", steps: { adaptive: { rtol: 1e-10, atol: 1e-12 } } },
});

const plane = (...args: Parameters<typeof planeSpec>) =>
  analyzeExperiment(experiment(planeSpec(...args)))["phase-portrait"] as unknown as Plane;

describe("in the plane", () => {
  const diagonal = (a: number, b: number) => [
    [a, 0],
    [0, b],
  ];

  test("all diagonal: an invariant plane, λ̇ = 2wλ + 2kλ² in each, trajectories by the closed form", () => {
    const { verdict, picture, ends } = plane(diagonal(-1, -0.5), diagonal(2, 1), diagonal(0.5, 0.25), [0, 1]);
    expect(verdict).toBe("invariant plane");
    expect(ends).toEqual({ completed: 9 });
    for (const [a, b, da, db] of picture.field) {
      // Rounding of numbers of order 10.
      expect(Math.abs(da - (a - 2 * a * a))).toBeLessThan(1e-12);
      expect(Math.abs(db - (0.5 * b - b * b))).toBeLessThan(1e-12);
    }
    const closed = (s: number, w: number, k: number) => {
      const growth = Math.exp(2 * w);
      return (s * growth) / (1 - (k / w) * s * (growth - 1));
    };
    for (const { points } of picture.paths) {
      const [[a, b], [x, y]] = [points[0]!, points.at(-1)!];
      // The paths are solved at rtol 1e-8.
      expect(Math.abs(x / closed(a, 0.5, -1) - 1)).toBeLessThan(1e-6);
      expect(Math.abs(y / closed(b, 0.25, -0.5) - 1)).toBeLessThan(1e-6);
    }
  });

  test("turned by 30° it is the same picture in the turned directions", () => {
    const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
    const turned = (a: number, b: number) => [
      [c * c * a + s * s * b, c * s * (a - b)],
      [c * s * (a - b), s * s * a + c * c * b],
    ];
    const straight = plane(diagonal(-1, -0.5), diagonal(2, 1), diagonal(0.5, 0.25), [0, 1]);
    const other = plane(turned(-1, -0.5), turned(2, 1), turned(0.5, 0.25), [0, 1]);
    expect(other.verdict).toBe("invariant plane");
    // An angle from rounded matrices.
    expect(Math.abs(other.directions[0]![0]! - c)).toBeLessThan(1e-12);
    for (const [k, row] of straight.picture.field.entries())
      for (const [i, value] of row.entries()) expect(Math.abs(other.picture.field[k]![i]! - value)).toBeLessThan(1e-10);
  });

  test("a slice: rates are the derivatives of the eigenvalues of a run, and trajectories that escape say so", () => {
    const Q = [
      [0.5, 0.4],
      [-0.1, 0.3],
    ];
    const cov = [
      [1, 0.2],
      [0.2, 0.5],
    ];
    const W = [
      [-0.1, 0.5],
      [-0.5, -0.1],
    ];
    const { verdict, picture, start, ends } = plane(Q, cov, W, [0, 3]);
    expect(verdict).toBe("slice that trajectories leave");
    expect(Object.keys(ends).some((end) => end === "leaves" || end === "blow-up")).toBe(true);
    const tau = 1e-4;
    const { levels } = runExperiment(
      experiment({ ...planeSpec(Q, cov, W, [0, tau]), observe: { spectrum: { at: [tau] } } }),
    );
    const later = levels["gaussian-moments"]!.series["spectrum"]!.value.data;
    const nearest = [...picture.paths[0]!.points[0]!];
    // The first path starts at Σ_0.
    for (const i of [0, 1]) expect(Math.abs(nearest[i]! - start[i]!)).toBeLessThan(1e-12);
    const rates = [0, 1].map((i) => (later[i]! - start[i]!) / tau);
    // λ̇ at Σ_0 by the formula 2λ_i u_iᵀ(W + Σ_0A)u_i; the difference quotient is off by τλ̈/2, below 1e-3.
    const e = [0.75 + Math.hypot(0.25, 0.2), 0.75 - Math.hypot(0.25, 0.2)];
    for (const i of [0, 1]) {
      const raw = [0.2, e[i]! - 1];
      const size = Math.hypot(raw[0]!, raw[1]!);
      const u = raw.map((entry) => entry / size);
      const form = (M: number[][]) =>
        u[0]! * (M[0]![0]! * u[0]! + M[0]![1]! * u[1]!) + u[1]! * (M[1]![0]! * u[0]! + M[1]![1]! * u[1]!);
      expect(Math.abs(rates[i]! - 2 * e[i]! * (form(W) + e[i]! * form(Q)))).toBeLessThan(1e-3);
    }
  });

  test("does not apply in three dimensions, and is left out of rows of sweeps", () => {
    const bound = experiment({
      model: { attention: "softmax" },
      initial: { gaussian: { mean: [0, 0, 0] } },
      levels: { "gaussian-moments": {} },
    });
    expect(analyzeExperiment(bound)["phase-portrait"]).toBeUndefined();
    const small = experiment(planeSpec(diagonal(1, 1), diagonal(1, 1), diagonal(0, 0), [0, 1]));
    expect(analyzeExperiment(small, { leaveOut: ["picture"] })["phase-portrait"]).toBeUndefined();
    expect(analyzeExperiment(small)["phase-portrait"]).toBeDefined();
  });
});
