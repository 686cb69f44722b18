import { describe, expect, test } from "vitest";
import { experiment, runExperiment } from "../src/experiment/index.js";
import { dop853 } from "../src/methods/dop853/index.js";
import { normalizationCatalog } from "../src/normalization/index.js";
import { adaptive, solve } from "../src/solve/index.js";
import { normals, rowsOf } from "./helpers/arrays.js";
import { distanceMax, logSlope } from "./helpers/slope.js";

const tight = { method: "dop853", steps: { adaptive: { rtol: 1e-12, atol: 1e-13 } } };
const schemes = {
  "post-ln": "post-ln",
  "pre-ln": "pre-ln",
  "mix-ln": { "mix-ln": { switch: 1 } },
  "peri-ln": "peri-ln",
  ngpt: { ngpt: { alpha: 0.7 } },
  "sqrt-scaling": "sqrt-scaling",
} as const;
type Scheme = keyof typeof schemes;

test("every scheme but none is tested here", () => {
  expect(Object.keys(schemes).sort()).toEqual(
    normalizationCatalog
      .map((one) => one.name)
      .filter((name) => name !== "none")
      .sort(),
  );
});

function statesOf(document: object, level: string): Float64Array {
  const { outcome, states } = runExperiment(experiment(document)).levels[level]!;
  expect(outcome.status).toBe("completed");
  return states["x"]!.data;
}

/** Equiangular tokens under softmax, V = I: a closed system in the overlap ρ and the common length r (theory.md §3). */
function reduction(scheme: Scheme, n: number, beta: number, r0: number, rho0: number, end: number): [number, number] {
  const drift = (t: number, y: Float64Array, out: Float64Array) => {
    const [rho, r] = [y[0]!, y[1]!];
    const [self, other] = [Math.exp(beta), Math.exp(beta * rho)];
    const total = self + (n - 1) * other;
    const along = (self + (n - 1) * other * rho) / total;
    // |Σ_j p_j θ_j|² with p = self/total once and other/total n − 1 times.
    const others = (n - 1) * other;
    const size = Math.sqrt(self ** 2 + 2 * self * others * rho + others * other * (1 + (n - 2) * rho)) / total;
    const post = t < 1;
    const rates: Record<Scheme, [speed: number, radial: number]> = {
      "post-ln": [1, 0],
      "pre-ln": [1 / r, along],
      "mix-ln": post ? [1, 0] : [1 / r, along],
      "peri-ln": [1 / (r * size), along / size],
      ngpt: [0.7 / size, 0],
      "sqrt-scaling": [1 / Math.sqrt(t + 1), 0],
    };
    const [speed, radial] = rates[scheme];
    out[0] = (speed * 2 * other * (1 - rho) * ((n - 1) * rho + 1)) / total;
    out[1] = radial;
  };
  const problem = {
    y0: Float64Array.of(rho0, r0),
    layout: {},
    drift,
    ...(scheme === "mix-ln" ? { breakpoints: [1] } : {}),
  };
  const whole = {
    shape: [2],
    unit: "1",
    doc: "ρ and r",
    measure: (_t: number, y: Float64Array, out: Float64Array) => out.set(y),
  };
  const { records } = solve(problem, dop853.bind({}), {
    span: [0, end],
    steps: adaptive({ rtol: 1e-12, atol: 1e-14 }),
    save: { end: { what: whole, when: "end" } },
  });
  return [...records["end"].value.data] as [number, number];
}

/** n points of length r with all overlaps ρ, in R^n. */
function simplex(n: number, rho: number, r: number): number[][] {
  const shared = Math.sqrt(rho);
  const own = Math.sqrt(1 - rho);
  return Array.from({ length: n }, (_, i) =>
    Array.from({ length: n + 1 }, (_, a) => (a === n ? r * shared : a === i ? r * own : 0)),
  );
}

