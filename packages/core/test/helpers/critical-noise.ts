import { expect } from "vitest";
import { analyzeExperiment, experiment, type RunResult, runExperiment } from "../../src/experiment/index.js";

export interface Statistic {
  readonly mean: number;
  readonly se: number;
}

/** Mean over the repeats at record k, entry `item`. */
export function statistic({ levels }: RunResult, level: string, series: string, k: number, item = 0): Statistic {
  const { mean, se } = levels[level]!.ensemble!.series[series]!;
  const size = mean.data.length / mean.shape[0]!;
  return { mean: mean.data[k * size + item]!, se: se.data[k * size + item]! };
}

export const usa = { attention: { unnormalised: { beta: 1 } }, geometry: "sphere" };
export const independent = (sigma: number) => ({ independent: { sigma } });
export const noiseAt = (kappa: number) => independent(Math.sqrt(2 / kappa));

export interface Stability {
  readonly criticalNoise: { readonly degree: number; readonly kappa: number };
  readonly modes: readonly { readonly degree: number; readonly rate: number }[];
}

export function stabilityOf(model: object, d: number): Stability {
  const document = { model, initial: { "uniform-sphere": { d, n: 4 } }, levels: { layers: {} } };
  return analyzeExperiment(experiment(document))["stability"] as unknown as Stability;
}

/** Where the line through (1/κ_i, λ_i), weighted by their errors, crosses zero, with its standard error. */
export function crossing(points: readonly { readonly kappa: number; readonly rate: number; readonly error: number }[]) {
  const weights = points.map(({ error }) => error ** -2);
  const whole = weights.reduce((a, b) => a + b, 0);
  const weighted = (of: (k: number) => number) => weights.reduce((sum, w, k) => sum + w * of(k), 0) / whole;
  const [x, y] = [weighted((k) => 1 / points[k]!.kappa), weighted((k) => points[k]!.rate)];
  const square = weighted((k) => (1 / points[k]!.kappa - x) ** 2);
  const slope = weighted((k) => (1 / points[k]!.kappa - x) * (points[k]!.rate - y)) / square;
  const inverse = x - y / slope;
  const error = Math.sqrt((1 + (inverse - x) ** 2 / square) / whole) / Math.abs(slope);
  return { kappa: 1 / inverse, error: error / inverse ** 2 };
}

/**
 * Near the uniform law the mean m of n independent tokens is a Gaussian process: dE|m|² = 2λE|m|²dt + σ²(d − 1)/n dt
 * from 1/n on, λ = r_1 − ½σ²(d − 1). So n E|m|² = e^{2λt} + σ²(d − 1)(e^{2λt} − 1)/(2λ).
 */
export const expected = (rate: number, sigma: number, d: number, t: number) => {
  const growth = Math.expm1(2 * rate * t);
  return 1 + growth + (sigma * sigma * (d - 1) * (Math.abs(rate) < 1e-9 ? 2 * t : growth / rate)) / 2;
};

export function ensemble(kappa: number, n: number, T: number, repeats: number) {
  const result = runExperiment(
    experiment({
      model: { ...usa, noise: noiseAt(kappa) },
      initial: { "uniform-sphere": { d: 3, n, seed: 7 } },
      levels: { particles: {} },
      solve: { span: [0, T], method: "heun-stratonovich", steps: { fixed: { dt: T / 32 } }, repeats },
      observe: { "harmonic-power": { what: { "harmonic-power": { degree: 1 } }, at: [T] } },
    }),
  );
  return statistic(result, "particles", "harmonic-power", 0);
}

/**
 * Where the growth of the first mode of unnormalised attention on S², β = 1, crosses zero on ensembles of particles, with its
 * standard error; every rate is held against theory on the way.
 */
export function measuredCriticalNoise(n: number, repeats: number) {
  const T = 1.5;
  const { rate: r } = stabilityOf(usa, 3).modes[0]!;
  const points = [0.6, 1, 1.6].map((factor) => {
    const kappa = factor * Math.E;
    const sigma = Math.sqrt(2 / kappa);
    const { mean, se } = ensemble(kappa, n, T, repeats);
    let [low, high] = [-5, 5];
    for (let k = 0; k < 60; k++) {
      const middle = (low + high) / 2;
      if (expected(middle, sigma, 3, T) < n * mean) low = middle;
      else high = middle;
    }
    const slope = (expected(low + 1e-4, sigma, 3, T) - expected(low - 1e-4, sigma, 3, T)) / 2e-4;
    const error = (n * se) / slope;
    // Four standard errors; corrections of relative order 1/n beyond.
    expect(Math.abs(low - (r - 2 / kappa))).toBeLessThan(4 * error + 2 / n);
    return { kappa, rate: low, error };
  });
  expect(points[0]!.rate).toBeLessThan(0);
  expect(points[2]!.rate).toBeGreaterThan(0);
  return crossing(points);
}
