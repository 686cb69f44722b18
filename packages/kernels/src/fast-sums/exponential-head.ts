import type { KernelDescription, KernelHead } from "@meanfield/core/foundation/backend";
import { frobeniusNorm } from "@meanfield/core/foundation/linear-algebra";
import type { WeightedPoints } from "@meanfield/core/foundation/shapes";
import { fresh, type Workspace } from "@meanfield/core/foundation/workspace";
import { type ExponentialSum, unitRoundoff } from "./contract.js";
import { greatestNorm } from "./shared/greatest-norm.js";

/** A head as an exponential sum, and what stands between the two. */
export interface ExponentialHead {
  readonly sum: ExponentialSum;
  /** Logarithm of the unit of the masses (nat). */
  readonly unit: number;
  /** The part of the score that only the query decides (nat), of queries begin … begin + size − 1: −β, −β|Qx|², or 0. */
  putQueryScores(begin: number, size: number, out: Float64Array): void;
  /** Bound of the error of every score's parts that only key or query decide (nat). */
  readonly scoreError: number;
}

/** Remembers what heads with the same keys and masses share. */
export type Memory = <T>(key: string, make: () => T) => T;

export function createMemory(): Memory {
  const held = new Map<string, unknown>();
  return <T>(key: string, make: () => T): T => {
    if (!held.has(key)) held.set(key, make());
    return held.get(key) as T;
  };
}

function quadraticForm(gram: Float64Array, points: Float64Array, i: number, d: number): number {
  let form = 0;
  for (let a = 0; a < d; a++) {
    for (let b = 0; b < d; b++) form += gram[a * d + b]! * points[i * d + a]! * points[i * d + b]!;
  }
  return form;
}

/** Bound of the rounding of β·xᵀGx over points of at most this norm. */
function formError(beta: number, gram: Float64Array, d: number, norm: number): number {
  return (d * d + 4) * unitRoundoff * Math.abs(beta) * frobeniusNorm(gram) * norm * norm;
}

interface Masses {
  readonly masses: Float64Array;
  readonly unit: number;
  readonly error: number;
}

/** Potentials may differ by this (nat): a mass that underflows could still meet the greatest score of a query. */
const largestTilt = 600;

/**
 * a_j = w_j e^{p_j − unit}, p_j the key's own part of the score, unit = max p_j.
 * @returns why not, where the masses leave the range of float64; p_j = −∞ is a key without mass
 */
function tilted(weights: Float64Array, potential: Float64Array, work: Workspace): Masses | string {
  let unit = Number.NEGATIVE_INFINITY;
  let least = Number.POSITIVE_INFINITY;
  for (let j = 0; j < weights.length; j++) {
    const own = potential[j]!;
    if (weights[j] === 0 || own === Number.NEGATIVE_INFINITY) continue;
    if (Number.isNaN(own)) return "fast sums need potentials that are numbers";
    unit = Math.max(unit, own);
    least = Math.min(least, own);
  }
  const apart = `fast sums need potentials and weights of keys within ${largestTilt} nat of each other`;
  if (!(unit - least <= largestTilt)) return apart;
  const masses = work.floats(weights.length);
  for (let j = 0; j < masses.length; j++) {
    if (weights[j] === 0 || potential[j] === Number.NEGATIVE_INFINITY) continue;
    masses[j] = weights[j]! * Math.exp(potential[j]! - unit);
    if (masses[j] === 0) return apart;
  }
  return { masses, unit, error: (Math.abs(unit) + Math.abs(least) + 4) * unitRoundoff };
}

function massesOf(
  kernel: KernelDescription,
  head: KernelHead,
  source: WeightedPoints,
  work: Workspace,
): Masses | string {
  const { m, d, points, weights } = source;
  const { keyPotential, keyGram } = head;
  const gaussian = kernel.weight === "gaussian";
  if (!gaussian && keyPotential === undefined) return { masses: weights, unit: 0, error: 0 };
  const potential = work.floats(m);
  if (keyPotential !== undefined) for (let j = 0; j < m; j++) potential[j] = keyPotential[j]!;
  if (!gaussian) return tilted(weights, potential, work);
  for (let j = 0; j < m; j++) potential[j]! -= head.beta * quadraticForm(keyGram!, points, j, d);
  return tilted(weights, potential, work);
}

