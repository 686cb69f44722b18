import { slicedWasserstein } from "@meanfield/core/distances/sliced-wasserstein";
import { stream } from "@meanfield/core/foundation/random";
import { tokens } from "@meanfield/core/foundation/shapes";
import { expect, test } from "vitest";
import type { Cloud } from "./contract.js";
import { cloudMoments } from "./moments.js";
import { slicedToGaussian } from "./sliced-measure.js";

const line = { ...slicedWasserstein, bind: (seed: number) => slicedWasserstein.bind({ directions: 1 }, seed) };

function draw(n: number, d: number, seed: number, spread: (z: number, a: number) => number): Cloud {
  const random = stream({ seed, purpose: "sliced test" });
  return { n, d, points: Float64Array.from({ length: n * d }, (_, i) => spread(random.normal(), i % d)) };
}

test("equals the sliced distance between the cloud and its Gaussian in d dimensions", () => {
  const cloud = draw(80, 3, 1, (z, a) => (1 + a) * (z + Math.sign(z)) + a);
  const directions = 4000;
  const measure = slicedToGaussian(line, { directions, repeats: 1 });
  const moments = cloudMoments(cloud);
  const { value } = measure.measure(cloud, { moments, seed: 1, wantNull: false });
  const law = { kind: "gaussian", d: 3, mean: moments.mean(), cov: moments.covariance() } as const;
  const points = { kind: "point-cloud", ...tokens(cloud.points, 80, 3) } as const;
  const expected = slicedWasserstein.bind({ directions }, 2)(points, law);
  // Two sets of 4000 directions; the squared distance varies by less than its mean from one direction to another, so
  // five standard errors of the ratio of roots are 5·√2/(2·√4000) < 0.06.
  expect(Math.abs(value / expected - 1)).toBeLessThan(0.06);
});

test("on the line it is W2 to the Gaussian itself", () => {
  const cloud = draw(50, 1, 2, (z) => z ** 3);
  const moments = cloudMoments(cloud);
  const { value } = slicedToGaussian(line, { directions: 3, repeats: 1 }).measure(cloud, {
    moments,
    seed: 1,
    wantNull: false,
  });
  const law = { kind: "gaussian", d: 1, mean: moments.mean(), cov: moments.covariance() } as const;
  // Three equal directions up to sign: rounding.
  expect(value).toBeCloseTo(line.bind(1)({ kind: "point-cloud", ...tokens(cloud.points, 50, 1) }, law), 10);
});

test("Gaussian clouds with fewer tokens than coordinates are inside the band in about 95 % of draws", () => {
  const measure = slicedToGaussian(line, { directions: 8, repeats: 60 });
  let inside = 0;
  for (let seed = 0; seed < 60; seed++) {
    const cloud = draw(24, 40, seed, (z, a) => z / (1 + 0.1 * a));
    const { value, null: band } = measure.measure(cloud, { moments: cloudMoments(cloud), seed, wantNull: true });
    if (value <= band!.high) inside++;
  }
  // Binomial(60, 0.95) has mean 57 and standard deviation 1.7; five of them.
  expect(inside).toBeGreaterThan(48);
});

test("a mixture of two distant clusters is outside the band", () => {
  const measure = slicedToGaussian(line, { directions: 16, repeats: 40 });
  for (let seed = 0; seed < 5; seed++) {
    const noise = draw(60, 6, seed, (z) => 0.3 * z);
    const points = noise.points.map((x, k) => x + (Math.floor(k / 6) % 2 === 0 ? 1 : -1));
    const cloud = { ...noise, points };
    const { value, null: band } = measure.measure(cloud, { moments: cloudMoments(cloud), seed, wantNull: true });
    expect(value).toBeGreaterThan(band!.high);
  }
});
