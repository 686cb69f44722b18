import type { Visibility } from "@meanfield/core/foundation/backend";

const isSeen = (visibility: Visibility, query: number, key: number): boolean =>
  visibility.logWeight(query, key) !== Number.NEGATIVE_INFINITY;

/** The first of from … to − 1 for which `passes` holds, which then holds to the end; `to` when there is none. */
function firstWhere(from: number, to: number, passes: (index: number) => boolean): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (passes(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Some key the query sees: the one at hand, the neighbours of its position, else the first found; −1 for none. */
function someSeen(visibility: Visibility, keys: Float64Array, query: number, at: number): number {
  const near = firstWhere(0, keys.length, (j) => keys[j]! > query);
  for (const j of [at, near - 1, near]) {
    if (j >= 0 && j < keys.length && isSeen(visibility, query, keys[j]!)) return j;
  }
  return keys.findIndex((key) => isSeen(visibility, query, key));
}

/**
 * The keys [from_i, to_i) that each query sees, of a mask whose visible keys form one interval of positions.
 *
 * A query starts from the range of the one before it, so that queries in context order cost O(1) each.
 * @param keys positions, non-decreasing, shape [keys]
 * @param queries positions, shape [queries]
 * @param from shape [queries] at least, overwritten
 * @param to shape [queries] at least, overwritten
 * @returns whether every query sees a key; the ranges are incomplete when one does not
 * @cost queries × (4 to 3·log₂ keys) log weights; O(keys) for a query that sees neither of the keys next to it
 * @accuracy exact (visible-ranges.test.ts)
 * @source derived
 */
export function visibleRanges(
  visibility: Visibility,
  keys: Float64Array,
  queries: Float64Array,
  from: Int32Array,
  to: Int32Array,
): boolean {
  const m = keys.length;
  let [first, last] = [0, 0];
  for (let i = 0; i < queries.length; i++) {
    const query = queries[i]!;
    const sees = (j: number): boolean => isSeen(visibility, query, keys[j]!);
    const fits = first < last && sees(first) && sees(last - 1);
    if (!fits || (first > 0 && sees(first - 1))) {
      const seen = someSeen(visibility, keys, query, last - 1);
      if (seen < 0) return false;
      first = firstWhere(0, seen, sees);
      last = seen + 1;
    }
    if (last < m && sees(last)) {
      last++;
      if (last < m && sees(last)) last = firstWhere(last, m, (j) => !sees(j));
    }
    from[i] = first;
    to[i] = last;
  }
  return true;
}
