import type { Attention } from "../../attention/contract.js";
import type { KernelDescription } from "../../foundation/backend/index.js";
import type { WeightedPoints } from "../../foundation/shapes/index.js";
import { besselIScaledSequence } from "../../foundation/special-functions/index.js";
import { createModel, type Model } from "../../model/index.js";
import { type AngularHead, angularHead, leastPartition } from "./angular-head.js";

/** Harmonics below this part of the constant one are left out. */
const leastHarmonic = 1e-17;

/** κ_k of e^{b cos δ − |b|} = Σ_k κ_k e^{ikδ}, k = 0 … K. */
function harmonicsOf(scale: number): Float64Array {
  const b = Math.abs(scale);
  // I_k(b)/I_0(b) ≤ e^{−k²/2(b + k)}: 40 nats are below 10⁻¹⁷.
  const most = Math.ceil(40 + Math.sqrt(1600 + 80 * b));
  const all = besselIScaledSequence(most, b);
  let kept = most;
  while (kept > 0 && all[kept]! < leastHarmonic * all[0]!) kept--;
  return Float64Array.from({ length: kept + 1 }, (_, k) => (scale < 0 && k % 2 === 1 ? -all[k]! : all[k]!));
}

/** Σ_j w_j e^{−ikφ_j}, k = 0 … count − 1. @cost 6·m·count */
function coefficientsOf({ m, points, weights }: WeightedPoints, re: Float64Array, im: Float64Array): void {
  re.fill(0);
  im.fill(0);
  for (let j = 0; j < m; j++) {
    const c = points[2 * j]!;
    const s = points[2 * j + 1]!;
    let a = weights[j]!;
    let b = 0;
    for (let k = 0; k < re.length; k++) {
      re[k]! += a;
      im[k]! += b;
      const next = a * c + b * s;
      b = b * c - a * s;
      a = next;
    }
  }
}

/** Of one query, in arrays of one, as a number kept in an object takes memory whenever it changes. */
interface Sums {
  /** cos and sin of its angle, turned by α. */
  readonly turned: Float64Array;
  readonly partition: Float64Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/**
 * Partition and first moment at angle θ: Σ_k κ_k μ̂_k E^k and Σ_k κ_k μ̂_{k−1} E^k with E = e^{i(θ + α)}, k from −K to K.
 */
function sumHarmonics(kappa: Float64Array, re: Float64Array, im: Float64Array, out: Sums): void {
  const c = out.turned[0]!;
  const s = out.turned[1]!;
  let a = c;
  let b = s;
  let partition = kappa[0]! * re[0]!;
  // k = 0: μ̂_{−1} is the conjugate of μ̂_1.
  let x = kappa[0]! * re[1]!;
  let y = -kappa[0]! * im[1]!;
  for (let k = 1; k < kappa.length; k++) {
    const weight = kappa[k]!;
    partition += 2 * weight * (re[k]! * a - im[k]! * b);
    const below = re[k - 1]!;
    const belowIm = im[k - 1]!;
    const above = re[k + 1]!;
    const aboveIm = -im[k + 1]!;
    x += weight * (below * a - belowIm * b + above * a + aboveIm * b);
    y += weight * (below * b + belowIm * a + aboveIm * a - above * b);
    const next = a * c - b * s;
    b = a * s + b * c;
    a = next;
  }
  out.partition[0] = partition;
  out.x[0] = x;
  out.y[0] = y;
}

/** The same sums from the definition, in units of their greatest weight. */
function sumDirectly(head: AngularHead, source: WeightedPoints, angle: number, out: Sums): void {
  const { m, points, weights } = source;
  const exponent = (j: number) => head.exponent(angle - Math.atan2(points[2 * j + 1]!, points[2 * j]!));
  let greatest = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < m; j++) greatest = Math.max(greatest, exponent(j));
  out.partition[0] = 0;
  out.x[0] = 0;
  out.y[0] = 0;
  for (let j = 0; j < m; j++) {
    const weight = weights[j]! * Math.exp(exponent(j) - greatest);
    out.partition[0]! += weight;
    out.x[0]! += weight * points[2 * j]!;
    out.y[0]! += weight * points[2 * j + 1]!;
  }
}

interface Prepared {
  readonly head: AngularHead;
  readonly kappa: Float64Array;
  readonly re: Float64Array;
  readonly im: Float64Array;
}

function addHead(
  { head, kappa, re, im }: Prepared,
  normalised: boolean,
  source: WeightedPoints,
  queries: WeightedPoints,
  field: Float64Array,
  sums: Sums,
): void {
  coefficientsOf(source, re, im);
  const { value: V } = head.head;
  const turnCosine = Math.cos(head.turn);
  const turnSine = Math.sin(head.turn);
  for (let i = 0; i < queries.m; i++) {
    const x = queries.points[2 * i]!;
    const y = queries.points[2 * i + 1]!;
    sums.turned[0] = x * turnCosine - y * turnSine;
    sums.turned[1] = y * turnCosine + x * turnSine;
    sumHarmonics(kappa, re, im, sums);
    if (normalised && sums.partition[0]! < leastPartition) sumDirectly(head, source, Math.atan2(y, x), sums);
    const scale = normalised ? 1 / sums.partition[0]! : Math.exp(head.shift);
    field[2 * i]! += scale * (V[0]! * sums.x[0]! + V[1]! * sums.y[0]!);
    field[2 * i + 1]! += scale * (V[2]! * sums.x[0]! + V[3]! * sums.y[0]!);
  }
}

function preparedFor(kernel: KernelDescription): readonly Prepared[] | undefined {
  const prepared: Prepared[] = [];
  for (const one of kernel.heads) {
    const head = angularHead(kernel, one);
    if (head === undefined) return undefined;
    const kappa = harmonicsOf(head.scale);
    const count = kappa.length + 1;
    prepared.push({ head, kappa, re: new Float64Array(count), im: new Float64Array(count) });
  }
  return prepared;
}

function byHarmonics(one: Attention): Attention {
  if (one.kernel === undefined) return one;
  let description: KernelDescription | undefined;
  let prepared: readonly Prepared[] | undefined;
  const number = () => new Float64Array(1);
  const sums: Sums = { turned: new Float64Array(2), partition: number(), x: number(), y: number() };
  return {
    ...one,
    fieldAt(source, queries, mask, t, out) {
      const now = one.kernel!(t);
      if (now !== description) prepared = preparedFor(now);
      description = now;
      const plain = out.field !== undefined && out.logPartition === undefined && out.entropy === undefined;
      if (prepared === undefined || !mask.dense || !plain) {
        one.fieldAt(source, queries, mask, t, out);
        return;
      }
      out.field!.fill(0);
      for (const each of prepared) addHead(each, now.normalisation === "partition", source, queries, out.field!, sums);
    },
  };
}

/**
 * The model for points of the unit circle, wherever they stand: attention of exponential weights with A = KᵀQ a multiple of
 * a rotation is summed over the Fourier modes of the law, weighted by e^{−b}I_k(b); other attentions are left alone.
 *
 * @cost heads × about (6·√(2b) + 40)·(source + queries), b = βs; queries of small partition cost one direct sum
 * @accuracy 1e-11 of the direct sum (circle-attention.test.ts)
 * @source e^{b cos δ} = Σ_k I_k(b) e^{ikδ}; theory.md §3
 */
export function modelOnCirclePoints(model: Model): Model {
  return createModel({ ...model, attention: model.attention.map(byHarmonics) });
}
