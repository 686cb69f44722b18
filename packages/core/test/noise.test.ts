import { describe, expect, test } from "vitest";
import { experiment, runExperiment } from "../src/experiment/index.js";
import {
  crossing,
  independent,
  measuredCriticalNoise,
  noiseAt,
  stabilityOf,
  statistic,
  usa,
} from "./helpers/critical-noise.js";
import { logSlope, rms } from "./helpers/slope.js";

/** Attention without values: nothing moves but by noise. */
const still = { attention: { softmax: { V: { scale: 0 } } } };

/** Tokens of a level at the end. */
function endOf(document: object, level: string): Float64Array {
  const { outcome, states } = runExperiment(experiment(document)).levels[level]!;
  expect(outcome.status).toBe("completed");
  return states["x"]!.data;
}

describe("Brownian motion on the sphere, no attention: E⟨x_0, x_t⟩ = e^{−(d−1)σ²t/2}", () => {
  const [sigma, T] = [0.8, 0.6];

  test.each([
    [2, "particles", "euler-maruyama"],
    [3, "particles", "euler-maruyama"],
    [6, "particles", "heun-stratonovich"],
    [2, "layers", "euler-maruyama"],
    [5, "layers", "tsit5"],
  ])("d = %i, %s, %s", (d, level, method) => {
    // Both ends of the first axis: the mean of the squares is that of one token, and twice the sample.
    const points = [1, -1].map((x) => Array.from({ length: d }, (_, a) => (a === 0 ? x : 0)));
    const bound = experiment({
      model: { ...still, geometry: "sphere", noise: independent(sigma) },
      initial: { points },
      levels: { [level]: level === "layers" ? { L: 64 } : {} },
      solve: {
        span: [0, T],
        method,
        steps: method === "tsit5" ? { adaptive: {} } : { fixed: { dt: T / 64 } },
        repeats: 700,
        seed: 3,
      },
      observe: { "mean-overlap": { at: [T] } },
    });
    // ⟨x_1, x_2⟩ of independent tokens from e and −e: −(e^{−(d−1)σ²t/2})².
    const { mean, se } = statistic(runExperiment(bound), level, "mean-overlap", 0);
    // Four standard errors; the weak error of 64 steps is at most (d − 1)²σ⁴T²/256 = .014 at d = 6: T²λ²/4N of e^{−λT}, λ = (d − 1)σ², half of it for each token.
    expect(Math.abs(-mean - Math.exp(-(d - 1) * sigma * sigma * T))).toBeLessThan(
      4 * se + ((d - 1) * sigma ** 2 * T) ** 2 / 256,
    );
  });
});

