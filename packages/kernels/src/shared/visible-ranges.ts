import type { Visibility } from "@meanfield/core/foundation/backend";

/*
 * Queries and keys go by index, and no function is made in passing: a number or a function that is handed on may take
 * memory, and a mask is asked n log n times a step.
 */

const isSeen = (visibility: Visibility, queries: Float64Array, i: number, keys: Float64Array, j: number): boolean =>
  visibility.logWeight(queries[i]!, keys[j]!) !== Number.NEGATIVE_INFINITY;

/** The first of from … to − 1 that query i sees, or does not see, where all after it are alike; `to` when there is none. */
function firstThat(
  sees: boolean,
  visibility: Visibility,
  queries: Float64Array,
  i: number,
  keys: Float64Array,
  from: number,
  to: number,
): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isSeen(visibility, queries, i, keys, middle) === sees) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The first key beyond the position of query i. */
function firstBeyond(queries: Float64Array, i: number, keys: Float64Array): number {
  const query = queries[i]!;
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! > query) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Some key query i sees: the one at hand, the neighbours of its position, else the first found; −1 for none. */
function someSeen(
  visibility: Visibility,
  queries: Float64Array,
  i: number,
  keys: Float64Array,
  atHand: number,
): number {
  const m = keys.length;
  if (atHand >= 0 && isSeen(visibility, queries, i, keys, atHand)) return atHand;
  const near = firstBeyond(queries, i, keys);
  if (near > 0 && isSeen(visibility, queries, i, keys, near - 1)) return near - 1;
  if (near < m && isSeen(visibility, queries, i, keys, near)) return near;
  for (let j = 0; j < m; j++) if (isSeen(visibility, queries, i, keys, j)) return j;
  return -1;
}

/**
 * The keys [from_i, to_i) that each query sees, of a mask whose visible keys form one interval of positions.
 *
 * A query starts from the range of the one before it, so that queries in context order cost O(1) each.
 * @param keys positions, non-decreasing, shape [keys]
 * @param queries positions, shape [queries]
 * @param from overwritten from place `fromAt` on, shape [queries]
 * @param to overwritten from place `toAt` on, shape [queries]
 * @returns whether every query sees a key; the ranges are incomplete when one does not
 * @cost queries × (4 to 3·log₂ keys) log weights; O(keys) for a query that sees neither of the keys next to it; no
 *   allocation
 * @accuracy exact (visible-ranges.test.ts)
 * @source derived
 */
export function visibleRanges(
  visibility: Visibility,
  keys: Float64Array,
  queries: Float64Array,
  from: Int32Array,
  to: Int32Array,
  fromAt = 0,
  toAt = 0,
): boolean {
  const m = keys.length;
  let first = 0;
  let last = 0;
  for (let i = 0; i < queries.length; i++) {
    const fits =
      first < last &&
      isSeen(visibility, queries, i, keys, first) &&
      isSeen(visibility, queries, i, keys, last - 1) &&
      !(first > 0 && isSeen(visibility, queries, i, keys, first - 1));
    if (!fits) {
      const seen = someSeen(visibility, queries, i, keys, last - 1);
      if (seen < 0) return false;
      first = firstThat(true, visibility, queries, i, keys, 0, seen);
      last = seen + 1;
    }
    if (last < m && isSeen(visibility, queries, i, keys, last)) {
      last++;
      if (last < m && isSeen(visibility, queries, i, keys, last)) {
        last = firstThat(false, visibility, queries, i, keys, last, m);
      }
    }
    from[fromAt + i] = first;
    to[toAt + i] = last;
  }
  return true;
}
