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