describe("orders of the noisy token levels, on paths that are kept as the steps are refined", () => {
  const T = 1;
  const points = [
    [1, 0, 0],
    [0, 1, 0],
    [0.6, 0, 0.8],
    [0, -0.6, 0.8],
  ];
  const sphere = (level: string, count: number, method: string, seed: number) => ({
    model: { attention: { softmax: { beta: 2 } }, geometry: "sphere", noise: independent(0.5) },
    initial: { points },
    levels: { [level]: level === "layers" ? { L: count } : {} },
    solve: { span: [0, T], method, steps: { fixed: { dt: T / count } }, seed },
  });

  test.each([
    ["particles", "euler-maruyama"],
    ["particles", "heun-stratonovich"],
    ["layers", "euler-maruyama"],
  ])("strong order ½ on S²: %s, %s", (level, method) => {
    const counts = [16, 64, 256];
    const errors = counts.map((count) => {
      const gaps: number[] = [];
      for (let seed = 1; seed <= 40; seed++) {
        // The finest particles, another method: all levels and methods follow one path.
        const fine = endOf(sphere("particles", 4096, "euler-maruyama", seed), "particles");
        const coarse = endOf(sphere(level, count, method, seed), level);
        gaps.push(rms([...coarse.map((value, k) => value - fine[k]!)]));
      }
      return rms(gaps);
    });
    // 160 paths: each error to 6 %, the slope over a factor 16 to .03; the reference's own error is a quarter of the last.
    expect(Math.abs(logSlope(counts, errors) + 0.5)).toBeLessThan(0.12);
  });

  test("layers and particles in R^d: strong order 1, the noise is additive", () => {
    const document = (level: string, count: number, seed: number) => ({
      model: { attention: { softmax: { beta: 1, V: { scale: -1 } } }, noise: independent(0.5) },
      initial: { points },
      levels: { [level]: level === "layers" ? { L: count } : {} },
      solve: { span: [0, T], method: "heun-stratonovich", steps: { fixed: { dt: T / count } }, seed },
    });
    const counts = [16, 64, 256];
    const errors = counts.map((count) => {
      const gaps: number[] = [];
      for (let seed = 1; seed <= 20; seed++) {
        const fine = endOf(document("particles", 4096, seed), "particles");
        gaps.push(rms([...endOf(document("layers", count, seed), "layers").map((value, k) => value - fine[k]!)]));
      }
      return rms(gaps);
    });
    expect(Math.abs(logSlope(counts, errors) + 1)).toBeLessThan(0.1);
  });

  /**
   * λ of one step from x, E⟨x, x⁺⟩ = λ for any x, without a drift on S²: x⁺ = N(x + σ√h ξ) of a layer, x⁺ = N((1 − σ²h)x +
   * σ√h P_xξ) of Euler and Maruyama. Steps are isotropic, so that E⟨x_0, x_L⟩ = λ^L. Midpoints of a quarter of a standard
   * deviation.
   */
  function stepOverlap(level: string, variance: number): number {
    const [count, width] = [64, 16 / 64];
    const deviation = Math.sqrt(variance);
    const place = (i: number) => -8 + width * (i + 0.5);
    let [sum, whole] = [0, 0];
    for (let i = 0; i < count ** 3; i++) {
      const [x, y, z] = [place(i % count), place(Math.floor(i / count) % count), place(Math.floor(i / count ** 2))];
      const weight = Math.exp(-0.5 * (x * x + y * y + z * z));
      const along = level === "layers" ? 1 + deviation * z : 1 - variance;
      whole += weight;
      sum += (weight * along) / Math.hypot(along, deviation * x, deviation * y);
    }
    return sum / whole;
  }

  test.each(["particles", "layers"])(
    "weak order 1 on S²: %s; at coarse steps with just the error that it should have",
    (level) => {
      const exact = Math.exp(-T);
      const sizes = [128, 256, 512];
      const errors = sizes.map((count) => Math.abs(stepOverlap(level, T / count) ** count - exact));
      // Terms of the next order: 1/32 at the coarsest.
      expect(Math.abs(logSlope(sizes, errors) + 1)).toBeLessThan(0.1);
      for (const count of [2, 4]) {
        const document = {
          model: { ...still, geometry: "sphere", noise: independent(1) },
          initial: { points: Array.from({ length: 48 }, () => [0, 0, 1]) },
          levels: { [level]: level === "layers" ? { L: count } : {} },
          solve: { span: [0, T], method: "euler-maruyama", steps: { fixed: { dt: T / count } }, repeats: 1200 },
          observe: { mean: { at: [T] } },
        };
        const { mean, se } = statistic(runExperiment(experiment(document)), level, "mean", 0, 2);
        const predicted = stepOverlap(level, T / count) ** count;
        // Four standard errors, which are small enough to see the weak error itself.
        expect(Math.abs(mean - predicted)).toBeLessThan(4 * se);
        expect(Math.abs(predicted - exact)).toBeGreaterThan(4 * se);
      }
    },
  );
});

