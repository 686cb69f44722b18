import type { Visibility } from "@meanfield/core/foundation/backend";

/** A first guess at a key that the query sees: the one before, the nearest in position, either end; else a search. */
function anySeen(sees: (j: number) => boolean, keys: Float64Array, position: number, guess: number): number {
  const m = keys.length;
  let [low, high] = [0, m];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! <= position) low = middle + 1;
    else high = middle;
  }
  for (const j of [guess, low - 1, low, 0, m - 1]) if (j >= 0 && j < m && sees(j)) return j;
  for (let j = 0; j < m; j++) if (sees(j)) return j;
  return -1;
}

const isSorted = (keys: Float64Array): boolean => keys.every((key, j) => j === 0 || keys[j - 1]! <= key);

/** The last of the keys that are seen without a gap from `inside` in the direction of `outside`, which is not seen. */
function bisect(sees: (j: number) => boolean, inside: number, outside: number): number {
  let [seen, hidden] = [inside, outside];
  while (Math.abs(seen - hidden) > 1) {
    const middle = (seen + hidden) >> 1;
    if (sees(middle)) seen = middle;
    else hidden = middle;
  }
  return seen;
}

/**
 * The keys that every query sees as an interval of indices; what a mask with `decay` promises for sorted positions.
 * @param first the first key seen, shape [asks.length]
 * @param last one after the last key seen
 * @returns false where the positions of the keys are not in order, or a query sees none
 * @cost about five calls of logWeight a query where the intervals stay or grow, O(log m) where they move, O(m) at worst
 */
export function visibleRanges(
  visibility: Visibility,
  keys: Float64Array,
  asks: Float64Array,
  first: Int32Array,
  last: Int32Array,
): boolean {
  if (!isSorted(keys)) return false;
  const m = keys.length;
  let [from, to] = [0, 0];
  for (let i = 0; i < asks.length; i++) {
    const position = asks[i]!;
    const sees = (j: number): boolean => visibility.logWeight(position, keys[j]!) > Number.NEGATIVE_INFINITY;
    const seen = anySeen(sees, keys, position, Math.min(from, m - 1));
    if (seen < 0) return false;
    // The query before often sees the same first key, and the same last one or the next.
    if (!(from <= seen && sees(from) && (from === 0 || !sees(from - 1)))) from = bisect(sees, seen, -1);
    if (to < m && to >= seen && sees(to)) to++;
    if (!(to > seen && sees(to - 1) && (to === m || !sees(to)))) to = bisect(sees, seen, m) + 1;
    first[i] = from;
    last[i] = to;
  }
  return true;
}
