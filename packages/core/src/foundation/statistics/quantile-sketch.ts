/**
 * A summary of a stream of numbers that answers quantiles: the numbers themselves while there are few, then every
 * second of them with twice the weight. Plain data; no random choice, so equal streams give equal sketches.
 */
export interface QuantileSketch {
  /** Numbers a level holds before it is thinned; even. */
  readonly capacity: number;
  count: number;
  /** levels[h]: numbers of weight 2^h. */
  readonly levels: number[][];
  /** Whether the next thinning of the level keeps the odd places. */
  readonly odd: boolean[];
  /** By how much ranks may be too high, and too low. */
  over: number;
  under: number;
}

/** Numbers kept exactly by default: 32 KB each. */
export const exactUpTo = 4096;

export function emptySketch(capacity: number = exactUpTo): QuantileSketch {
  return { capacity, count: 0, levels: [[]], odd: [false], over: 0, under: 0 };
}

/** Numbers by size, without the boxes that sorting a plain array with a comparison makes. */
function sorted(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}

/** Keeps every second number of a full level, in order, at the level above. */
function thin(sketch: QuantileSketch, level: number): void {
  const values = sorted(sketch.levels[level]!);
  const even = values.length - (values.length % 2);
  const above = sketch.levels[level + 1] ?? [];
  if (above.length === 0) {
    sketch.levels[level + 1] = above;
    sketch.odd[level + 1] ??= false;
  }
  const first = sketch.odd[level] ? 1 : 0;
  for (let i = first; i < even; i += 2) above.push(values[i]!);
  // A number x has r of the pairs' numbers below it; 2⌈r/2⌉ or 2⌊r/2⌋ are counted: one weight too many, or too few.
  if (sketch.odd[level]) sketch.under += 2 ** level;
  else sketch.over += 2 ** level;
  sketch.odd[level] = !sketch.odd[level];
  sketch.levels[level] = even === values.length ? [] : [values.at(-1)!];
}

/** Takes one number. @cost amortised O(log capacity) */
export function addToSketch(sketch: QuantileSketch, value: number): void {
  sketch.levels[0]!.push(value);
  sketch.count++;
  settle(sketch);
}

function settle(sketch: QuantileSketch): void {
  for (let level = 0; level < sketch.levels.length; level++) {
    if (sketch.levels[level]!.length > sketch.capacity) thin(sketch, level);
    else if (level === 0) return;
  }
}

/** Takes all that `from` has seen into `into`; `from` stays. */
export function mergeSketches(into: QuantileSketch, from: QuantileSketch): void {
  from.levels.forEach((values, level) => {
    into.levels[level] ??= [];
    into.odd[level] ??= false;
    for (const value of values) into.levels[level]!.push(value);
  });
  into.count += from.count;
  into.over += from.over;
  into.under += from.under;
  for (let level = 0; level < into.levels.length; level++) {
    if (into.levels[level]!.length > into.capacity) thin(into, level);
  }
}

/**
 * Bound on |rank of an answer − rank asked for| / count: 0 while nothing was thinned.
 * With k = capacity, at most about log₂(2 count/k)/(2k).
 */
export function rankError(sketch: QuantileSketch): number {
  return sketch.count === 0 ? 0 : Math.max(sketch.over, sketch.under) / sketch.count;
}

/**
 * The q-quantiles of all numbers taken, linear between order statistics at 0, 1/(count−1), …, 1 (NumPy's default).
 *
 * @param qs in [0, 1], increasing
 * @cost O(k log k) for the k numbers kept
 * @accuracy exact up to `capacity` numbers; then within `rankError` (statistics/quantile-sketch.test.ts)
 * @source derived; thinning as in Manku, Rajagopalan, Lindsay, SIGMOD 1998
 */
export function sketchQuantiles(sketch: QuantileSketch, qs: readonly number[]): number[] {
  const kept = sketch.levels.flatMap((values, level) => values.map((value) => ({ value, weight: 2 ** level })));
  kept.sort((a, b) => a.value - b.value || a.weight - b.weight);
  const total = kept.reduce((sum, { weight }) => sum + weight, 0);
  let [index, before] = [0, 0];
  /** The order statistic at a whole place. */
  const at = (place: number): number => {
    while (index < kept.length - 1 && before + kept[index]!.weight <= place) before += kept[index++]!.weight;
    return kept[index]!.value;
  };
  return qs.map((q) => {
    const place = q * (total - 1);
    const below = Math.floor(place);
    const first = at(below);
    const [savedIndex, savedBefore] = [index, before];
    const second = at(Math.min(below + 1, total - 1));
    [index, before] = [savedIndex, savedBefore];
    return first + (place - below) * (second - first);
  });
}
