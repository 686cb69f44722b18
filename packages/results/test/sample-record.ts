import type { EnsembleResult, RunResult } from "@meanfield/core/experiment";
import type { NdArray } from "@meanfield/core/foundation/shapes";
import type { RunRecord } from "../src/run-record.js";

/** Numbers that a lossy path would change: both zeros, subnormals, the largest, neighbours of 1, repeated values. */
const delicate = [
  0,
  -0,
  5e-324,
  -5e-324,
  2.2250738585072014e-308,
  Number.MAX_VALUE,
  1 + 2 ** -52,
  1 - 2 ** -53,
  0.1,
  1 / 3,
];

function filled(shape: readonly number[], offset = 0): NdArray {
  const size = shape.reduce((a, b) => a * b, 1);
  return { shape, data: Float64Array.from({ length: size }, (_, i) => delicate[(i + offset) % delicate.length]!) };
}

function times(k: number): Float64Array {
  return Float64Array.from({ length: k }, (_, i) => i * 0.1);
}

/** Statistics over repeats with every part there is. */
function sampleEnsemble(): EnsembleResult {
  const shape = [2, 3];
  const all = { t: times(2), unit: "1", doc: "eigenvalues of the covariance", count: Float64Array.of(100, 97) };
  return {
    repeats: 100,
    ends: [
      { status: "completed", count: 97 },
      { status: "failed", reason: "not-finite", count: 3, t: { mean: 0.2, sd: 0.1, min: 0.1, max: 0.3 } },
    ],
    series: {
      spectrum: {
        ...all,
        mean: filled(shape),
        sd: filled(shape, 1),
        se: filled(shape, 2),
        min: filled(shape, 3),
        max: filled(shape, 4),
        quantiles: { at: Float64Array.of(0.05, 0.95), value: filled([2, ...shape], 5), rankError: 0.01 },
        covariance: filled([2, 3, 3], 6),
        histogram: {
          edges: Float64Array.of(0, 0.5, 1),
          counts: filled([...shape, 2]),
          below: filled(shape, 7),
          above: filled(shape, 8),
        },
        exceedances: {
          above: Float64Array.of(0.5),
          fraction: filled([1, ...shape], 9),
          low: filled([1, ...shape]),
          high: filled([1, ...shape], 1),
        },
      },
      energy: {
        ...all,
        mean: filled([2]),
        sd: filled([2]),
        se: filled([2]),
        min: filled([2]),
        max: filled([2]),
      },
    },
  };
}

export function sampleResult(): RunResult {
  const stats = { steps: 40, rejected: 3, evaluations: 260, method: "tsit5" };
  return {
    format: 1,
    spec: { title: "sample", levels: { particles: {}, "gaussian-moments": {} }, solve: { span: [0, 1] } },
    backend: { name: "reference", precision: "f64", accuracy: "exact", threads: 1 },
    levels: {
      particles: {
        outcome: { status: "completed" },
        t: times(2),
        states: { x: filled([2, 5, 3]) },
        series: {
          energy: { t: times(40), value: filled([40]), unit: "1", doc: "interaction energy" },
          spectrum: { t: times(11), value: filled([11, 3], 4), unit: "1", doc: "eigenvalues of the covariance" },
          gram: { t: times(1), value: filled([1, 2, 2], 1), unit: "1", doc: "inner products" },
          never: { t: times(0), value: filled([0, 3]), unit: "rad", doc: "observed at no time" },
        },
        stats,
        ensemble: sampleEnsemble(),
      },
      "gaussian-moments": {
        outcome: { status: "stopped", event: "blow-up", t: 0.7, tError: 1e-9 },
        t: times(3),
        states: { mean: filled([3, 2], 2), cov: filled([3, 2, 2], 3) },
        series: {},
        monitors: { rank: { verdict: "kept", rankAtStart: 2, greatestLeak: 0 }, defect: { greatest: 1e-300 } },
        approximation: "in part",
        stats: { ...stats, method: "rk4" },
      },
    },
    attention: {
      "particles|gaussian-moments": {
        n: 7,
        logN: Math.log(7),
        t: [0, 0.1, 0.2],
        head: [0, 1],
        tilt: [0.1, 1 / 3],
        effectiveSampleSize: [6, 5],
        entropyInClosure: [1.9, -12],
        entropy: [1.8, 1.7, 0.1],
        frozen: 0.2,
        criterion: "e^H < 2 tokens from here on",
      },
    },
    distances: {
      "particles|gaussian-moments": {
        "bures-wasserstein": {
          t: times(3),
          value: filled([3], 5).data,
          unit: "1",
          spread: filled([3], 8).data,
          null: { median: filled([3], 6).data, low: filled([3]).data, high: filled([3], 7).data, n: 5, repeats: 20 },
        },
        "sliced-wasserstein": { t: times(2), value: filled([2], 8).data, spread: filled([2], 9).data, unit: "1" },
      },
    },
    expect: [{ ok: true, series: "energy", at: 1, below: 2, got: 0.5 }],
  };
}

export function sampleRecord(id = "0123456789abcdef"): RunRecord {
  return {
    id,
    seeds: { initial: 1, solve: 7 },
    versions: { "@meanfield/core": "0.1.0", node: "20.19.0" },
    machine: { platform: "linux", arch: "x64", cpu: "a processor", cores: 2 },
    started: "2026-01-02T03:04:05.678Z",
    finished: "2026-01-02T03:04:06.000Z",
    seconds: 0.322,
    result: sampleResult(),
    analysis: { regime: { verdict: "blow-up", tStar: 0.7 } },
  };
}
