import { z } from "zod";
import { SolveError } from "../../foundation/errors/index.js";
import type { Gaussian, Law, PointCloud } from "../../laws/contract.js";
import type { DistancePlugin } from "../contract.js";
import { requireComparable } from "../shared/check-laws.js";
import { metricOnAllLaws } from "../shared/traits.js";
import { meanNorm } from "./mean-norm.js";
import { thinCloud } from "./thin.js";

interface EnergyParameters {
  readonly maxPoints: number | null;
}

/** Σ_j v_j |x_i − y_j| over j in [from, b.m). */
function distancesFrom(a: PointCloud, i: number, b: PointCloud, from: number): number {
  const { d } = a;
  const [x, y] = [a.points, b.points];
  let sum = 0;
  for (let j = from; j < b.m; j++) {
    let square = 0;
    for (let k = 0; k < d; k++) {
      const difference = x[i * d + k]! - y[j * d + k]!;
      square += difference * difference;
    }
    sum += b.weights[j]! * Math.sqrt(square);
  }
  return sum;
}

/** E|X − Y| for independent X ~ a, Y ~ b. */
function cross(a: Law, b: Law): number {
  if (a.kind === "gaussian" && b.kind === "gaussian") {
    return meanNorm(
      a.cov.map((value, i) => value + b.cov[i]!),
      a.d,
    )(a.mean.map((value, i) => value - b.mean[i]!));
  }
  if (a.kind === "point-cloud" && b.kind === "point-cloud") {
    let sum = 0;
    for (let i = 0; i < a.m; i++) sum += a.weights[i]! * distancesFrom(a, i, b, 0);
    return sum;
  }
  return a.kind === "point-cloud" ? cloudToGaussian(a, b as Gaussian) : cloudToGaussian(b as PointCloud, a);
}

function cloudToGaussian(cloud: PointCloud, { d, mean, cov }: Gaussian): number {
  const norm = meanNorm(cov, d);
  const shift = new Float64Array(d);
  let sum = 0;
  for (let i = 0; i < cloud.m; i++) {
    for (let a = 0; a < d; a++) shift[a] = cloud.points[i * d + a]! - mean[a]!;
    sum += cloud.weights[i]! * norm(shift);
  }
  return sum;
}

/** E|X − X'| for independent X, X' ~ law. */
function self(law: Law): number {
  if (law.kind === "gaussian") return cross(law, law);
  let sum = 0;
  for (let i = 0; i < law.m; i++) sum += 2 * law.weights[i]! * distancesFrom(law, i, law, i + 1);
  return sum;
}

const sameNumbers = (a: Float64Array, b: Float64Array): boolean =>
  a === b || (a.length === b.length && a.every((value, i) => value === b[i]));

function sameCloud(a: Law, b: Law): boolean {
  if (a.kind !== "point-cloud" || b.kind !== "point-cloud") return false;
  return sameNumbers(a.points, b.points) && sameNumbers(a.weights, b.weights);
}

/** Rounding of the three means, relative to them; anything more negative than this is a fault. */
const rounding = 1e-11;

function distance(a: Law, b: Law): number {
  if (sameCloud(a, b)) return 0;
  const between = 2 * cross(a, b);
  const square = between - self(a) - self(b);
  if (!(square >= -rounding * between)) {
    throw new SolveError({
      code: "not-finite",
      who: "energy-distance",
      rule: "2E|X−Y| − E|X−X'| − E|Y−Y'| must not be negative beyond rounding",
      got: String(square),
      fix: "Report these laws",
      details: { square, between },
    });
  }
  return Math.sqrt(Math.max(0, square));
}

/**
 * The energy distance (2E|X−Y| − E|X−X'| − E|Y−Y'|)^½, with the square root, so that it is a metric. Scaling both laws
 * by s scales it by s^½. Clouds are taken as they are (the V-statistic of all pairs, no sampling); terms with a Gaussian
 * are one-dimensional integrals, exact to rounding. A square that rounding makes negative counts as 0: values below
 * about 1e-7·(2E|X−Y|)^½ carry no digits.
 * @throws wrong-shape, not-finite, out-of-range, not-symmetric, not-positive-semidefinite
 * @cost two clouds: (m·n + (m² + n²)/2)·d; a cloud and a Gaussian: m²d/2 + m·(d² + 150·d); memory O(d²)
 * @accuracy the square: 1e-13 of 2E|X−Y| (energy-distance/index.test.ts)
 * @source theory.md §2.2; Gaussian terms: derived (mean-norm.ts)
 */
export const energyDistance: DistancePlugin<EnergyParameters> = {
  name: "energy-distance",
  doc: "Energy distance (2E|X−Y| − E|X−X'| − E|Y−Y'|)^½; exact for clouds and for Gaussians.",
  source: "arXiv 2606.07600, theory.md §2.2",
  unit: "1",
  traits: metricOnAllLaws,
  params: z.strictObject({
    maxPoints: z.number().int().min(1).nullable().default(null).meta({
      unit: "1",
      doc: "clouds with more points are thinned to this many, by the seed; null takes every point",
    }),
  }),
  requireLaws: (_params, a, b) => requireComparable("energy-distance", a, b),
  bind: ({ maxPoints }, seed) => {
    const thin = (law: Law): Law =>
      maxPoints === null || law.kind === "gaussian" ? law : thinCloud(law, maxPoints, seed);
    return (a, b) => {
      requireComparable("energy-distance", a, b);
      return distance(thin(a), thin(b));
    };
  },
};
