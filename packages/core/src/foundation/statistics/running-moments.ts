/**
 * Mean, central second moments and extremes of vectors of `size` numbers, for each of `slots` slots (record times), in
 * one pass. Plain data: crosses workers and goes into checkpoints.
 */
export interface RunningMoments {
  readonly size: number;
  /** Vectors seen, shape [slots]. */
  readonly count: Float64Array;
  /** Shape [slots, size]. */
  readonly mean: Float64Array;
  /** Σ (x − mean)², shape [slots, size]. */
  readonly squares: Float64Array;
  readonly least: Float64Array;
  readonly greatest: Float64Array;
  /** Σ (x − mean)(x − mean)ᵀ, shape [slots, size, size]; only where it was asked for. */
  readonly products?: Float64Array;
}

export function emptyMoments(slots: number, size: number, covariance: boolean): RunningMoments {
  const array = () => new Float64Array(slots * size);
  return {
    size,
    count: new Float64Array(slots),
    mean: array(),
    squares: array(),
    least: array().fill(Number.POSITIVE_INFINITY),
    greatest: array().fill(Number.NEGATIVE_INFINITY),
    ...(covariance ? { products: new Float64Array(slots * size * size) } : {}),
  };
}

/**
 * Takes one vector into a slot: mean += δ/k, Σ(x − mean)² += δ(x − mean), δ = x − mean before.
 *
 * @param x shape [size]
 * @cost O(size), O(size²) with products; no allocation
 * @accuracy relative error about count·2⁻⁵³ of the spread, whatever the mean (statistics/running-moments.test.ts)
 * @source Welford, Technometrics 4 (1962) 419; derived
 */
export function addToMoments(moments: RunningMoments, slot: number, x: Float64Array): void {
  const { size, count, mean, squares, least, greatest, products } = moments;
  const k = ++count[slot]!;
  const from = slot * size;
  // Products use (x − old mean)_a (x − new mean)_b = (1 − 1/k) δ_a δ_b, symmetric bit for bit.
  const rest = 1 - 1 / k;
  if (products !== undefined) {
    for (let a = 0; a < size; a++) {
      const left = rest * (x[a]! - mean[from + a]!);
      for (let b = 0; b <= a; b++) {
        const term = left * (x[b]! - mean[from + b]!);
        products[(from + a) * size + b]! += term;
        if (b < a) products[(from + b) * size + a]! += term;
      }
    }
  }
  for (let a = 0; a < size; a++) {
    const i = from + a;
    const value = x[a]!;
    const before = value - mean[i]!;
    mean[i]! += before / k;
    squares[i]! += before * (value - mean[i]!);
    if (value < least[i]!) least[i] = value;
    if (value > greatest[i]!) greatest[i] = value;
  }
}

/**
 * Takes all that `from` has seen into `into`: exact formulas, so the result depends on the order of merging by rounding
 * alone; merge in a fixed order to have it bit for bit.
 *
 * @cost O(slots·size), O(slots·size²) with products
 * @source Chan, Golub, LeVeque, Technical Report STAN-CS-79-773 (1979); derived
 */
export function mergeMoments(into: RunningMoments, from: RunningMoments): void {
  const { size } = into;
  for (let slot = 0; slot < into.count.length; slot++) {
    const [n, m] = [into.count[slot]!, from.count[slot]!];
    if (m === 0) continue;
    const weight = (n * m) / (n + m);
    const [first, last] = [slot * size, (slot + 1) * size];
    mergeProducts(into, from, slot, weight);
    for (let i = first; i < last; i++) {
      const gap = from.mean[i]! - into.mean[i]!;
      into.squares[i]! += from.squares[i]! + gap * gap * weight;
      // n = 0 must give the other's mean bit for bit.
      into.mean[i] = n === 0 ? from.mean[i]! : into.mean[i]! + gap * (m / (n + m));
      into.least[i] = Math.min(into.least[i]!, from.least[i]!);
      into.greatest[i] = Math.max(into.greatest[i]!, from.greatest[i]!);
    }
    into.count[slot] = n + m;
  }
}

function mergeProducts(into: RunningMoments, from: RunningMoments, slot: number, weight: number): void {
  const { size } = into;
  if (into.products === undefined || from.products === undefined) return;
  const first = slot * size;
  for (let a = 0; a < size; a++) {
    const gap = from.mean[first + a]! - into.mean[first + a]!;
    for (let b = 0; b < size; b++) {
      const place = (first + a) * size + b;
      const other = from.mean[first + b]! - into.mean[first + b]!;
      into.products[place]! += from.products[place]! + gap * other * weight;
    }
  }
}
