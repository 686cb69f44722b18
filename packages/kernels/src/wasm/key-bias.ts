import type { KernelDescription, Visibility } from "@meanfield/core/foundation/backend";
import { isExponential } from "./describe-kernel.js";
import { type Engine, place } from "./engine.js";
import type { Job } from "./job.js";

/** The keys of all systems. */
export interface Keys {
  readonly systems: number;
  readonly m: number;
  readonly d: number;
  readonly weights: Float64Array;
  readonly positions: Float64Array | undefined;
}

/** log2 w_j + λ s_j / ln 2 + g_j / ln 2: the score that a key has of itself, before −β|Ky|². */
function fillBias(
  kernel: KernelDescription,
  h: number,
  { m, weights, positions }: Keys,
  rate: number,
  bias: Float64Array,
  at: number,
): void {
  const potential = kernel.heads[h]!.keyPotential;
  let weight = 1;
  let logarithm = 0;
  for (let j = 0; j < m; j++) {
    if (weights[j] !== weight) {
      weight = weights[j]!;
      logarithm = Math.log2(weight);
    }
    let value = logarithm;
    if (rate !== 0) value += rate * positions![j]! * Math.LOG2E;
    if (potential !== undefined) value += potential[j]! * Math.LOG2E;
    bias[at + j] = value;
  }
}

/** Greatest entry; −∞ where none is finite. */
function greatestOf(bias: Float64Array, from: number, count: number): number {
  let greatest = Number.NEGATIVE_INFINITY;
  for (let j = from; j < from + count; j++) if (bias[j]! > greatest) greatest = bias[j]!;
  return Number.isFinite(greatest) ? greatest : Number.NEGATIVE_INFINITY;
}

/** Least finite entry; ∞ where there is none. */
function leastOf(bias: Float64Array, from: number, count: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let j = from; j < from + count; j++) {
    if (bias[j]! < least && bias[j] !== Number.NEGATIVE_INFINITY) least = bias[j]!;
  }
  return least;
}

/**
 * Puts the keys' own scores of every head where the job finds them, each head's less its greatest, which goes to its unit.
 * @param points where the keys are, as f64
 * @returns the widest range of finite scores of a head, in units of ln 2
 */
export function placeExponentialBias(
  engine: Engine,
  kernel: KernelDescription,
  keys: Keys,
  visibility: Visibility,
  points: number,
  job: Job,
): number {
  const { m, d, systems } = keys;
  const { pairs, wide } = engine.kernels();
  const arena = engine.arena();
  const gaussian = kernel.weight === "gaussian";
  const heads = kernel.heads.length;
  // Without the form of the keys all systems have the same scores.
  const copies = gaussian ? systems : 1;
  const rate = visibility.dense ? 0 : visibility.decay!;
  job.biasStride = copies === 1 ? 0 : heads * m;
  job.bias = arena.take(copies * heads * m * engine.size);
  job.unit = arena.take(8 * heads);
  const at = arena.take(8 * copies * m);
  const scratch = gaussian ? arena.take(wide.scratchBytes(d, 0)) : 0;
  const form = gaussian ? arena.take(8 * d * d) : 0;
  let widest = 0;
  for (let h = 0; h < heads; h++) {
    const head = kernel.heads[h]!;
    const bias = arena.wide();
    for (let k = 0; k < copies; k++) fillBias(kernel, h, keys, rate, bias, at / 8 + k * m);
    if (gaussian) {
      bias.set(head.keyGram!, form / 8);
      wide.addForms(points, copies * m, d, form, -head.beta * Math.LOG2E, at, scratch);
    }
    const greatest = greatestOf(bias, at / 8, copies * m);
    widest = Math.max(widest, greatest - leastOf(bias, at / 8, copies * m));
    for (let k = 0; k < copies; k++) {
      pairs.narrowKeys(at + 8 * k * m, job.bias + (k * heads + h) * m * engine.size, m, greatest);
    }
    bias[job.unit / 8 + h] = greatest * Math.LN2 - (kernel.weight === "shifted-exponential" ? head.beta : 0);
  }
  return widest;
}

/** The bias b of every head, and the masses w_j e^{λ s_j} that multiply weights that are not exponentials. */
export function placePointwiseBias(
  engine: Engine,
  kernel: KernelDescription,
  keys: Keys,
  visibility: Visibility,
  job: Job,
): void {
  const { m, weights, positions } = keys;
  const arena = engine.arena();
  const heads = kernel.heads.length;
  const rate = visibility.dense ? 0 : visibility.decay!;
  job.biasStride = 0;
  job.bias = arena.take(heads * m * engine.size);
  job.factor = arena.take(m * engine.size);
  job.unit = arena.take(8 * heads);
  const at = place(arena, weights, m);
  const wide = arena.wide();
  if (rate !== 0) for (let j = 0; j < m; j++) wide[at / 8 + j]! *= Math.exp(rate * positions![j]!);
  engine.kernels().pairs.narrowKeys(at, job.factor, m, 0);
  for (let h = 0; h < heads; h++) {
    const bias = kernel.weight === "sigmoid" ? (kernel.heads[h]!.bias ?? 0) * Math.LOG2E : 0;
    wide.fill(bias, at / 8, at / 8 + m);
    engine.kernels().pairs.narrowKeys(at, job.bias + h * m * engine.size, m, 0);
    wide[job.unit / 8 + h] = 0;
  }
}

/** Whether the kernels have room for the mask's e^{λ s} of weights that are not exponentials. */
export function fitsPointwise(kernel: KernelDescription, keys: Keys, visibility: Visibility): boolean {
  if (isExponential(kernel) || visibility.dense || visibility.decay === 0) return true;
  // e^±40 leaves room in float32 too.
  const { positions } = keys;
  for (let j = 0; j < positions!.length; j++) if (!(Math.abs(visibility.decay! * positions![j]!) <= 40)) return false;
  return true;
}