/** Keys that have mass. */
type Keys = Pick<ExponentialSum, "m" | "keys" | "masses" | "mass" | "radius">;

function keysWithMass(
  { m, d, points }: WeightedPoints,
  weights: Float64Array,
  work: Workspace,
): Omit<Keys, "mass" | "radius"> {
  let counted = 0;
  for (let j = 0; j < m; j++) if (weights[j] !== 0) counted++;
  if (counted === m) return { m, keys: points, masses: weights };
  const keys = work.floats(counted * d);
  const masses = work.floats(counted);
  let k = 0;
  for (let j = 0; j < m; j++) {
    if (weights[j] === 0) continue;
    for (let a = 0; a < d; a++) keys[k * d + a] = points[j * d + a]!;
    masses[k++] = weights[j]!;
  }
  return { m: counted, keys, masses };
}

/** Greatest |y_j| and Σ_j a_j of which no square or product overflows. */
const largestSize = 1e100;

/** Least |y_j| and Σ_j a_j·min(1, max|y_j|) of which no square or product that matters underflows. */
const leastSize = 1e-100;

/** @returns why not, where sizes or masses could leave the range of float64 on the way */
function countedKeys(source: WeightedPoints, weights: Float64Array, work: Workspace): Keys | string {
  const { m, keys, masses } = keysWithMass(source, weights, work);
  const radius = greatestNorm(keys, m, source.d);
  let mass = 0;
  for (let j = 0; j < m; j++) mass += masses[j]!;
  const least = radius === 0 ? mass : Math.min(radius, mass, mass * radius);
  if (least >= leastSize && Math.max(radius, mass) <= largestSize) return { m, keys, masses, mass, radius };
  return `fast sums need keys and a mass between ${leastSize} and ${largestSize}, got max|y| = ${radius}, mass ${mass}`;
}

/**
 * Writes one head as Σ_j a_j e^{⟨Cx, y_j⟩}, C = βA or 2βA.
 * @param work where masses and maps lie; new arrays when left out
 * @returns why not, where its weight is no exponential, a Gram matrix is missing, or keys or masses leave the range in
 * which no product loses digits
 */
export function exponentialHead(
  kernel: KernelDescription,
  head: KernelHead,
  source: WeightedPoints,
  queries: WeightedPoints,
  memory: Memory,
  work: Workspace = fresh,
): ExponentialHead | string {
  const gaussian = kernel.weight === "gaussian";
  if (kernel.weight === "sigmoid" || kernel.weight === "linear") return "fast sums need weights e^score";
  if (gaussian && (head.keyGram === undefined || head.queryGram === undefined)) {
    return "fast sums need the Gram matrices of Gaussian weights";
  }
  const tilt = massesOf(kernel, head, source, work);
  if (typeof tilt === "string") return tilt;
  const { masses, unit, error } = tilt;
  const shared = masses === source.weights ? memory : createMemory();
  const keys = shared("keys with mass", () => countedKeys(source, masses, work));
  if (typeof keys === "string") return keys;
  const { d } = source;
  const factor = gaussian ? 2 * head.beta : head.beta;
  const map = work.floats(head.queryKey.length);
  for (let k = 0; k < map.length; k++) map[k] = factor * head.queryKey[k]!;
  const formErrors = gaussian
    ? formError(head.beta, head.keyGram!, d, keys.radius) +
      formError(head.beta, head.queryGram!, d, greatestNorm(queries.points, queries.m, d))
    : 0;
  return {
    unit,
    scoreError: error + formErrors,
    putQueryScores(begin, size, out) {
      const constant = kernel.weight === "shifted-exponential" ? -head.beta : 0;
      for (let i = 0; i < size; i++) {
        out[i] = gaussian ? -head.beta * quadraticForm(head.queryGram!, queries.points, begin + i, d) : constant;
      }
    },
    sum: {
      d,
      ...keys,
      count: queries.m,
      queries: queries.points,
      map,
      shared,
    },
  };
}
