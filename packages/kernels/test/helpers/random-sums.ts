import type { KernelDescription, KernelHead, KernelWeight } from "@meanfield/core/foundation/backend";
import { type RandomStream, stream } from "@meanfield/core/foundation/random";
import type { WeightedPoints } from "@meanfield/core/foundation/shapes";

/** A head, its keys, its queries and an accuracy to ask for. */
export interface RandomSum {
  readonly kernel: KernelDescription;
  readonly source: WeightedPoints;
  readonly queries: WeightedPoints;
  readonly accuracy: number;
}

const pick = <T>(random: RandomStream, items: readonly T[]): T => items[random.integer(items.length)]!;

/** e^{uniform}: log-uniform in [low, high]. */
const logUniform = (random: RandomStream, low: number, high: number) => low * (high / low) ** random.uniform();

function normalise(points: Float64Array, d: number): void {
  for (let i = 0; i < points.length; i += d) {
    let square = 0;
    for (let a = 0; a < d; a++) square += points[i + a]! ** 2;
    for (let a = 0; a < d; a++) points[i + a]! /= Math.sqrt(square);
  }
}

/** Uniform, clustered, antipodal or nearly equal tokens, from isotropic normals. */
function cloud(random: RandomStream, m: number, d: number, sphere: boolean): Float64Array {
  const shape = pick(random, ["uniform", "clustered", "antipodal", "near-duplicate"] as const);
  const points = Float64Array.from({ length: m * d }, () => random.normal());
  if (shape === "uniform") {
    if (sphere) normalise(points, d);
    return points;
  }
  const centres = shape === "near-duplicate" ? 1 : 2;
  const width = shape === "near-duplicate" ? 1e-9 : logUniform(random, 1e-6, 0.5);
  for (let j = centres; j < m; j++) {
    const centre = random.integer(centres);
    for (let a = 0; a < d; a++) points[j * d + a] = points[centre * d + a]! + width * points[j * d + a]!;
  }
  if (shape === "antipodal") for (let k = 0; k < Math.floor(m / 2) * d; k++) points[k]! *= -1;
  if (sphere) normalise(points, d);
  return points;
}

function weighted(random: RandomStream, points: Float64Array, d: number): WeightedPoints {
  const m = points.length / d;
  const equal = random.uniform() < 0.5;
  const raw = Float64Array.from({ length: m }, () => (equal ? 1 : random.uniform() < 0.05 ? 0 : random.uniform()));
  raw[0] = 1;
  const total = raw.reduce((a, b) => a + b, 0);
  return { m, d, points, weights: raw.map((value) => value / total) };
}

/** An orthogonal matrix: Gram–Schmidt of normals; det of either sign. */
function orthogonal(random: RandomStream, d: number): Float64Array {
  const rows = Float64Array.from({ length: d * d }, () => random.normal());
  for (let pass = 0; pass < 2; pass++) {
    for (let i = 0; i < d; i++) {
      for (let k = 0; k < i; k++) {
        let dot = 0;
        for (let a = 0; a < d; a++) dot += rows[i * d + a]! * rows[k * d + a]!;
        for (let a = 0; a < d; a++) rows[i * d + a]! -= dot * rows[k * d + a]!;
      }
      normalise(rows.subarray(i * d, (i + 1) * d), d);
    }
  }
  return rows;
}

const identity = (d: number): Float64Array =>
  Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? 1 : 0));

/** A head whose A is orthogonal; Q = A, K = I, so QᵀQ = KᵀK = I up to rounding. */
function headOf(random: RandomStream, d: number, beta: number, m: number): KernelHead {
  const queryKey = random.uniform() < 0.5 ? identity(d) : orthogonal(random, d);
  const value = random.uniform() < 0.5 ? identity(d) : Float64Array.from({ length: d * d }, () => random.normal());
  const head = { beta, queryKey, value, keyGram: identity(d), queryGram: identity(d) };
  if (random.uniform() < 0.8) return head;
  return { ...head, keyPotential: Float64Array.from({ length: m }, () => random.normal()) };
}

/**
 * Sum number `run`: |β| log-uniform in [.01, 10³] on the sphere, so that β|x|² reaches `reach` in flat space.
 * @param sphere tokens on S^{d−1}, else in R^d
 */
export function randomSum(run: number, d: number, sphere: boolean, largest: number): RandomSum {
  const random = stream({ seed: 20_260_101, purpose: `fast sums ${d} ${sphere}`, run });
  const m = 2 + random.integer(120);
  const source = weighted(random, cloud(random, m, d, sphere), d);
  const alone = random.uniform() < 0.5;
  const queries = alone ? weighted(random, cloud(random, 8, d, sphere), d) : source;
  const count = Math.min(8, queries.m);
  const size = logUniform(random, 0.01, largest);
  const beta = random.uniform() < 0.2 ? -size : size;
  const weight = pick<KernelWeight>(random, ["exponential", "shifted-exponential", "gaussian"]);
  const head = headOf(random, d, weight === "gaussian" ? size / 2 : beta, m);
  const potential = weight === "shifted-exponential" ? { ...head } : head;
  return {
    kernel: { weight, normalisation: random.uniform() < 0.8 ? "partition" : "mass", heads: [potential] },
    source,
    queries: { m: count, d, points: queries.points.slice(0, count * d), weights: queries.weights.slice(0, count) },
    accuracy: logUniform(random, 1e-12, 1e-4),
  };
}
