import type { Attention } from "../../attention/contract.js";
import type { KernelDescription } from "../../foundation/backend/index.js";
import { type FourierTransform, fourierTransform, isPowerOfTwo } from "../../foundation/fourier/index.js";
import { createModel, type Model } from "../../model/index.js";
import { type AngularHead, angularHead, leastPartition } from "./angular-head.js";

/** A kernel sampled on the grid: exponents by index of (query − key), and the transform of the weights. */
interface SampledKernel {
  readonly angular: AngularHead;
  readonly exponents: Float64Array;
  readonly re: Float64Array;
  readonly im: Float64Array;
}

function sampleKernel(angular: AngularHead, n: number, offset: number, transform: FourierTransform): SampledKernel {
  const exponents = Float64Array.from({ length: n }, (_, k) => angular.exponent((2 * Math.PI * (k + offset)) / n));
  const re = exponents.map((value) => Math.exp(value));
  const im = new Float64Array(n);
  transform.forward(re, im);
  return { angular, exponents, re, im };
}

interface Moments {
  /** ∫w dμ, shape [n]. */
  readonly partition: Float64Array;
  /** ∫y w dμ, two arrays of shape [n]. */
  readonly x: Float64Array;
  readonly y: Float64Array;
}

interface Workspace extends Moments {
  readonly zero: Float64Array;
}

/** values ← kernel * values, in Fourier space. */
function convolve(kernel: SampledKernel, re: Float64Array, im: Float64Array, transform: FourierTransform): void {
  transform.forward(re, im);
  for (let k = 0; k < re.length; k++) {
    const a = re[k]!;
    const b = im[k]!;
    re[k] = a * kernel.re[k]! - b * kernel.im[k]!;
    im[k] = a * kernel.im[k]! + b * kernel.re[k]!;
  }
  transform.inverse(re, im);
}

/** One query straight from the definition, with the exponents of its own greatest weight taken out. */
function sumDirectly(kernel: SampledKernel, masses: Float64Array, nodes: Float64Array, i: number, out: Moments): void {
  const n = masses.length;
  const exponent = (j: number): number => kernel.exponents[i >= j ? i - j : i - j + n]!;
  let greatest = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < n; j++) if (masses[j]! !== 0) greatest = Math.max(greatest, exponent(j));
  let total = 0;
  let x = 0;
  let y = 0;
  for (let j = 0; j < n; j++) {
    const weight = masses[j]! === 0 ? 0 : masses[j]! * Math.exp(exponent(j) - greatest);
    total += weight;
    x += weight * nodes[2 * j]!;
    y += weight * nodes[2 * j + 1]!;
  }
  out.partition[i] = total;
  out.x[i] = x;
  out.y[i] = y;
}

/** The kernels of all heads at depth t, sampled anew only where the schedules change. */
function kernelCache(one: Attention, n: number, offset: number, transform: FourierTransform) {
  let description: KernelDescription | undefined;
  let kernels: readonly SampledKernel[] | undefined;
  return (t: number) => {
    const now = one.kernel!(t);
    if (now === description) return kernels;
    description = now;
    const angular = now.heads.map((head) => angularHead(now, head));
    kernels = angular.some((head) => head === undefined)
      ? undefined
      : angular.map((head) => sampleKernel(head!, n, offset, transform));
    return kernels;
  };
}

/**
 * The same attention, computed by convolution when the source is the grid and nothing is masked.
 * @param nodes shape [n, 2], equally spaced; no power of two leaves the attention as it is
 * @param offset of the queries against the nodes, in cells
 */
export function onGrid(one: Attention, nodes: Float64Array, offset: number): Attention {
  const n = nodes.length / 2;
  if (one.kernel === undefined || !isPowerOfTwo(n)) return one;
  const transform = fourierTransform(n);
  const kernelsAt = kernelCache(one, n, offset, transform);
  const array = () => new Float64Array(n);
  const work: Workspace = { partition: array(), x: array(), y: array(), zero: array() };
  return {
    ...one,
    fieldAt(source, queries, mask, t, out) {
      const kernels = kernelsAt(t);
      const plain = out.field !== undefined && out.logPartition === undefined && out.entropy === undefined;
      if (kernels === undefined || !mask.dense || !plain) {
        one.fieldAt(source, queries, mask, t, out);
        return;
      }
      const field = out.field!;
      field.fill(0);
      for (const kernel of kernels)
        addHead(kernel, one.kernel!(t).normalisation, source.weights, nodes, field, work, transform);
    },
  };
}

function addHead(
  kernel: SampledKernel,
  normalisation: KernelDescription["normalisation"],
  masses: Float64Array,
  nodes: Float64Array,
  field: Float64Array,
  work: Workspace,
  transform: FourierTransform,
): void {
  const { partition, x, y, zero } = work;
  const { value: V } = kernel.angular.head;
  const n = masses.length;
  for (let j = 0; j < n; j++) {
    x[j] = masses[j]! * nodes[2 * j]!;
    y[j] = masses[j]! * nodes[2 * j + 1]!;
  }
  // x + iy and its kernel are convolved as one complex function: the kernel is real in space.
  convolve(kernel, x, y, transform);
  const normalised = normalisation === "partition";
  if (normalised) {
    partition.set(masses);
    zero.fill(0);
    convolve(kernel, partition, zero, transform);
  }
  const unit = normalised ? 1 : Math.exp(kernel.angular.shift);
  for (let i = 0; i < n; i++) {
    if (normalised && partition[i]! < leastPartition) sumDirectly(kernel, masses, nodes, i, work);
    const scale = normalised ? 1 / partition[i]! : unit;
    field[2 * i]! += scale * (V[0]! * x[i]! + V[1]! * y[i]!);
    field[2 * i + 1]! += scale * (V[2]! * x[i]! + V[3]! * y[i]!);
  }
}

/**
 * The model on a grid of the circle: attention of exponential weights with A = KᵀQ a multiple of a rotation is a circular
 * convolution, made by four transforms; every other attention, and every length that is no power of two, is left alone.
 * Sources must be the masses of the nodes, queries the nodes turned by `offset` cells.
 *
 * @param nodes shape [n, 2], equally spaced
 * @cost 4 transforms of n for each head, and n for each query whose partition is below 10⁻⁴ of the greatest weight
 * @accuracy 1e-11 of the direct sum (circle-attention.test.ts)
 * @source derived: the sampled kernel makes the direct sum an exact circular convolution
 */
export function modelOnCircle(model: Model, nodes: Float64Array, offset: number): Model {
  return createModel({ ...model, attention: model.attention.map((one) => onGrid(one, nodes, offset)) });
}
