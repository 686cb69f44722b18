import { InputError } from "../errors/index.js";

/** Counts between edges; the last bin holds its right edge. */
export interface Histogram {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  readonly below: number;
  readonly above: number;
}

/**
 * How many values lie in [e_k, e_{k+1}), in [e_{m−1}, e_m] for the last bin, and outside on either side.
 *
 * @param edges at least two, ascending
 * @throws out-of-range (edges), not-finite (a value)
 * @cost O(values·edges)
 */
export function histogram(values: readonly number[], edges: readonly number[]): Histogram {
  const ascending = edges.length >= 2 && edges.every((edge, k) => k === 0 || edge > edges[k - 1]!);
  if (!ascending) {
    throw new InputError({
      code: "out-of-range",
      who: "histogram",
      rule: "edges must be at least two ascending numbers",
      got: `[${edges.join(", ")}]`,
    });
  }
  const counts = new Array<number>(edges.length - 1).fill(0);
  let [below, above] = [0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) {
      throw new InputError({ code: "not-finite", who: "histogram", rule: "values must be finite", got: String(value) });
    }
    if (value < edges[0]!) below++;
    else if (value > edges.at(-1)!) above++;
    else {
      const next = edges.findIndex((edge) => edge > value);
      counts[next < 0 ? counts.length - 1 : next - 1]!++;
    }
  }
  return { edges, counts, below, above };
}
