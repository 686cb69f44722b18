import type { LevelResult, RunResult, Series } from "@meanfield/core/experiment";
import type { AnalysisJson, ProbeResult } from "../src/figure.js";

/** A repeatable stand-in for random numbers: a linear congruential sequence made Gaussian by Box–Muller. */
export function gaussianStream(seed: number): () => number {
  let state = seed >>> 0 || 1;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 4294967296;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

export function series(
  t: readonly number[],
  rows: readonly (number | readonly number[])[],
  unit = "1",
  doc = "",
): Series {
  const first = rows[0];
  const shape = Array.isArray(first) ? [t.length, first.length] : [t.length];
  return { t: Float64Array.from(t), value: { shape, data: Float64Array.from(rows.flat() as number[]) }, unit, doc };
}

const stats = { steps: 100, rejected: 2, evaluations: 702, method: "tsit5" };

function grid(end: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (end * i) / (count - 1));
}

const blowUp = 0.98;
const initial = [1, 0.55, 0.3];

/** Eigenvalues 1/(1/s − t/(s₁ t*)) of the moments, and a softened version for a finite cloud. */
function eigenvalues(t: number, softness: number): number[] {
  return initial.map((s) => 1 / Math.max(1 / s - t / blowUp, softness * (1 + 0.2 * s)));
}

function softened(t: number, softness: number): number[] {
  return initial.map((s) => {
    const gap = 1 / s - t / blowUp;
    return 2 / (gap + Math.sqrt(gap * gap + softness * softness));
  });
}

function cloud(softness: number, n: number, d: number, ts: readonly number[], seed: number): Float64Array {
  const out = new Float64Array(ts.length * n * d);
  ts.forEach((t, k) => {
    const normal = gaussianStream(seed);
    const scale = softened(t, softness).map(Math.sqrt);
    for (let i = 0; i < n * d; i++) out[k * n * d + i] = normal() * scale[i % d]!;
  });
  return out;
}

function finiteLevel(softness: number, n: number, d: number, seed: number): LevelResult {
  const t = grid(1.2, 25);
  const spectrum = t.map((time) => softened(time, softness).slice(0, d));
  const saved = [0, 0.6];
  return {
    outcome: { status: "completed" },
    t: Float64Array.from(saved),
    states: { x: { shape: [saved.length, n, d], data: cloud(softness, n, d, saved, seed) } },
    series: {
      spectrum: series(t, spectrum, "1", "eigenvalues of the covariance, descending"),
      "effective-rank": series(
        t,
        spectrum.map((row) => row.reduce((a, b) => a + b, 0) / row[0]!),
        "1",
        "tr Σ / λ₁",
      ),
      "mean-overlap": series(
        t,
        t.map((time) => Math.tanh(time * softness * 4)),
        "1",
        "mean of ⟨x_i, x_j⟩ over pairs",
      ),
      "overlap-histogram": series(
        t,
        t.map((time) =>
          Array.from(
            { length: 40 },
            (_, b) => Math.exp(-(((b - 20 - 15 * time) / (3 + 3 * time)) ** 2)) / (5 + 5 * time),
          ),
        ),
        "1",
        "share of pairs by overlap",
      ),
    },
    stats,
  };
}

function momentsLevel(d: number): LevelResult {
  const t = grid(0.979999, 60);
  const spectrum = t.map((time) => eigenvalues(time, 1e-9).slice(0, d));
  const saved = [0, 0.6];
  const cov = saved.flatMap((time) => {
    const values = softened(time, 0.01);
    return Array.from({ length: d * d }, (_, i) => (i % (d + 1) === 0 ? values[Math.floor(i / d)]! : 0));
  });
  return {
    monitors: { rank: { verdict: "kept", leak: 3e-17 } },
    outcome: { status: "stopped", event: "blow-up", t: 0.98, tError: 3e-9 },
    t: Float64Array.from(saved),
    states: {
      mean: { shape: [2, d], data: new Float64Array(2 * d) },
      cov: { shape: [2, d, d], data: Float64Array.from(cov) },
    },
    series: {
      spectrum: series(t, spectrum, "1", "eigenvalues of the covariance, descending"),
      "effective-rank": series(
        t,
        spectrum.map((row) => row.reduce((a, b) => a + b, 0) / row[0]!),
        "1",
        "tr Σ / λ₁",
      ),
    },
    stats,
  };
}

function distance(t: readonly number[], scale: number, growth: number, n: number) {
  const value = Float64Array.from(t, (time) => scale * (1 + growth * Math.exp(9 * (time - 0.8))));
  const median = Float64Array.from(t, () => scale);
  const band = { median, low: median.map((v) => 0.6 * v), high: median.map((v) => 1.7 * v), n, repeats: 200 };
  return { t: Float64Array.from(t), value, unit: "1", spread: Float64Array.from(t, (time) => 1.2 + time), null: band };
}

const model = {
  attention: { softmax: { beta: 1, Q: "identity", K: "identity", V: "identity" } },
  mask: "none",
  feedforward: { affine: { W: { scale: -0.1 }, b: [0, 0] } },
  normalization: "none",
  noise: "none",
  geometry: "euclidean",
  sign: "attract",
};

