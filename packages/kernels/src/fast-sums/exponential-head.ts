import type { KernelDescription, KernelHead } from "@meanfield/core/foundation/backend";
import type { WeightedPoints } from "@meanfield/core/foundation/shapes";
import { fresh, type Workspace } from "@meanfield/core/foundation/workspace";
import { type ExponentialSum, unitRoundoff } from "./contract.js";

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

/** Bound of the rounding of β·xᵀGx over points. */
function formError(beta: number, gram: Float64Array, { m, d, points }: WeightedPoints): number {
  let [size, greatest] = [0, 0];
  for (const value of gram) size += value * value;
  for (let i = 0; i < m; i++) {
    let square = 0;
    for (let a = 0; a < d; a++) square += points[i * d + a]! ** 2;
    if (square > greatest) greatest = square;
  }
  return (d * d + 4) * unitRoundoff * Math.abs(beta) * Math.sqrt(size) * greatest;
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
 * @returns undefined where the masses leave the range of float64; p_j = −∞ is a key without mass
 */
function tilted(weights: Float64Array, potential: Float64Array, error: number, work: Workspace): Masses | undefined {
  let unit = Number.NEGATIVE_INFINITY;
  let least = Number.POSITIVE_INFINITY;
  for (let j = 0; j < weights.length; j++) {
    const own = potential[j]!;
    if (weights[j] === 0 || own === Number.NEGATIVE_INFINITY) continue;
    if (Number.isNaN(own)) return undefined;
    unit = Math.max(unit, own);
    least = Math.min(least, own);
  }
  if (!(unit - least <= largestTilt)) return undefined;
  const masses = work.floats(weights.length);
  for (let j = 0; j < masses.length; j++) {
    if (weights[j] !== 0) masses[j] = weights[j]! * Math.exp(potential[j]! - unit);
  }
  return { masses, unit, error: error + (Math.abs(unit) + Math.abs(least) + 4) * unitRoundoff };
}

function massesOf(
  kernel: KernelDescription,
  head: KernelHead,
  source: WeightedPoints,
  work: Workspace,
): Masses | undefined {
  const { m, d, points, weights } = source;
  const { keyPotential, keyGram } = head;
  const gaussian = kernel.weight === "gaussian";
  if (!gaussian && keyPotential === undefined) return { masses: weights, unit: 0, error: 0 };
  const potential = work.floats(m);
  if (keyPotential !== undefined) for (let j = 0; j < m; j++) potential[j] = keyPotential[j]!;
  if (!gaussian) return tilted(weights, potential, 0, work);
  for (let j = 0; j < m; j++) potential[j]! -= head.beta * quadraticForm(keyGram!, points, j, d);
  return tilted(weights, potential, formError(head.beta, keyGram!, source), work);
}

/**
 * Writes one head as Σ_j a_j e^{⟨Cx, y_j⟩}, C = βA or 2βA.
 * @param work where masses and maps lie; new arrays when left out
 * @returns undefined where its weight is no exponential, a Gram matrix is missing, or masses leave the range of float64
 */
export function exponentialHead(
  kernel: KernelDescription,
  head: KernelHead,
  source: WeightedPoints,
  queries: WeightedPoints,
  memory: Memory,
  work: Workspace = fresh,
): ExponentialHead | undefined {
  const gaussian = kernel.weight === "gaussian";
  if (kernel.weight === "sigmoid" || kernel.weight === "linear") return undefined;
  if (gaussian && (head.keyGram === undefined || head.queryGram === undefined)) return undefined;
  const tilt = massesOf(kernel, head, source, work);
  if (tilt === undefined) return undefined;
  const { masses, unit, error } = tilt;
  let mass = 0;
  for (let j = 0; j < masses.length; j++) mass += masses[j]!;
  if (!(mass > 0 && Number.isFinite(mass))) return undefined;
  const factor = gaussian ? 2 * head.beta : head.beta;
  const map = work.floats(head.queryKey.length);
  for (let k = 0; k < map.length; k++) map[k] = factor * head.queryKey[k]!;
  const queryError = gaussian ? formError(head.beta, head.queryGram!, queries) : 0;
  return {
    unit,
    scoreError: error + queryError,
    putQueryScores(begin, size, out) {
      const constant = kernel.weight === "shifted-exponential" ? -head.beta : 0;
      for (let i = 0; i < size; i++) {
        out[i] = gaussian
          ? -head.beta * quadraticForm(head.queryGram!, queries.points, begin + i, queries.d)
          : constant;
      }
    },
    sum: {
      d: source.d,
      m: source.m,
      keys: source.points,
      masses,
      mass,
      count: queries.m,
      queries: queries.points,
      map,
      shared: masses === source.weights ? memory : createMemory(),
    },
  };
}
