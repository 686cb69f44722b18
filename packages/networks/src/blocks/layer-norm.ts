import type { Weights } from "./linear.js";

/** x ↦ gain ⊙ (x − mean(x)) / (var(x) + epsilon)^½ + offset, row by row. */
export interface LayerNorm {
  readonly d: number;
  /** Shape [d]. */
  readonly gain: Weights;
  /** Shape [d]. */
  readonly offset: Weights;
  /** Added to the variance (1). */
  readonly epsilon: number;
}

/**
 * LayerNorm of n rows; the variance divides by d.
 * @param x shape [n, d]
 * @returns shape [n, d]
 * @cost O(n·d)
 * @accuracy mean 0 and variance 1 before gain and offset within rounding (transformer-block.test.ts)
 * @source derived (definition)
 */
export function applyLayerNorm(norm: LayerNorm, x: Float64Array, n: number): Float64Array {
  const { d, gain, offset, epsilon } = norm;
  const out = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    let mean = 0;
    for (let a = 0; a < d; a++) mean += x[i * d + a]!;
    mean /= d;
    let variance = 0;
    for (let a = 0; a < d; a++) variance += (x[i * d + a]! - mean) ** 2;
    const scale = 1 / Math.sqrt(variance / d + epsilon);
    for (let a = 0; a < d; a++) out[i * d + a] = gain[a]! * scale * (x[i * d + a]! - mean) + offset[a]!;
  }
  return out;
}
