import { describe, expect, test } from "vitest";
import { rowsOf } from "../../../test/helpers/arrays.js";
import { type Backend, createReferenceBackend } from "../../foundation/backend/index.js";
import { quantile } from "../../foundation/statistics/index.js";
import { type ExperimentOptions, experiment, type RunResult, runExperiment } from "../index.js";

type Changes = {
  readonly solve?: object;
  readonly initial?: unknown;
  readonly observe?: object;
  readonly levels?: object;
};

const base = {
  model: { attention: { softmax: { beta: 2 } }, geometry: "sphere" },
  initial: { "uniform-sphere": { d: 3, n: 6, seed: 4 } },
  levels: { particles: {} },
  solve: { span: [0, 2], method: "rk4", steps: { fixed: { dt: 0.1 } } },
  observe: { "mean-overlap": { every: 0.5 } },
};

function run(changes: Changes, options: ExperimentOptions = {}): RunResult {
  const document = { ...base, ...changes, solve: { ...base.solve, ...changes.solve } };
  return runExperiment(experiment(document, options));
}

/** The reference, and batches as its systems one by one: what every backend promises. */
function batching(): { backend: Backend; batches: () => number } {
  const reference = createReferenceBackend();
  let count = 0;
  const backend: Backend = {
    ...reference,
    name: "batching",
    fieldBatch(kernel, batch, visibility, out) {
      count++;
      const { m, d, points, weights, positions } = batch;
      for (let k = 0; k < batch.count; k++) {
        const part = (array: Float64Array) => array.subarray(k * m * d, (k + 1) * m * d);
        const system = { m, d, weights, points: part(points), ...(positions && { positions }) };
        reference.field(kernel, system, system, visibility, { field: part(out.field!) });
      }
      return true;
    },
  };
  return { backend, batches: () => count };
}

const ensembleOf = (result: RunResult, level = "particles") => result.levels[level]!.ensemble!;

