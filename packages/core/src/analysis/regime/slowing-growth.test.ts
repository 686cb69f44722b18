import { describe, expect, test } from "vitest";
import type { Sample } from "./limiting-rank.js";
import { slowingGrowth } from "./slowing-growth.js";

/** σ̇ = λ(log σ)·σ in one dimension: states at equal steps of log σ up to e^{to}, and B = λ/2. */
function growth(rate: (size: number) => number, to = 25, exhausted = false) {
  const samples: Sample[] = [];
  const step = 1e-3;
  let t = 0;
  for (let k = 0; k * step <= to; k++) {
    if (k % 200 === 0) samples.push({ t, cov: Float64Array.of(Math.exp(k * step)) });
    t += step / rate((k + 0.5) * step);
  }
  const generator = (cov: Float64Array, out: Float64Array) => {
    out[0] = rate(Math.log(cov[0]!)) / 2;
  };
  return slowingGrowth(samples, generator, 1, exhausted);
}

describe("growth at no finite depth", () => {
  test.each<[string, (size: number) => number]>([
    ["exponential", () => 3],
    ["e^{t²}: λ ~ (log σ)^½", (size) => Math.sqrt(1 + size)],
    ["e^{e^t}: λ ~ log σ, the edge", (size) => 10 + size],
    ["λ that falls to a limit", (size) => 1 + Math.exp(-size)],
  ])("%s", (_name, rate) => {
    // λ at the end is read off exactly.
    expect(growth(rate)?.rate).toBeCloseTo(rate(25), 9);
  });

  test.each<[string, (size: number) => number]>([
    ["a power law: σ ~ (t* − t)^{−2}", (size) => Math.exp(size / 2)],
    ["a weak power law: σ ~ (t* − t)^{−10}", (size) => Math.exp(size / 10)],
    ["λ ~ (log σ)²: t* is finite", (size) => 1 + size ** 2 / 20],
    ["a rate that is dying: λ → 0 at e^{26}", (size) => 26 - size],
    ["a transient", (size) => 0.5 + 17 * Math.max(0, size - 13)],
  ])("not said of %s", (_name, rate) => {
    expect(growth(rate)).toBeUndefined();
  });

  test("nor of growth that has not gone far", () => {
    expect(growth(() => 3, 15)).toBeUndefined();
  });

  test.each<[string, (size: number) => number]>([
    ["a rate that rises six-fold and then to a limit", (size) => 1 + 200 / (1 + Math.exp(15 - size))],
    ["bursts that come back", (size) => 0.55 + 0.27 * Math.sin(1.7 * size)],
  ])("where float64 ends, said of %s too", (_name, rate) => {
    expect(growth(rate)).toBeUndefined();
    expect(growth(rate, 25, true)?.rate).toBeCloseTo(rate(25), 9);
  });

  test.each<[string, (size: number) => number]>([
    ["a power law: σ ~ (t* − t)^{−2}", (size) => Math.exp(size / 2)],
    ["a weak power law: σ ~ (t* − t)^{−10}", (size) => Math.exp(size / 10)],
    ["λ ~ (log σ)²", (size) => 1 + size ** 2 / 20],
    ["a rate that is dying", (size) => 26 - size],
    ["bursts of a power law", (size) => Math.exp(size / 10) * (1 + 0.5 * Math.sin(size))],
    ["a transient", (size) => 0.5 + 17 * Math.max(0, size - 20)],
  ])("where float64 ends, still not said of %s", (_name, rate) => {
    expect(growth(rate, 25, true)).toBeUndefined();
  });
});
