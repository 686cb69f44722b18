import {
  expm,
  frobeniusNorm,
  identity,
  matMul,
  matMulTN,
  psdSqrt,
  symmetricEigen,
  symmetrize,
} from "../../foundation/linear-algebra/index.js";
import { findCrossing } from "../../solve/index.js";
import type { ScalarValueSystem } from "../shared/riccati-system.js";

/** When and where Σ escapes, or how far was looked. */
export type Escape =
  | { readonly escapes: true; readonly tStar: number; readonly tError: number; readonly direction: Float64Array }
  | { readonly escapes: false; readonly horizon: number; readonly exhausted: boolean; readonly greatest: number };

const maxSteps = 20_000;

/** E = e^{Ws} and G(s) = ∫_0^s e^{Wᵀr}Qe^{Wr}dr by one block exponential (Van Loan). */
export function propagator({ d, Q, W }: ScalarValueSystem, s: number): { E: Float64Array; G: Float64Array } {
  const size = 2 * d;
  const block = new Float64Array(size * size);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      block[i * size + j] = -s * W[j * d + i]!;
      block[i * size + d + j] = s * Q[i * d + j]!;
      block[(d + i) * size + d + j] = s * W[i * d + j]!;
    }
  }
  const power = expm(block, size);
  const upper = new Float64Array(d * d);
  const E = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      upper[i * d + j] = power[i * size + d + j]!;
      E[i * d + j] = power[(d + i) * size + d + j]!;
    }
  }
  const G = new Float64Array(d * d);
  matMulTN(E, upper, d, d, d, G);
  symmetrize(G, d);
  return { E, G };
}

/** Fᵀ X F for d×d matrices. */
function congruence(X: Float64Array, F: Float64Array, d: number): Float64Array {
  const half = new Float64Array(d * d);
  const whole = new Float64Array(d * d);
  matMul(X, F, d, d, d, half);
  matMulTN(F, half, d, d, d, whole);
  symmetrize(whole, d);
  return whole;
}

function add(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value + b[i]!);
}

function topOf(M: Float64Array, d: number): { value: number; vector: Float64Array } {
  const { values, vectors } = symmetricEigen(M, d);
  return { value: values[d - 1]!, vector: Float64Array.from({ length: d }, (_, i) => vectors[i * d + d - 1]!) };
}

/** Greatest |e^{Wt}|²|Q||Σ_0| that is still counted as change of λ_max: below it nothing can happen any more. */
const negligible = 1e-14;

/** Error of λ_max that still lets the sign of λ_max − 1 be told; beyond it the walk ends without a verdict. */
const tellable = 1e-3;

/** Rounding of λ_max(M): the entries of M may be large and negative where λ_max is not. */
function roundingOf(M: Float64Array, d: number): number {
  return 64 * d * Number.EPSILON * Math.max(1, frobeniusNorm(M));
}

/**
 * The first t with λ_max(Σ_0^½ G(t) Σ_0^½) = 1, G(t) = ∫_0^t e^{Wᵀs}Qe^{Ws}ds: where Σ(t) escapes when V = vI.
 * Holds for every W, every PSD Σ_0, singular ones too.
 *
 * Walks in steps of a quarter of the shortest natural time and closes in on the first crossing with exact propagators.
 * `exhausted` says that e^{Wt} has died out, so that there is no crossing at any later time.
 *
 * @cost one 2d exponential, then 4 products and one eigenproblem of size d per step
 * @accuracy 1e-12 relative; test/gaussian.test.ts against W = 0 and one dimension
 * @source numerics.md, Riccati and reachability; arXiv 2606.07600, theory.md §2
 */
export function escapeTime(system: ScalarValueSystem, cov: Float64Array, horizonHint: number): Escape {
  const { d, Q, W } = system;
  const root = psdSqrt(cov, d).sqrt;
  const start = congruence(Q, root, d);
  const size = frobeniusNorm(start);
  const rate = 2 * frobeniusNorm(W) + size;
  if (rate === 0) return { escapes: false, horizon: Number.POSITIVE_INFINITY, exhausted: true, greatest: 0 };
  const step = 0.25 / rate;
  const stride = propagator(system, step);
  let E: Float64Array = identity(d);
  let G: Float64Array = new Float64Array(d * d);
  let before = -1;
  let greatest = 0;
  for (let k = 0; k < maxSteps; k++) {
    const t = k * step;
    const nextG = add(G, congruence(stride.G, E, d));
    const M = congruence(nextG, root, d);
    if (!(roundingOf(M, d) < tellable)) return { escapes: false, horizon: t, exhausted: false, greatest };
    const after = topOf(M, d).value - 1;
    if (after >= 0) return closeIn(system, root, { t, E, G, step, before, after });
    greatest = Math.max(greatest, after + 1);
    const nextE = new Float64Array(d * d);
    matMul(stride.E, E, d, d, d, nextE);
    [E, G, before] = [nextE, nextG, after];
    const left = frobeniusNorm(congruence(Q, multiply(E, root, d), d));
    const faded = left < negligible * Math.max(size, 1e-300) && k > 8;
    if (faded) return { escapes: false, horizon: t + step, exhausted: true, greatest };
    if (t > horizonHint) return { escapes: false, horizon: t + step, exhausted: false, greatest };
  }
  return { escapes: false, horizon: maxSteps * step, exhausted: false, greatest };
}

function multiply(a: Float64Array, b: Float64Array, d: number): Float64Array {
  const out = new Float64Array(d * d);
  matMul(a, b, d, d, d, out);
  return out;
}

interface Bracket {
  readonly t: number;
  readonly E: Float64Array;
  readonly G: Float64Array;
  readonly step: number;
  readonly before: number;
  readonly after: number;
}

function closeIn(system: ScalarValueSystem, root: Float64Array, bracket: Bracket): Escape {
  const { d, Q } = system;
  const { t, E, G, step, before, after } = bracket;
  const at = (s: number) => {
    const inner = propagator(system, s);
    const M = congruence(add(G, congruence(inner.G, E, d)), root, d);
    return { ...topOf(M, d), noise: roundingOf(M, d), flow: multiply(inner.E, E, d) };
  };
  const { t: s, bracket: width } = findCrossing((x) => at(x).value - 1, 0, step, before, after);
  const { vector, flow, noise } = at(s);
  const direction = new Float64Array(d);
  const carried = multiply(flow, root, d);
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) direction[i]! += carried[i * d + j]! * vector[j]!;
  let slope = 0;
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) slope += direction[i]! * Q[i * d + j]! * direction[j]!;
  const length = Math.hypot(...direction);
  // λ_max meets 1 with a slope lost in rounding: the time of an escape cannot be told, nor whether there is one.
  if (!(slope * (t + step) > noise)) return { escapes: false, horizon: t, exhausted: false, greatest: before + 1 };
  const tError = width + noise / slope + 4 * Number.EPSILON * (t + s);
  return { escapes: true, tStar: t + s, tError, direction: direction.map((v) => v / length) };
}
