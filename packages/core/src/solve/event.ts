/**
 * Something that happens when g(t, y) crosses zero. Located by root finding on the method's dense output.
 */
export interface SolveEvent {
  readonly name: string;
  /** Continuous along the flow. Must not change `y`. */
  g(t: number, y: Float64Array): number;
  /** Which crossings count: "up" from negative to positive, "down", or "both". */
  readonly direction: "up" | "down" | "both";
  /** Whether the run ends here. Events that do not are listed in the trajectory. */
  readonly terminal: boolean;
  /**
   * The time the event stands for, where that is not the crossing itself: a blow-up is announced by a crossing shortly
   * before it. `remainder` bounds the error of the extrapolation alone.
   */
  estimate?(t: number, y: Float64Array): { readonly t: number; readonly remainder: number };
}

/** A located crossing. `bracket` is the width of the interval the root was narrowed to. */
export interface Crossing {
  readonly event: SolveEvent;
  readonly t: number;
  readonly bracket: number;
}

export function crosses(direction: SolveEvent["direction"], before: number, after: number): boolean {
  const up = before < 0 && after >= 0;
  const down = before > 0 && after <= 0;
  return direction === "both" ? up || down : direction === "up" ? up : down;
}

/**
 * Root of g in [a, b] with g(a), g(b) of opposite sign: the Illinois variant of regula falsi, guarded by bisection.
 *
 * @returns the end of the final bracket on the far side of the crossing, and the width of that bracket
 * @accuracy bracket ≤ 4 ulp of max(|a|, |b|), or an exact zero; shown by solve/event.test.ts
 * @cost about 8 evaluations for a smooth g; at most 200
 */
export function findCrossing(g: (t: number) => number, a: number, b: number, ga: number, gb: number) {
  if (gb === 0) return { t: b, bracket: 0 };
  let [left, right, gLeft, gRight] = [a, b, ga, gb];
  const width = 4 * Number.EPSILON * Math.max(Math.abs(a), Math.abs(b));
  // Kept apart from gRight, whose halvings may underflow to 0.
  const rising = gb > 0;
  let side = 0;
  for (let k = 0; k < 200 && Math.abs(right - left) > width; k++) {
    let middle = (left * gRight - right * gLeft) / (gRight - gLeft);
    const stalled = k % 4 === 3 || !(middle > Math.min(left, right) && middle < Math.max(left, right));
    if (stalled) middle = left + (right - left) / 2;
    // Half a width inside both ends: a point that has come upon the root from one side closes the bracket at once.
    middle = Math.min(Math.max(middle, Math.min(left, right) + width / 2), Math.max(left, right) - width / 2);
    if (middle === left || middle === right) break;
    const value = g(middle);
    if (value === 0) return { t: middle, bracket: 0 };
    if (value > 0 === rising) {
      right = middle;
      gRight = value;
      if (side === 1) gLeft /= 2;
      side = 1;
    } else {
      left = middle;
      gLeft = value;
      if (side === -1) gRight /= 2;
      side = -1;
    }
  }
  return { t: right, bracket: Math.abs(right - left) };
}