describe("the uniform law gives in at κ_c", () => {
  /** Growth of the first mode of the law per depth, from the odd part in a small amplitude. */
  function lawRate(model: object, density: (amplitude: string) => object, level: object): number {
    const T = 0.5;
    const at = [1, -1].map((sign) => {
      const { levels } = runExperiment(
        experiment({
          model,
          initial: { density: density(`${sign}e-4`) },
          levels: { "mean-field": level },
          solve: { span: [0, 2 * T] },
          observe: { mean: { at: [T, 2 * T] } },
        }),
      );
      const { value } = levels["mean-field"]!.series["mean"]!;
      const d = value.shape[1]!;
      // The first mode stands along the last axis of zonal laws, the first of the circle.
      return [0, 1].map((k) => value.data[k * d + (d === 2 ? 0 : d - 1)]!);
    });
    return Math.log((at[0]![1]! - at[1]![1]!) / (at[0]![0]! - at[1]![0]!)) / T;
  }

  test("measured on the law: I_0/I_1 under softmax on the circle, e under unnormalised attention on S², β = 1", () => {
    const circle = { attention: "softmax", geometry: "sphere" };
    const critical = stabilityOf(circle, 2).criticalNoise.kappa;
    const scan = (model: object, around: number, density: (amplitude: string) => object, level: object) =>
      crossing(
        [0.8, 1, 1.25].map((factor) => {
          const kappa = factor * around;
          return { kappa, rate: lawRate({ ...model, noise: noiseAt(kappa) }, density, level), error: 1 };
        }),
      ).kappa;
    const ring = (amplitude: string) => ({ circle: { expression: `1 + ${amplitude}*cos(theta)` }, n: 4 });
    const found = scan(circle, critical, ring, { scheme: "spectral", grid: 32, tolerance: 1e-11 });
    // Third order in the amplitude 1e-4, and steps to 1e-11 over it.
    expect(Math.abs(found / critical - 1)).toBeLessThan(1e-6);
    const zonal = (amplitude: string) => ({ zonal: { d: 3, expression: `1 + ${amplitude}*u` } });
    const onSphere = scan(usa, Math.E, zonal, { scheme: "zonal", grid: 48, tolerance: 1e-8 });
    // Order 2 of 48 rings, (π/48)²/3.
    expect(Math.abs(onSphere / Math.E - 1)).toBeLessThan(2e-3);
  });

  test("measured on ensembles of particles, unnormalised on S², β = 1: growth of the first mode crosses zero at e", () => {
    const { kappa, error } = measuredCriticalNoise(40, 220);
    expect(Math.abs(kappa - Math.E)).toBeLessThan(3 * error);
    expect(3 * error).toBeLessThan(0.6);
  });
});

test("above κ_c, on the circle: the ensemble settles where the law does, to 1/n", () => {
  const document = (n: number, repeats: number) => ({
    model: { ...usa, noise: independent(0.6) },
    initial: { density: { circle: { expression: "1 + 0.9*cos(theta)" }, n, seed: 2 } },
    levels: { "mean-field": { scheme: "spectral", grid: 128 }, particles: {} },
    solve: { span: [0, 8], method: "heun-stratonovich", steps: { fixed: { dt: 0.0625 } }, repeats },
    observe: { "harmonic-power": { what: { "harmonic-power": { degree: 2 } }, at: [8] } },
  });
  for (const [n, repeats] of [
    [16, 120],
    [64, 60],
  ] as const) {
    const result = runExperiment(experiment(document(n, repeats)));
    const law = result.levels["mean-field"]!.series["harmonic-power"]!.value.data;
    [0, 1].forEach((mode) => {
      const { mean, se } = statistic(result, "particles", "harmonic-power", 0, mode);
      // Four standard errors; fluctuations add (1 − P)/n and the same again by the attention's own response.
      expect(Math.abs(mean - law[mode]!)).toBeLessThan(4 * se + 2 / n);
      expect(law[mode]!).toBeGreaterThan(0.1);
    });
  }
});

