import { describe, expect, test } from "vitest";
import { cloudOf, momentsOf, sampleGaussian } from "../../foundation/law/index.js";
import { identity } from "../../foundation/linear-algebra/index.js";
import { stream } from "../../foundation/random/index.js";
import type { Gaussian, PointCloud } from "../../laws/contract.js";
import { mardiaKurtosis, mardiaSkewness, skewnessByMoments, skewnessByPairs, whiten } from "./mardia.js";
import { statisticBand } from "./null-band.js";

const standard = (d: number): Gaussian => ({ kind: "gaussian", d, mean: new Float64Array(d), cov: identity(d) });

function skewed(n: number, d: number, seed: number): PointCloud {
  const random = stream({ seed, purpose: "mardia test" });
  return cloudOf(
    Float64Array.from({ length: n * d }, () => -Math.log(random.uniform())),
    n,
    d,
  );
}

describe("Mardia's statistics", () => {
  test("on the line: the squared skewness and the kurtosis of the points", () => {
    const x = [0, 1, 1, 4];
    const mean = 1.5;
    const central = (p: number) => x.reduce((sum, value) => sum + (value - mean) ** p, 0) / 4;
    const cloud = cloudOf(Float64Array.from(x), 4, 1);
    expect(mardiaSkewness(cloud)).toBeCloseTo(central(3) ** 2 / central(2) ** 3, 13);
    expect(mardiaKurtosis(cloud)).toBeCloseTo(central(4) / central(2) ** 2, 13);
  });

  test("the sum over pairs is the sum over third moments", () => {
    const cloud = skewed(30, 4, 1);
    const weighted = { ...cloud, weights: Float64Array.from({ length: 30 }, (_, i) => (i + 1) / 465) };
    for (const one of [cloud, weighted]) {
      const white = whiten(one);
      // Sums of 900 and 64·30 terms.
      expect(Math.abs(skewnessByPairs(one, white) / skewnessByMoments(one, white) - 1)).toBeLessThan(1e-12);
      expect(mardiaSkewness(one)).toBe(skewnessByMoments(one, white));
    }
    const flat = skewed(8, 6, 2);
    expect(mardiaSkewness(flat)).toBe(skewnessByPairs(flat, whiten(flat)));
  });

  test("affine maps change nothing; a map into a larger space neither", () => {
    const cloud = skewed(40, 2, 3);
    const map = [
      [3, -1],
      [0.5, 2],
      [1, 1],
    ] as const;
    const image = cloudOf(
      Float64Array.from({ length: 120 }, (_, k) => {
        const [i, row] = [Math.floor(k / 3), map[k % 3]!];
        return row[0] * cloud.points[2 * i]! + row[1] * cloud.points[2 * i + 1]! - 7;
      }),
      40,
      3,
    );
    for (const statistic of [mardiaSkewness, mardiaKurtosis]) {
      // Condition number of the map about 10.
      expect(Math.abs(statistic(image) / statistic(cloud) - 1)).toBeLessThan(1e-12);
    }
  });

  test("Gaussians: 0 and r(r + 2), in any rank; no spread is 0 and 0", () => {
    const flat: Gaussian = { ...standard(3), cov: Float64Array.of(1, 0, 0, 0, 4, 0, 0, 0, 0) };
    expect([mardiaSkewness(flat), mardiaKurtosis(flat)]).toEqual([0, 8]);
    const row = [0.1, 0.7, -1 / 3];
    const equal = cloudOf(Float64Array.from([...row, ...row, ...row]), 3, 3);
    expect([mardiaSkewness(equal), mardiaKurtosis(equal)]).toEqual([0, 0]);
  });

  test("means over Gaussian samples are the exact ones", () => {
    const [n, d, repeats] = [30, 3, 400];
    let [skewness, kurtosis] = [0, 0];
    for (let r = 0; r < repeats; r++) {
      const sample = sampleGaussian(standard(d), n, 5, `mean ${r}`);
      skewness += mardiaSkewness(sample) / repeats;
      kurtosis += mardiaKurtosis(sample) / repeats;
    }
    const exactSkewness = (d * (d + 2) * ((n + 1) * (d + 1) - 6)) / ((n + 1) * (n + 3));
    const exactKurtosis = (d * (d + 2) * (n - 1)) / (n + 1);
    // Four standard errors: χ² with 10 degrees of freedom has relative deviation .45; √(8·15/30) = 2 for the kurtosis.
    expect(Math.abs(skewness / exactSkewness - 1)).toBeLessThan((4 * 0.45) / 20);
    expect(Math.abs(kurtosis - exactKurtosis)).toBeLessThan((4 * 2) / 20);
  });

  test("null bands follow the limit laws, and exponential tokens are far outside", () => {
    const [n, d] = [400, 2];
    const options = { repeats: 400, seed: 6 };
    const kurtosis = statisticBand(mardiaKurtosis, standard(d), n, options);
    const spread = Math.sqrt((8 * d * (d + 2)) / n);
    // The band of a normal law is 2·1.645 deviations wide; its quantiles from 400 draws are good to 15 %.
    expect(Math.abs((kurtosis.high - kurtosis.low) / (2 * 1.645 * spread) - 1)).toBeLessThan(0.2);
    const skewness = statisticBand(mardiaSkewness, standard(d), n, options);
    // χ² with 4 degrees of freedom: quantile .95 is 9.488; 400 draws and n = 400 leave 15 %.
    expect(Math.abs((n * skewness.high) / 6 / 9.488 - 1)).toBeLessThan(0.15);
    const tokens = skewed(n, d, 7);
    expect(mardiaSkewness(tokens)).toBeGreaterThan(10 * skewness.high);
    expect(mardiaKurtosis(tokens)).toBeGreaterThan(kurtosis.high + 5 * spread);
    // The band is a matter of n and rank alone.
    const law = momentsOf(tokens);
    expect(statisticBand(mardiaSkewness, law, n, options).high).toBeCloseTo(skewness.high, 10);
  });
});
