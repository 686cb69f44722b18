import { stream } from "@meanfield/core/foundation/random";
import { normalQuantile } from "@meanfield/core/foundation/special-functions";
import type { Law } from "@meanfield/core/laws";
import { expect, test } from "vitest";
import type { Cloud } from "./contract.js";
import { distanceToGaussian, type LawDistance } from "./distance-measures.js";
import { cloudMoments } from "./moments.js";

/** n sorted first coordinates: those of a cloud, or the mid-quantiles of a Gaussian. */
function firstCoordinates(law: Law, n: number): Float64Array {
  if (law.kind === "gaussian") {
    const deviation = Math.sqrt(law.cov[0]!);
    return Float64Array.from({ length: n }, (_, i) => law.mean[0]! + deviation * normalQuantile((i + 0.5) / n));
  }
  return Float64Array.from({ length: n }, (_, i) => law.points[i * law.d]!).sort();
}

/** W2 between first coordinates: enough to tell a Gaussian from two clusters. */
const firstCoordinate: LawDistance = {
  name: "first-coordinate-w2",
  doc: "W2 of the first coordinate",
  unit: "1",
  bind: () => (a, b) => {
    const n = a.kind === "point-cloud" ? a.m : 0;
    const x = firstCoordinates(a, n);
    const y = firstCoordinates(b, n);
    return Math.sqrt(x.reduce((sum, value, i) => sum + (value - y[i]!) ** 2 / n, 0));
  },
};

function draw(n: number, seed: number, spread: (z: number) => number): Cloud {
  const random = stream({ seed, purpose: "distance test" });
  return { n, d: 2, points: Float64Array.from({ length: 2 * n }, () => spread(random.normal())) };
}

for (const reference of ["law", "sample"] as const) {
  const measure = distanceToGaussian(firstCoordinate, { reference, repeats: 40 });
  const place = (cloud: Cloud, seed: number): { inside: boolean; belowMedian: boolean } => {
    const { value, null: band } = measure.measure(cloud, { moments: cloudMoments(cloud), seed, wantNull: true });
    expect(band!.low).toBeLessThanOrEqual(band!.median);
    expect(band!.median).toBeLessThanOrEqual(band!.high);
    return { inside: value <= band!.high, belowMedian: value <= band!.median };
  };

  test(`Gaussian clouds are inside the band in about 95 % of draws and below its median in half (${reference})`, () => {
    const places = Array.from({ length: 100 }, (_, seed) =>
      place(
        draw(60, seed, (z) => 3 + 2 * z),
        seed,
      ),
    );
    // Binomial(100, 0.95) has standard deviation 2.2; four of them, and a little for the 40 draws of the band.
    expect(places.filter(({ inside }) => inside).length).toBeGreaterThan(83);
    // Binomial(100, 0.5) has standard deviation 5; four of them. A band without the second fit lies higher, so that most would be below.
    expect(Math.abs(places.filter(({ belowMedian }) => belowMedian).length - 50)).toBeLessThan(20);
  });

  test(`two clusters are outside the band (${reference})`, () => {
    for (let seed = 0; seed < 10; seed++) {
      expect(
        place(
          draw(60, seed, (z) => Math.sign(z) + 0.1 * z),
          seed,
        ).inside,
      ).toBe(false);
    }
  });
}

test("without a wanted band there is none, and the value is the same", () => {
  const measure = distanceToGaussian(firstCoordinate, { reference: "law", repeats: 5 });
  const cloud = draw(20, 1, (z) => z);
  const context = { moments: cloudMoments(cloud), seed: 1 };
  const bare = measure.measure(cloud, { ...context, wantNull: false });
  expect(bare).toEqual({ value: measure.measure(cloud, { ...context, wantNull: true }).value });
});