describe.each(Object.keys(schemes) as Scheme[])("%s", (scheme) => {
  const model = (attention: object) => ({ attention: { softmax: attention }, normalization: schemes[scheme] });

  test.each([1, 2.5])("equiangular tokens of length %f follow the reduction to overlap and length", (r0) => {
    const [n, beta, end] = [6, 2, 2.4];
    const x = statesOf(
      {
        model: model({ beta }),
        initial: { points: simplex(n, 0.2, r0) },
        levels: { particles: {} },
        solve: { span: [0, end], ...tight },
      },
      "particles",
    );
    const [rho, r] = reduction(scheme, n, beta, r0, 0.2, end);
    const d = n + 1;
    const inner = (i: number, j: number) => {
      let sum = 0;
      for (let a = 0; a < d; a++) sum += x[i * d + a]! * x[j * d + a]!;
      return sum;
    };
    // Both sides integrated to 1e-12 over a bounded span.
    expect(Math.abs(Math.sqrt(inner(0, 0)) - r)).toBeLessThan(1e-9);
    expect(Math.abs(inner(0, 3) / Math.sqrt(inner(0, 0) * inner(3, 3)) - rho)).toBeLessThan(1e-9);
  });

  test("layers approach the particles like 1/L", () => {
    const d = 3;
    // Values that turn but do not reverse a token: pre- and peri-LN would carry a reversed one through the origin.
    const nearIdentity = rowsOf(
      normals(9, 2, 0.3).map((value, k) => value + (k % 4 === 0 ? 1 : 0)),
      d,
      d,
    );
    const base = {
      model: { ...model({ beta: 2, V: nearIdentity }), mask: "causal" },
      initial: { gaussian: { mean: [1, 0, 0], n: 9, seed: 4 } },
      solve: { span: [0, 2], ...tight },
    };
    const flow = statesOf({ ...base, levels: { particles: {} } }, "particles");
    const counts = [100, 200, 400];
    const errors = counts.map((L) => distanceMax(statesOf({ ...base, levels: { layers: { L } } }, "layers"), flow));
    const slope = logSlope(
      counts.map((L) => 1 / L),
      errors,
    );
    // First order; what is left of the second at L = 100 bends the line by a few per cent.
    expect(Math.abs(slope - 1)).toBeLessThan(0.05);
  });
});

/**
 * How the overlap of equiangular tokens approaches 1 (theory.md §3). At β = 0 all speeds are exact in the limit, and
 * the ratio of 1 − ρ at two late depths is that of the law up to what is left of the transient.
 */
test("1 − ρ decays as e^{−2t}, t^{−2}, e^{−2τ}(1+t−τ)^{−2}, t^{−2}, e^{−2αt}, e^{−4√t}", () => {
  const laws: Record<Scheme, { law: (t: number) => number; at: [number, number]; within: number }> = {
    "post-ln": { law: (t) => Math.exp(-2 * t), at: [6, 8], within: 1e-3 },
    "pre-ln": { law: (t) => t ** -2, at: [2000, 4000], within: 5e-3 },
    "mix-ln": { law: (t) => Math.exp(-2) * (1 + t - 1) ** -2, at: [2000, 4000], within: 5e-3 },
    "peri-ln": { law: (t) => t ** -2, at: [2000, 4000], within: 5e-3 },
    ngpt: { law: (t) => Math.exp(-2 * 0.7 * t), at: [8, 11], within: 1e-3 },
    "sqrt-scaling": { law: (t) => Math.exp(-4 * Math.sqrt(t)), at: [60, 80], within: 0.02 },
  };
  for (const [scheme, { law, at, within }] of Object.entries(laws)) {
    const [early, late] = at.map((t) => 1 - reduction(scheme as Scheme, 6, 0, 1, 0.2, t)[0]);
    // √(t+1) in place of √t, and r = t + const in place of t, are what the slack is for: 1/t at the depths taken.
    expect(Math.abs(Math.log(late! / early!) / Math.log(law(at[1]) / law(at[0])) - 1)).toBeLessThan(within);
  }
});

test("a normalisation needs R^d, and tokens that have a direction", () => {
  const base = { levels: { particles: {} }, model: { attention: "softmax", normalization: "pre-ln" } };
  const onSphere = {
    ...base,
    model: { ...base.model, geometry: "sphere" },
    initial: { "uniform-sphere": { d: 3, n: 4 } },
  };
  expect(() => experiment(onSphere)).toThrow(/normalised already/);
  expect(() =>
    experiment({
      ...base,
      initial: {
        points: [
          [0, 0],
          [1, 0],
        ],
      },
    }),
  ).toThrow(/\|x_0\| = 0/);
  expect(() =>
    experiment({ ...base, initial: { gaussian: { mean: [0, 0], n: 8 } }, levels: { "gaussian-moments": {} } }),
  ).toThrow(/normalization pre-ln/);
});
