/** f along a line: value and slope at one step, and the point's own arrays. */
export interface LinePoint {
  readonly step: number;
  readonly value: number;
  readonly slope: number;
}

/** Sufficient decrease and curvature constants of the strong Wolfe conditions, as usual for quasi-Newton methods. */
const decrease = 1e-4;
const curvature = 0.9;
const maxTrials = 40;

export type LineSearchResult =
  | { readonly kind: "found"; readonly point: LinePoint }
  | { readonly kind: "not-finite" }
  | { readonly kind: "failed" };

const finite = (point: LinePoint): boolean => Number.isFinite(point.value) && Number.isFinite(point.slope);

/** The minimiser of the cubic through values and slopes at both ends, kept off the ends by a tenth of the interval. */
function interpolate(a: LinePoint, b: LinePoint): number {
  const width = b.step - a.step;
  const middle = a.step + 0.5 * width;
  if (!finite(b)) return middle;
  const d1 = a.slope + b.slope - (3 * (a.value - b.value)) / (a.step - b.step);
  const square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return middle;
  const d2 = Math.sign(width) * Math.sqrt(square);
  const step = b.step - (width * (b.slope + d2 - d1)) / (b.slope - a.slope + 2 * d2);
  const near = Math.min(a.step, b.step) + 0.1 * Math.abs(width);
  const far = Math.max(a.step, b.step) - 0.1 * Math.abs(width);
  return step >= near && step <= far ? step : middle;
}

/**
 * A step with f(s) ≤ f(0) + 1e-4·s·f′(0) and |f′(s)| ≤ 0.9·|f′(0)|: bracketing, then cubic interpolation. A trial that
 * is not finite counts as too long a step.
 * @param start the point at step 0, slope < 0
 * @param firstStep first trial, > 0
 * @param at evaluates the line at a step
 * @cost at most 40 evaluations; one or two as a rule
 * @source Nocedal and Wright, Numerical Optimization, algorithms 3.5 and 3.6
 */
export function strongWolfe(start: LinePoint, firstStep: number, at: (step: number) => LinePoint): LineSearchResult {
  const tooHigh = (p: LinePoint): boolean => !(p.value <= start.value + decrease * p.step * start.slope);
  const flat = (p: LinePoint): boolean => Math.abs(p.slope) <= -curvature * start.slope;
  let low = start;
  let high: LinePoint | undefined;
  let step = firstStep;
  let anyFinite = false;
  for (let trial = 0; trial < maxTrials; trial++) {
    const point = at(step);
    const good = finite(point);
    if (good) anyFinite = true;
    if (!good || tooHigh(point) || (low !== start && point.value >= low.value)) {
      high = point;
    } else {
      if (flat(point)) return { kind: "found", point };
      const rising = high === undefined ? point.slope >= 0 : point.slope * (high.step - low.step) >= 0;
      if (rising) high = low;
      low = point;
    }
    if (high === undefined) step = 4 * low.step;
    else {
      step = interpolate(low, high);
      if (step === low.step || step === high.step) break;
    }
  }
  // A lower point that misses only the curvature condition is still progress; the caller guards its update.
  if (low !== start) return { kind: "found", point: low };
  return anyFinite ? { kind: "failed" } : { kind: "not-finite" };
}
