/** The rotations of one sweep, in order. */
export interface Chain {
  readonly c: Float64Array;
  readonly s: Float64Array;
}

function length(f: number, g: number): number {
  const square = f * f + g * g;
  return square > 1e-280 ? Math.sqrt(square) : Math.hypot(f, g);
}

/** The smaller singular value of [[f, g], [0, h]]. */
function smallerOfTwo(f: number, g: number, h: number): number {
  const [fa, ga, ha] = [Math.abs(f), Math.abs(g), Math.abs(h)];
  const small = Math.min(fa, ha);
  const large = Math.max(fa, ha);
  if (small === 0) return 0;
  const sum = Math.hypot(large + small, ga);
  const difference = Math.hypot(large - small, ga);
  // s_min = f·h / s_max, s_max = (sum + difference)/2.
  return (2 * small) / ((sum + difference) / large);
}

/** A shift of zero when it would not be seen next to the largest entry; that sweep keeps small values relatively exact. */
function shiftOf(diagonal: Float64Array, off: Float64Array, low: number, high: number): number {
  let smallest = Math.abs(diagonal[low]!);
  let largest = smallest;
  let chain = smallest;
  for (let i = low; i < high; i++) {
    // The recurrence of Demmel and Kahan: the minimum is within a factor √n of the smallest singular value.
    chain = chain === 0 ? 0 : Math.abs(diagonal[i + 1]!) * (chain / (chain + Math.abs(off[i]!)));
    smallest = Math.min(smallest, chain);
    largest = Math.max(largest, Math.abs(diagonal[i + 1]!), Math.abs(off[i]!));
  }
  if ((high - low + 1) * smallest <= 100 * Number.EPSILON * largest) return 0;
  const shift = smallerOfTwo(diagonal[high - 1]!, off[high - 1]!, diagonal[high]!);
  const ratio = shift / Math.abs(diagonal[low]!);
  return ratio * ratio < Number.EPSILON ? 0 : shift;
}

function zeroShiftSweep(q: Float64Array, e: Float64Array, low: number, high: number, right: Chain, left: Chain): void {
  let c = 1;
  let oldC = 1;
  let oldS = 0;
  for (let i = low; i < high; i++) {
    const f = q[i]! * c;
    const g = e[i]!;
    const r = length(f, g);
    c = r === 0 ? 1 : f / r;
    const s = r === 0 ? 0 : g / r;
    if (i > low) e[i - 1] = oldS * r;
    const f2 = oldC * r;
    const g2 = q[i + 1]! * s;
    const r2 = length(f2, g2);
    oldC = r2 === 0 ? 1 : f2 / r2;
    oldS = r2 === 0 ? 0 : g2 / r2;
    q[i] = r2;
    right.c[i - low] = c;
    right.s[i - low] = s;
    left.c[i - low] = oldC;
    left.s[i - low] = oldS;
  }
  const last = q[high]! * c;
  q[high] = last * oldC;
  e[high - 1] = last * oldS;
}

/**
 * One implicit QR sweep on rows low…high of the upper bidiagonal matrix (q on the diagonal, e above it).
 * @param right receives the rotations of the columns, `left` those of the rows
 * @cost O(30·(high − low))
 */
export function bidiagonalSweep(
  q: Float64Array,
  e: Float64Array,
  low: number,
  high: number,
  right: Chain,
  left: Chain,
): void {
  const shift = shiftOf(q, e, low, high);
  if (shift === 0) {
    zeroShiftSweep(q, e, low, high, right, left);
    return;
  }
  const head = q[low]!;
  let f = (Math.abs(head) - shift) * (Math.sign(head) + shift / head);
  let g = e[low]!;
  for (let i = low; i < high; i++) {
    let r = length(f, g);
    let c = r === 0 ? 1 : f / r;
    let s = r === 0 ? 0 : g / r;
    if (i > low) e[i - 1] = r;
    f = c * q[i]! + s * e[i]!;
    e[i] = c * e[i]! - s * q[i]!;
    g = s * q[i + 1]!;
    q[i + 1] = c * q[i + 1]!;
    right.c[i - low] = c;
    right.s[i - low] = s;
    r = length(f, g);
    c = r === 0 ? 1 : f / r;
    s = r === 0 ? 0 : g / r;
    q[i] = r;
    f = c * e[i]! + s * q[i + 1]!;
    q[i + 1] = c * q[i + 1]! - s * e[i]!;
    if (i < high - 1) {
      g = s * e[i + 1]!;
      e[i + 1] = c * e[i + 1]!;
    }
    left.c[i - low] = c;
    left.s[i - low] = s;
  }
  e[high - 1] = f;
}