describe("what noise does to the rest of an experiment", () => {
  const base = {
    model: { attention: "softmax", noise: independent(0.4) },
    initial: { gaussian: { mean: [0.2, 0], cov: "identity", n: 12, seed: 1 } },
    solve: { method: "heun-stratonovich", steps: { fixed: { dt: 0.05 } } },
  };

  test("another seed of the noise moves the tokens elsewhere from the same start; repeats of fixed points differ", () => {
    const at = (seed: number) =>
      endOf({ ...base, levels: { particles: {} }, solve: { ...base.solve, seed } }, "particles");
    expect(at(1)).toEqual(at(1));
    expect(Math.abs(at(1)[0]! - at(2)[0]!)).toBeGreaterThan(1e-3);
    const fixed = {
      ...base,
      initial: {
        points: [
          [1, 0],
          [0, 1],
        ],
      },
      levels: { particles: {} },
    };
    const observe = { mean: { at: [1] } };
    const { series } = runExperiment(experiment({ ...fixed, observe, solve: { ...base.solve, repeats: 8 } })).levels[
      "particles"
    ]!.ensemble!;
    expect(series["mean"]!.sd.data[0]!).toBeGreaterThan(0.05);
  });

  test("layers of tokens under an affine map are the autoregression that they should be: mean and variance", () => {
    const [w, sigma, L, repeats] = [-0.8, 0.7, 8, 4000];
    const { levels } = runExperiment(
      experiment({
        model: { ...still, feedforward: { affine: { W: { scale: w } } }, noise: independent(sigma) },
        initial: { points: [[0.6]] },
        levels: { layers: { L } },
        solve: { span: [0, 1], repeats },
        observe: { mean: { at: [1] } },
      }),
    );
    const { mean, se, sd } = levels["layers"]!.ensemble!.series["mean"]!;
    const factor = 1 + w / L;
    const variance = ((sigma * sigma) / L) * ((1 - factor ** (2 * L)) / (1 - factor ** 2));
    // Four standard errors; that of a standard deviation is sd/√(2·repeats).
    expect(Math.abs(mean.data[0]! - 0.6 * factor ** L)).toBeLessThan(4 * se.data[0]!);
    expect(Math.abs(sd.data[0]! / Math.sqrt(variance) - 1)).toBeLessThan(4 / Math.sqrt(2 * repeats));
  });

  test("layers of a Gaussian: Σ⁺ = (I + τB)Σ(I + τB)ᵀ + τσ²I, and no claim about the rank", () => {
    const model = { ...still, feedforward: { affine: { W: { scale: -0.5 } } }, noise: independent(0.4) };
    const initial = { gaussian: { mean: [0], cov: [[0.7]] } };
    const { levels } = runExperiment(experiment({ model, initial, levels: { "gaussian-layers": { L: 3 } } }));
    let variance = 0.7;
    for (let k = 0; k < 3; k++) variance = (1 - 0.5 / 3) ** 2 * variance + 0.16 / 3;
    // A few roundings.
    expect(Math.abs(levels["gaussian-layers"]!.states["cov"]!.data[0]! - variance)).toBeLessThan(1e-15);
    expect(levels["gaussian-layers"]!.monitors?.["rank"]).toBeUndefined();
  });

  test.each<readonly [string, object, string]>([
    ["a method without noise", { solve: {} }, "method tsit5: it integrates equations without noise"],
    ["adaptive steps", { solve: { method: "euler-maruyama" } }, "it has no error estimate"],
    [
      "a normalisation",
      { model: { ...base.model, normalization: "pre-ln" } },
      "noise independent acts in R^d and on the sphere",
    ],
    ["no strength", { model: { attention: "softmax", noise: "independent" } }, "sigma"],
    ["a negative one", { model: { attention: "softmax", noise: independent(-1) } }, "a number of at least 0, got -1"],
    [
      "an identity of descent",
      { observe: { dissipation: { at: [1] } } },
      "the identity is one of equations without noise",
    ],
    ["a noise there is not", { model: { attention: "softmax", noise: "common-feild" } }, "there is no noise"],
    [
      "a reduction of exact overlaps",
      {
        model: { ...base.model, geometry: "sphere" },
        initial: { "two-token": { d: 3, overlap: 0 } },
        levels: { "two-token": {} },
      },
      "level two-token: it does not carry the noise independent. This model has the levels layers, particles",
    ],
  ])("refuses %s", (_what, change, message) => {
    expect(() => experiment({ ...base, levels: { particles: {} }, ...change })).toThrow(message);
  });
});
