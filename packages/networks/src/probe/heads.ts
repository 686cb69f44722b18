import type { NdArray } from "@meanfield/core/foundation/shapes";

/** Running sums of one head over queries, and over texts. */
export interface HeadSums {
  rows: number;
  entropy: number;
  /** Σ log n: the largest that the entropy can be. */
  largest: number;
  variance: number;
}

export function headSums(): HeadSums {
  return { rows: 0, entropy: 0, largest: 0, variance: 0 };
}

/** Entropy −Σ p log p of one row of the pattern (nat). */
function rowEntropy(pattern: Float64Array, from: number, n: number): number {
  let entropy = 0;
  for (let j = from; j < from + n; j++) {
    const p = pattern[j]!;
    if (p > 0) entropy -= p * Math.log(p);
  }
  return entropy;
}

/** Variance over the keys that are visible, and how many they are. */
function rowVariance(scores: Float64Array, from: number, n: number): { variance: number; visible: number } {
  const seen: number[] = [];
  for (let j = from; j < from + n; j++) if (scores[j] !== Number.NEGATIVE_INFINITY) seen.push(scores[j]!);
  const mean = seen.reduce((sum, score) => sum + score / seen.length, 0);
  const variance = seen.reduce((sum, score) => sum + (score - mean) ** 2 / seen.length, 0);
  return { variance, visible: seen.length };
}

/** Adds one pass of a head. @param pattern, scores shape [heads, n, n] */
export function addHead(sums: HeadSums, pattern: NdArray, scores: NdArray, head: number): void {
  const n = pattern.shape[1]!;
  for (let i = 0; i < n; i++) {
    const from = (head * n + i) * n;
    const { variance, visible } = rowVariance(scores.data, from, n);
    sums.rows++;
    sums.entropy += rowEntropy(pattern.data, from, n);
    sums.largest += Math.log(visible);
    sums.variance += variance;
  }
}

/**
 * relative-entropy: Σ_i H(p_i) / Σ_i log n_i, 1 for uniform attention and 0 for one key (left out when every query sees
 * one key only); score-deviation: (mean over queries of the variance of the scores over keys)^½, the effective inverse
 * temperature of the head.
 * @source theory.md §5 (definition)
 */
export function headMeasures(sums: HeadSums): Record<string, number> {
  const deviation = { "score-deviation": Math.sqrt(sums.variance / sums.rows) };
  return sums.largest > 0 ? { "relative-entropy": sums.entropy / sums.largest, ...deviation } : deviation;
}
