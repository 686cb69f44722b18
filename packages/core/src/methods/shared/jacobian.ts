import type { Problem } from "../../solve/problem.js";

/**
 * ∂f/∂y by central differences with increments ∛eps·max(|y_j|, 10⁻³·max|y|): exact up to rounding for quadratic drifts,
 * whatever the size of a component.
 *
 * @param shifted work space of the size of the state
 * @param out size×size, row-major
 * @returns evaluations of the drift: twice the size of the state
 * @accuracy about 10⁻¹⁰ relative for smooth drifts on the scale of the state (methods/shared/jacobian.test.ts)
 * @source derived (definition)
 */
export function differenceJacobian(
  problem: Problem,
  t: number,
  y: Float64Array,
  shifted: { readonly state: Float64Array; readonly rate: Float64Array; readonly back: Float64Array },
  out: Float64Array,
): number {
  const size = y.length;
  let largest = 0;
  for (let i = 0; i < size; i++) largest = Math.max(largest, Math.abs(y[i]!));
  const least = largest > 0 ? 1e-3 * largest : 1;
  shifted.state.set(y);
  for (let j = 0; j < size; j++) {
    const increment = Math.cbrt(Number.EPSILON) * Math.max(Math.abs(y[j]!), least);
    const ahead = y[j]! + increment;
    const behind = y[j]! - increment;
    shifted.state[j] = ahead;
    problem.drift(t, shifted.state, shifted.rate);
    shifted.state[j] = behind;
    problem.drift(t, shifted.state, shifted.back);
    shifted.state[j] = y[j]!;
    for (let i = 0; i < size; i++) out[i * size + j] = (shifted.rate[i]! - shifted.back[i]!) / (ahead - behind);
  }
  return 2 * size;
}

/**
 * ∂f/∂t by the one-sided formula (−3f(t) + 4f(t + δ) − f(t + 2δ))/(2δ), so that nothing before t is asked; a drift that
 * did not change after δ is taken for autonomous.
 *
 * @param delta δ, a small part of the step
 * @returns evaluations of the drift: 1 or 2
 */
export function differenceInTime(
  problem: Problem,
  t: number,
  delta: number,
  y: Float64Array,
  rate: Float64Array,
  shifted: { readonly rate: Float64Array },
  out: Float64Array,
): number {
  const increment = t + delta - t;
  problem.drift(t + increment, y, shifted.rate);
  let autonomous = true;
  for (let i = 0; i < y.length; i++) {
    if (shifted.rate[i] !== rate[i]) autonomous = false;
    out[i] = (4 * shifted.rate[i]! - 3 * rate[i]!) / (2 * increment);
  }
  if (autonomous) {
    out.fill(0);
    return 1;
  }
  problem.drift(t + 2 * increment, y, shifted.rate);
  for (let i = 0; i < y.length; i++) out[i]! -= shifted.rate[i]! / (2 * increment);
  return 2;
}

/** min(‖J‖₁, ‖J‖_∞), an upper bound of the spectral radius. */
export function spectralBound(jacobian: Float64Array, size: number): number {
  let [columns, rows] = [0, 0];
  for (let i = 0; i < size; i++) {
    let [row, column] = [0, 0];
    for (let j = 0; j < size; j++) {
      row += Math.abs(jacobian[i * size + j]!);
      column += Math.abs(jacobian[j * size + i]!);
    }
    rows = Math.max(rows, row);
    columns = Math.max(columns, column);
  }
  return Math.min(rows, columns);
}
