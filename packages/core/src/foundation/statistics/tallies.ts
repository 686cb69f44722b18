import { InputError } from "../errors/index.js";

/** Equal bins between fixed edges; what lies outside is counted beside them. */
export interface HistogramRequest {
  readonly from: number;
  readonly to: number;
  readonly bins: number;
}

/** Counts that add up over any partition of the sample, for each of `cells` cells (record times × components). */
export interface Tally {
  readonly columns: number;
  /** Shape [cells, columns]. */
  readonly counts: Float64Array;
}

export function emptyTally(cells: number, columns: number): Tally {
  return { columns, counts: new Float64Array(cells * columns) };
}

export function mergeTallies(into: Tally, from: Tally): void {
  for (let i = 0; i < into.counts.length; i++) into.counts[i]! += from.counts[i]!;
}

/**
 * Column of a value: 0 below `from`, 1 … bins the bins [a, b), the last one closed, bins + 1 above `to`.
 * @accuracy a value within rounding of an edge may fall on either side of it
 */
export function histogramColumn({ from, to, bins }: HistogramRequest, value: number): number {
  if (value < from) return 0;
  if (value > to) return bins + 1;
  return 1 + Math.min(bins - 1, Math.floor(((value - from) / (to - from)) * bins));
}

/** Edges of the bins, both ends exact. */
export function histogramEdges({ from, to, bins }: HistogramRequest): Float64Array {
  return Float64Array.from({ length: bins + 1 }, (_, k) => (k === bins ? to : from + ((to - from) * k) / bins));
}

/** Counts between edges; the last bin holds its right edge. */
export interface Histogram {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  readonly below: number;
  readonly above: number;
}

/**
 * How many values lie in each bin, and outside on either side.
 * @param request from < to, at least one bin
 * @throws out-of-range (request), not-finite (a value)
 * @cost O(values + bins)
 */
export function histogram(values: Iterable<number>, request: HistogramRequest): Histogram {
  const { from, to, bins } = request;
  const who = "histogram";
  if (!(from < to && Number.isInteger(bins) && bins >= 1)) {
    const rule = "needs from < to and at least one bin";
    throw new InputError({ code: "out-of-range", who, rule, got: `${bins} bins from ${from} to ${to}` });
  }
  const counts = new Array<number>(bins + 2).fill(0);
  for (const value of values) {
    if (!Number.isFinite(value))
      throw new InputError({ code: "not-finite", who, rule: "values must be finite", got: String(value) });
    counts[histogramColumn(request, value)]!++;
  }
  const edges = Array.from(histogramEdges(request));
  return { edges, counts: counts.slice(1, -1), below: counts[0]!, above: counts.at(-1)! };
}
