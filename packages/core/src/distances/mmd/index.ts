import { z } from "zod";
import { SolveError } from "../../foundation/errors/index.js";
import type { Law } from "../../laws/contract.js";
import type { DistancePlugin } from "../contract.js";
import { requireComparable } from "../shared/check-laws.js";
import { metricOnAllLaws } from "../shared/traits.js";
import { type Bandwidth, requireMedian, squaredBandwidth } from "./bandwidth.js";
import { crossMean, selfMean } from "./kernel-means.js";

interface MmdParameters {
  readonly bandwidth: Bandwidth;
}

/** Rounding of the three means, which are at most 1. */
const rounding = 1e-12;

function distance(a: Law, b: Law, square: number): number {
  const value = selfMean(a, square) + selfMean(b, square) - 2 * crossMean(a, b, square);
  if (!(value >= -rounding)) {
    throw new SolveError({
      code: "not-finite",
      who: "mmd",
      rule: "E k(X,X') + E k(Y,Y') − 2E k(X,Y) must not be negative beyond rounding",
      got: String(value),
      fix: "Report these laws",
      details: { value },
    });
  }
  return Math.sqrt(Math.max(0, value));
}

/**
 * MMD(μ, ν) = (E k(X,X') + E k(Y,Y') − 2E k(X,Y))^½ with the Gaussian kernel k(x, y) = exp(−|x − y|²/2h²), h the
 * bandwidth: at most √2. Clouds as they are (the V-statistic of all pairs, so that it is a distance of laws and never
 * negative); every term with a Gaussian in closed form. With a fixed h it is a metric; h from the pair of laws
 * ("spread": h² = tr Cov of their even mixture; "median": of the distances of all pooled points) makes it free of units,
 * at the price of the triangle inequality. Values below about 1e-7 carry no digits.
 * @throws wrong-shape, not-finite, out-of-range, incompatible ("median" with a Gaussian or unequal weights),
 *   not-symmetric, not-positive-semidefinite
 * @cost two clouds: (m + n)²/2·(d + 1 exponential); a cloud and a Gaussian: that for m², and m·d² + d³; memory O(d²)
 * @accuracy its square 1e-14 absolute (mmd/index.test.ts)
 * @source theory.md §2.2; Gaussian terms: derived
 */
export const mmd: DistancePlugin<MmdParameters> = {
  name: "mmd",
  doc: "Maximum mean discrepancy with a Gaussian kernel, as a root; exact for clouds and for Gaussians.",
  source: "arXiv 2606.07600, theory.md §2.2",
  unit: "1",
  traits: { ...metricOnAllLaws, triangle: false, bounded: true },
  params: z.strictObject({
    bandwidth: z
      .union([z.number().positive(), z.literal("spread"), z.literal("median")])
      .default("spread")
      .meta({
        symbol: "h",
        unit: "1",
        doc:
          "length of the kernel: a number, spread (root of the trace of the covariance of both laws together), or " +
          "median (of the distances of all points, two clouds only)",
      }),
  }),
  requireLaws({ bandwidth }, a, b) {
    requireComparable("mmd", a, b);
    if (bandwidth === "median") requireMedian(a, b);
  },
  bind:
    ({ bandwidth }) =>
    (a, b) => {
      requireComparable("mmd", a, b);
      const square = squaredBandwidth(bandwidth, a, b);
      // Both laws are one point, and the same.
      return square === 0 ? 0 : distance(a, b, square);
    },
};
