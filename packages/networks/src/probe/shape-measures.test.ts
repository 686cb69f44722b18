import { stream } from "@meanfield/core/foundation/random";
import { expect, test } from "vitest";
import type { Cloud, ProbeMeasure } from "./contract.js";
import { projectedKurtosis, projectedSkewness } from "./mardia-measures.js";
import { cloudMoments } from "./moments.js";
import { radialVariance } from "./radial-measure.js";

const options = { directions: 4, repeats: 40 };
const measures = [projectedSkewness(options), projectedKurtosis(options), radialVariance(20)];

function cloud(n: number, d: number, seed: number, change: (row: Float64Array) => void = () => {}): Cloud {
  const points = new Float64Array(n * d);
  stream({ seed, purpose: "shape measures test" }).fillNormal(points);
  for (let i = 0; i < n; i++) change(points.subarray(i * d, (i + 1) * d));
  return { n, d, points };
}

function place(measure: ProbeMeasure, of: Cloud, seed: number): "below" | "inside" | "above" {
  const { value, null: band } = measure.measure(of, { moments: cloudMoments(of), seed, wantNull: true });
  return value > band!.high ? "above" : value < band!.low ? "below" : "inside";
}

const count = (measure: ProbeMeasure, change: ((row: Float64Array) => void) | undefined, n: number, d: number) => {
  const places = Array.from({ length: 40 }, (_, seed) => place(measure, cloud(n, d, seed, change), seed));
  return { inside: places.filter((one) => one === "inside").length, places };
};

test.each(measures)(
  "$name: Gaussian clouds are inside the band, with more and with fewer tokens than coordinates",
  (measure) => {
    // Inside with chance .9: Binomial(40, .9) has deviation 1.9; four of them, and one for the draws of the band.
    for (const [n, d] of [
      [60, 5],
      [30, 60],
    ] as const)
      expect(count(measure, undefined, n, d).inside).toBeGreaterThan(27);
  },
);

test("skewed coordinates are above the band of the skewness", () => {
  const exponential = (row: Float64Array) => row.set(row.map((z) => Math.exp(1.2 * z)));
  expect(count(measures[0]!, exponential, 80, 4).places.filter((one) => one === "above").length).toBeGreaterThan(35);
});

test("a mixture of scales is above the bands of kurtosis and radius; a sphere is below that of the radius", () => {
  const scales = (row: Float64Array) => {
    const scale = row[0]! > 0.7 ? 4 : 1;
    row.set(row.map((z) => z * scale));
  };
  const sphere = (row: Float64Array) => {
    const norm = Math.hypot(...row);
    row.set(row.map((z) => z / norm));
  };
  for (const measure of measures.slice(1))
    expect(count(measure, scales, 80, 8).places.filter((one) => one === "above").length).toBeGreaterThan(35);
  expect(count(measures[2]!, sphere, 60, 30).places.every((one) => one === "below")).toBe(true);
});

test("the radius: 1 in the mean for Gaussian tokens of any covariance, n above or below d", () => {
  for (const [n, d] of [
    [200, 6],
    [60, 120],
  ] as const) {
    const deviations = Float64Array.from({ length: d }, (_, a) => 1 / (1 + a));
    const values = Array.from({ length: 200 }, (_, seed) => {
      const of = cloud(n, d, seed, (row) => row.set(row.map((z, a) => z * deviations[a]!)));
      return measures[2]!.measure(of, { moments: cloudMoments(of), seed, wantNull: false }).value;
    });
    const mean = values.reduce((sum, value) => sum + value / 200, 0);
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2 / 199, 0));
    // Four standard errors, and 6/n for the bias of a ratio of two unbiased numbers, whose covariance is of that order.
    expect(Math.abs(mean - 1)).toBeLessThan((4 * spread) / Math.sqrt(200) + 6 / n);
  }
});
