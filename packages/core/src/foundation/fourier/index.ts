import { InputError } from "../errors/index.js";

/** The discrete Fourier transform of one length, prepared once; both directions work in place and allocate nothing. */
export interface FourierTransform {
  readonly size: number;
  /** X_k = Σ_j x_j e^{−2πijk/n}; real and imaginary parts of shape [n]. */
  forward(re: Float64Array, im: Float64Array): void;
  /** x_j = (1/n) Σ_k X_k e^{2πijk/n}. */
  inverse(re: Float64Array, im: Float64Array): void;
}

/** Whether n is 2, 4, 8, … */
export function isPowerOfTwo(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 2 && 2 ** Math.round(Math.log2(n)) === n;
}

/** j with its bits in reverse order, for each j < n. */
function reversedIndices(n: number): Uint32Array {
  const order = new Uint32Array(n);
  const bits = Math.round(Math.log2(n));
  for (let j = 1; j < n; j++) order[j] = (order[j >> 1]! >> 1) | ((j & 1) << (bits - 1));
  return order;
}

function permute(order: Uint32Array, values: Float64Array): void {
  for (let j = 0; j < order.length; j++) {
    const k = order[j]!;
    if (k <= j) continue;
    const kept = values[j]!;
    values[j] = values[k]!;
    values[k] = kept;
  }
}

/** Butterflies of all stages; `cosine`, `sine` hold e^{−2πik/n} for k < n/2. */
function butterflies(re: Float64Array, im: Float64Array, cosine: Float64Array, sine: Float64Array): void {
  const n = re.length;
  for (let half = 1; half < n; half *= 2) {
    const stride = n / (2 * half);
    for (let start = 0; start < n; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const c = cosine[k * stride]!;
        const s = sine[k * stride]!;
        const i = start + k;
        const j = i + half;
        const a = re[j]! * c - im[j]! * s;
        const b = re[j]! * s + im[j]! * c;
        re[j] = re[i]! - a;
        im[j] = im[i]! - b;
        re[i]! += a;
        im[i]! += b;
      }
    }
  }
}

/**
 * The radix-2 transform of length n.
 * @param n a power of two, 2 … 2²⁶
 * @throws out-of-range
 * @cost preparation O(n); a transform 5·n·log₂n operations
 * @accuracy a few eps·√log₂n relative to the greatest |X_k| (index.test.ts)
 * @source Cooley and Tukey, Mathematics of Computation 19 (1965)
 */
export function fourierTransform(n: number): FourierTransform {
  if (!(isPowerOfTwo(n) && n <= 2 ** 26)) {
    throw new InputError({
      code: "out-of-range",
      who: "fourierTransform",
      rule: "the length must be a power of two up to 2^26",
      got: String(n),
      fix: "Take 256, 512 or 1024",
    });
  }
  const order = reversedIndices(n);
  const cosine = Float64Array.from({ length: n / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / n));
  const sine = Float64Array.from({ length: n / 2 }, (_, k) => -Math.sin((2 * Math.PI * k) / n));
  const forward = (re: Float64Array, im: Float64Array): void => {
    permute(order, re);
    permute(order, im);
    butterflies(re, im, cosine, sine);
  };
  return {
    size: n,
    forward,
    inverse(re, im) {
      // The transform with real and imaginary parts exchanged is the conjugate one.
      forward(im, re);
      for (let j = 0; j < n; j++) {
        re[j]! /= n;
        im[j]! /= n;
      }
    },
  };
}