describe("an ensemble", () => {
  const repeats = 130; // three blocks, the last one short

  test("has the statistics of the repeats run one by one as experiments of their own", () => {
    const found = ensembleOf(run({ solve: { repeats } }));
    const law = experiment(base).initial;
    const values = Array.from({ length: repeats }, (_, r) => {
      const points = rowsOf(law.cloud(r).points, 6, 3);
      return run({ initial: { points } }).levels["particles"]!.series["mean-overlap"]!.value.data;
    });
    const series = found.series["mean-overlap"]!;
    expect(found.repeats).toBe(repeats);
    expect(found.ends).toEqual([{ status: "completed", count: repeats }]);
    expect(Array.from(series.t)).toEqual([0, 0.5, 1, 1.5, 2]);
    expect(Array.from(series.count)).toEqual([repeats, repeats, repeats, repeats, repeats]);
    for (let k = 0; k < 5; k++) {
      const column = Float64Array.from(values, (one) => one[k]!).sort();
      const mean = column.reduce((a, b) => a + b) / repeats;
      const sd = Math.sqrt(column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (repeats - 1));
      // 130 roundings of numbers up to 1.
      expect(Math.abs(series.mean.data[k]! - mean)).toBeLessThan(3e-14);
      expect(Math.abs(series.sd.data[k]! - sd)).toBeLessThan(3e-14);
      expect(series.se.data[k]).toBe(series.sd.data[k]! / Math.sqrt(repeats));
      expect([series.min.data[k], series.max.data[k]]).toEqual([column[0], column[repeats - 1]]);
      const quantiles = [0.05, 0.5, 0.95].map((q) => quantile(column, q));
      expect(quantiles).toEqual([0, 1, 2].map((q) => series.quantiles!.value.data[q * 5 + k]));
    }
    expect(series.quantiles!.rankError).toBe(0);
  });

  test("keeps outcome, states and series of repeat 0, which is the run without repeats", () => {
    const { ensemble, ...zero } = run({ solve: { repeats: 3 } }).levels["particles"]!;
    expect(ensemble?.repeats).toBe(3);
    expect(zero).toEqual(run({}).levels["particles"]);
  });

  test.each(["euler", "rk4", "tsit5", "dop853", "rodas4", "euler-maruyama"])(
    "gives the same bits stacked and one by one: %s",
    (method) => {
      const [stacking, changes] = [
        batching(),
        { levels: { particles: {}, layers: { L: 15 } }, solve: { method, repeats: 70 } },
      ];
      const alone = run(changes);
      const stacked = run(changes, { backends: [stacking.backend] });
      for (const level of ["particles", "layers"]) expect(ensembleOf(stacked, level)).toEqual(ensembleOf(alone, level));
      expect(stacking.batches()).toBeGreaterThan(0);
    },
  );

  test("keeps what is asked for: covariance, histogram, exceedances, quantiles", () => {
    const statistics = {
      quantiles: [0.5],
      covariance: true,
      histogram: { from: -0.5, to: 1, bins: 6 },
      exceedances: [0.2, 0],
    };
    const observe = { "mean-overlap": { at: [0, 2], statistics }, mean: { at: [1], statistics: { covariance: true } } };
    const { series } = ensembleOf(run({ observe, solve: { repeats: 50 } }));
    const { covariance, histogram, exceedances, quantiles, sd } = series["mean-overlap"]!;
    // (Σ²/(n−1)) once by products, once by squares: a few roundings.
    for (const k of [0, 1]) expect(covariance!.data[k]).toBeCloseTo(sd.data[k]! ** 2, 14);
    expect(histogram!.edges.length).toBe(7);
    expect(histogram!.counts.shape).toEqual([2, 6]);
    const counted = [...histogram!.counts.data, ...histogram!.below.data, ...histogram!.above.data];
    expect(counted.reduce((a, b) => a + b)).toBe(100);
    expect(Array.from(exceedances!.above)).toEqual([0, 0.2]);
    expect(exceedances!.fraction.shape).toEqual([2, 2]);
    expect(exceedances!.fraction.data[1]).toBeGreaterThanOrEqual(exceedances!.fraction.data[3]!);
    expect(quantiles!.value.shape).toEqual([1, 2]);
    expect(series["mean"]!.covariance!.shape).toEqual([1, 3, 3]);
    expect(series["mean"]!.quantiles).toBeUndefined();
  });

  test("counts how repeats ended, each with what it recorded until then", () => {
    // e^{⟨x,y⟩}y/n in R^2 escapes at a depth that depends on the draw.
    const document = {
      model: { attention: "unnormalised" },
      initial: { gaussian: { mean: [0, 0], cov: { scale: 0.25 }, n: 3 } },
      levels: { particles: {} },
      solve: { span: [0, 1.5], method: "rk4", steps: { fixed: { dt: 0.02 } }, repeats: 40 },
      observe: { trace: { every: 0.25 } },
    };
    const { backend } = batching();
    const found = runExperiment(experiment(document)).levels["particles"]!.ensemble!;
    expect(found.ends.map(({ status }) => status).sort()).toEqual(["completed", "failed"]);
    const failed = found.ends.find(({ status }) => status === "failed")!;
    expect(failed.reason).toBe("not-finite");
    expect(failed.t!.min).toBeLessThanOrEqual(failed.t!.mean);
    const { count, t } = found.series["trace"]!;
    expect(count[0]).toBe(40);
    expect(count[t.indexOf(1.5)]).toBe(40 - failed.count);
    expect(runExperiment(experiment(document, { backends: [backend] })).levels["particles"]!.ensemble).toEqual(found);
  });

  test("is not made of levels without anything random, and refused where there is nothing else", () => {
    const levels = { particles: {}, "gaussian-moments": {} };
    const document = {
      model: { attention: "softmax" },
      initial: { gaussian: { mean: [0, 0], cov: "identity", n: 5 } },
      levels,
      solve: { repeats: 3 },
    };
    const result = runExperiment(experiment(document));
    expect(result.levels["particles"]!.ensemble!.repeats).toBe(3);
    expect(result.levels["gaussian-moments"]!.ensemble).toBeUndefined();
    expect(() => experiment({ ...document, levels: { "gaussian-moments": {} } })).toThrow(/something random/);
    expect(() => experiment({ ...document, initial: { points: [[1, 2]] }, levels: { particles: {} } })).toThrow(
      /something random/,
    );
  });

  test("can be expected of: a statistic of a series that is repeated", () => {
    const expectations = [
      { series: "particles.mean-overlap", statistic: "mean", at: 0, below: 0.5 },
      { series: "particles.mean-overlap", statistic: "se", at: 2, above: 1 },
    ];
    const document = { ...base, solve: { ...base.solve, repeats: 20 }, expect: expectations };
    expect(runExperiment(experiment(document)).expect.map(({ ok }) => ok)).toEqual([true, false]);
    expect(() => experiment({ ...base, expect: expectations })).toThrow(/solve.repeats repeats, got mean of/);
  });

  test("ends as cancelled when a cancel arrives", () => {
    let seen = 0;
    const cancel = { aborted: false };
    const bound = experiment({ ...base, solve: { ...base.solve, repeats: 100 } });
    const onProgress = () => {
      cancel.aborted = ++seen > 60;
    };
    const { outcome, ensemble } = runExperiment(bound, { cancel, onProgress }).levels["particles"]!;
    expect(outcome).toMatchObject({ status: "stopped", event: "cancelled" });
    expect(ensemble).toBeUndefined();
  });

  test("does not change the id of a run without repeats", () => {
    const plain = experiment(base).spec;
    const observe = { "mean-overlap": { every: 0.5, statistics: { covariance: true } } };
    expect(experiment({ ...base, observe }).spec).toEqual(plain);
    expect(experiment({ ...base, observe, solve: { ...base.solve, repeats: 2 } }).spec["observe"]).toEqual({
      "mean-overlap": {
        what: "mean-overlap",
        statistics: { quantiles: [0.05, 0.5, 0.95], covariance: true, exceedances: [] },
        every: 0.5,
      },
    });
  });
});
