import { fromNested } from "@meanfield/core/foundation/shapes";
import { describe, expect, it } from "vitest";
import { sampleRecord } from "../test/sample-record.js";
import { runAnswer } from "./answer.js";
import { exportRun } from "./export.js";
import { readNpz } from "./npz.js";
import { seriesRows } from "./tables.js";
import { decodeText } from "./text.js";

/** The answer as a script gets it: through JSON. */
function answer(record = sampleRecord()) {
  return JSON.parse(JSON.stringify(runAnswer(record)));
}

describe("runAnswer", () => {
  it("has exactly the keys of the format", () => {
    const value = answer();
    expect(Object.keys(value)).toEqual([
      ...["id", "format", "spec", "backend", "levels", "distances", "attention", "expect"],
    ]);
    expect(Object.keys(value.levels.particles)).toEqual(["outcome", "t", "x", "series", "ensemble"]);
    const { repeats, ends, series } = value.levels.particles.ensemble;
    expect([repeats, ends.length, Object.keys(series)]).toEqual([100, 2, ["spectrum", "energy"]]);
    expect(Object.keys(series.energy)).toEqual(["t", "count", "mean", "sd", "se", "min", "max"]);
    expect(Object.keys(series.spectrum.quantiles)).toEqual(["at", "value", "rankError"]);
    expect(series.spectrum.quantiles.value[1][1].length).toBe(3);
    expect(Object.keys(series.spectrum.histogram)).toEqual(["edges", "counts", "below", "above"]);
    expect(Object.keys(value.levels["gaussian-moments"])).toEqual([
      ...["outcome", "monitors", "approximation", "t", "mean", "cov", "series"],
    ]);
    expect(value.levels["gaussian-moments"].outcome).toEqual({
      status: "stopped",
      event: "blow-up",
      t: 0.7,
      tError: 1e-9,
    });
    const pair = value.distances["particles|gaussian-moments"];
    expect(Object.keys(pair["bures-wasserstein"])).toEqual(["t", "value", "null"]);
    expect(Object.keys(pair["sliced-wasserstein"])).toEqual(["t", "value"]);
  });

  it("nests arrays row-major and keeps full precision", () => {
    const { levels } = sampleRecord().result;
    const value = answer();
    // toEqual does not tell −0 (printed 0) from 0; all other numbers must be the same
    const plain = (data: Float64Array) => Array.from(data, (number) => number + 0);
    const x = fromNested(value.levels.particles.x);
    expect([x.shape, plain(x.data)]).toEqual([[2, 5, 3], plain(levels["particles"]!.states["x"]!.data)]);
    const gram = fromNested(value.levels.particles.series.gram.value);
    expect([gram.shape, plain(gram.data)]).toEqual([[1, 2, 2], plain(levels["particles"]!.series["gram"]!.value.data)]);
    expect(value.levels.particles.series.never).toEqual({ t: [], value: [] });
  });

  it("throws instead of printing NaN or Infinity, wherever it stands", () => {
    const state = sampleRecord();
    state.result.levels["particles"]!.states["x"]!.data[0] = Number.NaN;
    expect(() => runAnswer(state)).toThrow(expect.objectContaining({ name: "SolveError", code: "not-finite" }));
    const record = sampleRecord();
    const stray = { ...record, result: { ...record.result, expect: [{ ok: false, got: Number.POSITIVE_INFINITY }] } };
    expect(() => runAnswer(stray)).toThrow(/run\.expect\.0\.got: must be finite/);
  });
});

describe("exportRun", () => {
  it("npz holds states, series and distances under their documented keys", () => {
    const arrays = readNpz(exportRun(sampleRecord(), "npz")["run.npz"]!);
    const { levels, distances } = sampleRecord().result;
    expect(arrays["particles/x"]).toStrictEqual(levels["particles"]!.states["x"]);
    expect(arrays["particles/series/spectrum/value"]).toStrictEqual(levels["particles"]!.series["spectrum"]!.value);
    const pair = "particles|gaussian-moments";
    const high = distances[pair]!["bures-wasserstein"]!.null!.high;
    expect(arrays[`distances/${pair}/bures-wasserstein/null/high`]).toStrictEqual({ shape: [3], data: high });
  });

  it("csv has one line a value, and every number reads back bit for bit", () => {
    const files = exportRun(sampleRecord(), "csv");
    expect(Object.keys(files)).toEqual(["particles.csv", "gaussian-moments.csv", "distances.csv", "ensemble.csv"]);
    const lines = decodeText(files["particles.csv"]!).trimEnd().split("\n");
    expect(lines[0]).toBe("t,series,component,value");
    const rows = [...seriesRows(sampleRecord().result)];
    expect(lines.length - 1).toBe(rows.length);
    for (const [i, row] of rows.entries()) {
      const [t, series, component, value] = lines[i + 1]!.split(",");
      expect([Number(t), series, Number(component)]).toEqual([row.t, row.series, row.component]);
      expect(Object.is(Number(value), row.value)).toBe(true);
    }
    const distances = decodeText(files["distances.csv"]!).trimEnd().split("\n");
    expect(distances.length).toBe(1 + 5);
    expect(distances.at(-1)).toMatch(/,,,$/);
    // spectrum: 5 plain statistics, 2 quantiles, 3 of an exceedance, 2 bins of 6 numbers each; energy: 5 of 2.
    const ensemble = decodeText(files["ensemble.csv"]!).trimEnd().split("\n");
    expect(ensemble[0]).toBe("level,series,statistic,at,t,component,count,value");
    expect(ensemble.length).toBe(1 + 12 * 6 + 5 * 2);
  });

  it("csv quotes names that need it, and leaves distances out where there are none", () => {
    const record = sampleRecord();
    const { ensemble: _, ...level } = record.result.levels["particles"]!;
    const series = { 'a "b", c': level.series["gram"]! };
    const result = { ...record.result, levels: { particles: { ...level, series } }, distances: {} };
    const files = exportRun({ result }, "csv");
    expect(Object.keys(files)).toEqual(["particles.csv"]);
    expect(decodeText(files["particles.csv"]!)).toContain('0,"a ""b"", c",0,');
  });
});
