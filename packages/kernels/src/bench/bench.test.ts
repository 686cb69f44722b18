import { expect, test } from "vitest";
import { openWasm } from "../wasm/index.js";
import { ensembleCase, measure, normalsCase, openRoofline, productCase, softmaxCase } from "./index.js";

test("rows of every case, with a clock of our own: a sample of r runs of p pairs that takes a tick is 10⁶/(rp) ns", async () => {
  const backend = await openWasm();
  let ticks = 0;
  // Every look at the clock is a millisecond later.
  const now = () => ticks++;
  const roofline = await openRoofline("f64", now);
  const cases = [softmaxCase(backend, 50, 3), ensembleCase(backend, 4, 16, 3)];
  const { rows, peer } = await measure(cases, { repeats: 3, now, roofline, peer: async () => 7 });
  expect(rows.map(({ kernel, n, d, threads }) => [kernel, n, d, threads])).toEqual([
    ["softmax", 50, 3, 1],
    ["ensemble", 16, 3, 1],
  ]);
  for (const [k, { nsPerPair, rooflineFraction }] of rows.entries()) {
    // A sample of `runs` runs takes one tick.
    const runs = 1e6 / (nsPerPair.median * cases[k]!.pairs);
    expect(Math.abs(runs - Math.round(runs))).toBeLessThan(1e-9);
    expect(nsPerPair.min).toBe(nsPerPair.median);
    // 1 tick for 10⁵ rounds of 24 multiply-adds, or of 4 exponentials.
    expect(rooflineFraction).toBeCloseTo((6 * (10 / 24) + 10 / 4) / nsPerPair.median, 12);
  }
  expect(peer).toEqual({ median: 7, min: 7, spread: 0 });
  const plain = await measure([productCase(backend, 20), normalsCase(backend, 100)], { repeats: 1, now });
  expect(plain.rows.map(({ kernel, rooflineFraction }) => [kernel, rooflineFraction])).toEqual([
    ["product", undefined],
    ["normals", undefined],
  ]);
});
