/** The 3-vector reflections of one double-shift sweep: I − (1, v1, v2)ᵀ·(t0, t1, t2), t = factor·(1, v1, v2). */
export interface BulgeChain {
  readonly v1: Float64Array;
  readonly v2: Float64Array;
  readonly t0: Float64Array;
}

/**
 * Reflection `at` of the chain on the rows start, start + stride, start + 2·stride over columns from…to−1.
 * @param pair leaves the third row alone: the last reflection of a sweep has two entries
 */
export function reflectThreeRows(
  z: Float64Array,
  start: number,
  stride: number,
  from: number,
  to: number,
  chain: BulgeChain,
  at: number,
  pair: boolean,
): void {
  const v1 = chain.v1[at]!;
  const v2 = chain.v2[at]!;
  const t0 = chain.t0[at]!;
  const r1 = start + stride;
  const r2 = r1 + stride;
  if (pair) {
    for (let j = from; j < to; j++) {
      const y = z[r1 + j]!;
      const sum = t0 * (z[start + j]! + v1 * y);
      z[start + j]! -= sum;
      z[r1 + j] = y - sum * v1;
    }
    return;
  }
  for (let j = from; j < to; j++) {
    const y = z[r1 + j]!;
    const w = z[r2 + j]!;
    const sum = t0 * (z[start + j]! + v1 * y + v2 * w);
    z[start + j]! -= sum;
    z[r1 + j] = y - sum * v1;
    z[r2 + j] = w - sum * v2;
  }
}

/** Reflections at, at + 1 of the chain, both full, on four rows from `start`: half the loads and stores. */
function reflectFourRows(
  z: Float64Array,
  start: number,
  stride: number,
  from: number,
  to: number,
  chain: BulgeChain,
  at: number,
): void {
  const v1 = chain.v1[at]!;
  const v2 = chain.v2[at]!;
  const t0 = chain.t0[at]!;
  const w1 = chain.v1[at + 1]!;
  const w2 = chain.v2[at + 1]!;
  const u0 = chain.t0[at + 1]!;
  const r1 = start + stride;
  const r2 = r1 + stride;
  const r3 = r2 + stride;
  for (let j = from; j < to; j++) {
    let y = z[r1 + j]!;
    let w = z[r2 + j]!;
    const last = z[r3 + j]!;
    const first = t0 * (z[start + j]! + v1 * y + v2 * w);
    z[start + j]! -= first;
    y -= first * v1;
    w -= first * v2;
    const second = u0 * (y + w1 * w + w2 * last);
    z[r1 + j] = y - second;
    z[r2 + j] = w - second * w1;
    z[r3 + j] = last - second * w2;
  }
}

/**
 * All reflections of a sweep over rows low…high, in order, on columns from…to−1 of the rows of z.
 * @cost O(10·(high − low)·(to − from))
 */
export function chainOnRows(
  z: Float64Array,
  stride: number,
  low: number,
  high: number,
  from: number,
  to: number,
  chain: BulgeChain,
): void {
  let k = low;
  for (; k + 3 <= high; k += 2) reflectFourRows(z, k * stride, stride, from, to, chain, k - low);
  for (; k < high; k++) reflectThreeRows(z, k * stride, stride, from, to, chain, k - low, k === high - 1);
}

/** All reflections of a sweep on the columns of one row, from the k-th on. */
export function chainOnRow(
  t: Float64Array,
  row: number,
  low: number,
  high: number,
  first: number,
  chain: BulgeChain,
): void {
  let x = t[row + first]!;
  let y = t[row + first + 1]!;
  for (let k = first; k < high - 1; k++) {
    const v1 = chain.v1[k - low]!;
    const v2 = chain.v2[k - low]!;
    const z = t[row + k + 2]!;
    const sum = chain.t0[k - low]! * (x + v1 * y + v2 * z);
    t[row + k] = x - sum;
    x = y - sum * v1;
    y = z - sum * v2;
  }
  const v1 = chain.v1[high - 1 - low]!;
  const sum = chain.t0[high - 1 - low]! * (x + v1 * y);
  t[row + high - 1] = x - sum;
  t[row + high] = y - sum * v1;
}

/** `chainOnRow` for two rows at once: their recurrences overlap. */
export function chainOnTwoRows(
  t: Float64Array,
  row: number,
  other: number,
  low: number,
  high: number,
  first: number,
  chain: BulgeChain,
): void {
  let x = t[row + first]!;
  let y = t[row + first + 1]!;
  let p = t[other + first]!;
  let q = t[other + first + 1]!;
  for (let k = first; k < high - 1; k++) {
    const v1 = chain.v1[k - low]!;
    const v2 = chain.v2[k - low]!;
    const t0 = chain.t0[k - low]!;
    const z = t[row + k + 2]!;
    const r = t[other + k + 2]!;
    const sum = t0 * (x + v1 * y + v2 * z);
    const more = t0 * (p + v1 * q + v2 * r);
    t[row + k] = x - sum;
    t[other + k] = p - more;
    x = y - sum * v1;
    p = q - more * v1;
    y = z - sum * v2;
    q = r - more * v2;
  }
  const v1 = chain.v1[high - 1 - low]!;
  const t0 = chain.t0[high - 1 - low]!;
  const sum = t0 * (x + v1 * y);
  const more = t0 * (p + v1 * q);
  t[row + high - 1] = x - sum;
  t[row + high] = y - sum * v1;
  t[other + high - 1] = p - more;
  t[other + high] = q - more * v1;
}