/** An experiment of d = 2 or 3 whose moments blow up at t* = 0.98 while the finite clouds go on. */
export function blowUpRun(d = 2, n = 256): RunResult {
  const t = grid(0.95, 20);
  const early = t.filter((time) => time <= 0.95);
  return {
    format: 1,
    spec: {
      format: 1,
      model,
      initial: { gaussian: { mean: Array(d).fill(0), cov: { diagonal: initial.slice(0, d) }, n, seed: 1 } },
      levels: { particles: {}, layers: { L: 200 }, "gaussian-moments": {} },
      solve: { span: [0, 1.2], method: "tsit5", steps: { adaptive: { rtol: 1e-8, atol: 1e-10 } }, seed: 1, repeats: 1 },
    },
    backend: { name: "reference", precision: "f64", accuracy: "exact", threads: 1 },
    levels: {
      particles: finiteLevel(0.12, n, d, 1),
      layers: finiteLevel(0.16, n, d, 1),
      "gaussian-moments": momentsLevel(d),
    },
    distances: {
      "particles|gaussian-moments": {
        "bures-wasserstein": distance(early, 0.04, 2, n),
        "sliced-wasserstein": distance(early, 0.03, 40, n),
      },
      "layers|gaussian-moments": {
        "bures-wasserstein": distance(early, 0.045, 3, n),
        "sliced-wasserstein": distance(early, 0.033, 60, n),
      },
    },
    attention: {
      "particles|gaussian-moments": {
        n,
        logN: Math.log(n),
        t: [0, 0.4, 0.8, 0.95],
        head: [0, 0, 0],
        tilt: [1.2, 2.5, 7],
        effectiveSampleSize: [1.2, 2.5, 7].map((tilt) => n * Math.exp(-tilt)),
        entropyInClosure: [0.6, 1.25, 3.5].map((divergence) => Math.log(n) - divergence),
        entropy: [4.9, 4.2, 2.1, 0.6],
        frozen: 0.95,
        criterion: "e^H < 2 tokens from here on",
      },
    },
    expect: [{ ok: true, series: "spectrum", at: 0.5, equals: 1.9, within: 0.1, value: 1.93 }],
  };
}

export const blowUpAnalysis: AnalysisJson = {
  id: "a1b2",
  regime: {
    verdict: "blow-up",
    tStar: 0.98,
    tError: 0.004,
    certificate: { theorem: "scalar value matrix", condition: "λ_max(Σ₀^½ G Σ₀^½) reaches 1", margin: 0.02 },
  },
  departure: { verdict: "departs", predicted: 0.52, n: 256, criterion: "E|Σ^½Ax|² = log n" },
};

/** One level with one saved time: the shortest run there is. */
export function shortestRun(): RunResult {
  const full = blowUpRun(2, 8);
  const level: LevelResult = {
    outcome: { status: "failed", code: "not-finite", t: 0.1, message: "the drift is not finite" },
    t: Float64Array.from([0]),
    states: { x: { shape: [1, 8, 2], data: full.levels["particles"]!.states["x"]!.data.slice(0, 16) } },
    series: { spectrum: series([0], [[1, 0.5]]), "mean-overlap": series([0], [0.2]), trace: series([0], [1.5]) },
    stats,
  };
  return {
    ...full,
    levels: { particles: level },
    distances: {
      "particles|gaussian-moments": {
        energy: {
          t: Float64Array.from([0]),
          value: Float64Array.from([0]),
          unit: "1",
          spread: Float64Array.from([1.2]),
        },
      },
    },
    expect: [],
  };
}

/** A probe of six layers with two inputs. */
export function smallProbe(): ProbeResult {
  const layers = ["text", "gaussian"].flatMap((input, which) =>
    Array.from({ length: 7 }, (_, i) => ({
      name: i === 0 ? "embedding" : `blocks.${i - 1}.output`,
      input,
      measures: {
        "sliced-wasserstein": {
          value: 0.05 + 0.02 * i * (which === 0 ? 2 : 0.5),
          null: { median: 0.05, low: 0.035, high: 0.07 },
          control: 0.05 + 0.004 * i,
        },
        "effective-rank": { value: 60 * Math.exp(-0.25 * i) + 5 * which, control: 58 - i },
        "mean-overlap": { value: 0.1 + 0.12 * i * (1 - 0.4 * which) },
        skewness: { value: 4 + 30 * i * i * (1 - which) + i, null: { median: 4, low: 3.5, high: 4.6 } },
      },
    })),
  );
  return {
    network: { name: "sentence encoder, 6 layers", parameters: 22713216 },
    layers,
    heads: ["text", "gaussian"].flatMap((input, which) =>
      Array.from({ length: 24 }, (_, i) => ({
        name: `blocks.${Math.floor(i / 4)}.attn`,
        head: i % 4,
        input,
        measures: { entropy: { value: 4 - 0.3 * Math.floor(i / 4) - 0.4 * (i % 4) + 0.5 * which, control: 4.1 } },
      })),
    ),
    verdicts: [{ measure: "sliced-wasserstein", input: "gaussian", verdict: "inside", layers: [0, 3] }],
  };
}
