import type { Method } from "./method.js";
import type { Problem } from "./problem.js";
import type { SphereBlock } from "./sphere-noise.js";

interface SphereScratch {
  readonly rate: Float64Array;
  readonly middleRate: Float64Array;
  readonly middle: Float64Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
}

/**
 * x turned by h|v| in the plane of base and v, that is e^{h(v bᵀ − b vᵀ)}x, for one point; v is made tangential to base.
 * The result is scaled back to length 1 to first order, so that roundings do not add up.
 */
function turn(
  x: Float64Array,
  base: Float64Array,
  v: Float64Array,
  h: number,
  row: number,
  d: number,
  out: Float64Array,
): void {
  let along = 0;
  for (let a = row; a < row + d; a++) along += base[a]! * v[a]!;
  let [square, onBase, onRate] = [0, 0, 0];
  for (let a = row; a < row + d; a++) {
    const tangent = v[a]! - along * base[a]!;
    square += tangent * tangent;
    onBase += base[a]! * x[a]!;
    onRate += tangent * x[a]!;
  }
  const speed = Math.sqrt(square);
  const angle = h * speed;
  const sine = speed > 0 ? Math.sin(angle) / speed : h;
  // 1 − cos without cancellation; over speed² it tends to h²/2.
  const half = Math.sin(angle / 2);
  const versine = 2 * half * half;
  const curved = speed > 0 ? versine / square : 0.5 * h * h;
  let length = 0;
  for (let a = row; a < row + d; a++) {
    const tangent = v[a]! - along * base[a]!;
    const value = x[a]! + tangent * (sine * onBase - curved * onRate) - base[a]! * (sine * onRate + versine * onBase);
    out[a] = value;
    length += value * value;
  }
  const scale = 1.5 - 0.5 * length;
  for (let a = row; a < row + d; a++) out[a]! *= scale;
}

function step(
  problem: Problem,
  t: number,
  dt: number,
  y: Float64Array,
  block: SphereBlock,
  s: SphereScratch,
  order: 1 | 2,
) {
  const { offset, n, d } = block;
  s.start.set(y);
  s.end.set(y);
  problem.drift(t, y, s.rate);
  let [base, rate] = [s.start, s.rate];
  if (order === 2) {
    for (let k = 0; k < y.length; k++) s.middle[k] = y[k]! + 0.5 * dt * s.rate[k]!;
    for (let i = 0; i < n; i++) turn(s.start, s.start, s.rate, 0.5 * dt, offset + i * d, d, s.middle);
    problem.drift(t + 0.5 * dt, s.middle, s.middleRate);
    [base, rate] = [s.middle, s.middleRate];
  }
  for (let k = 0; k < y.length; k++) s.end[k] = y[k]! + dt * rate[k]!;
  for (let i = 0; i < n; i++) turn(s.start, base, rate, dt, offset + i * d, d, s.end);
  return order;
}

/**
 * Fixed steps on (S^{d−1})ⁿ by rotations: order 1 x⁺ = exp_x(dt f(x)); order 2 the midpoint rule of Runge–Kutta–Munthe-
 * Kaas, x⁺ = e^{dt(f̂x̂ᵀ − x̂f̂ᵀ)}x with x̂ = exp_x(½dt f(x)) and f̂ = f(x̂). Numbers of the state outside the block get the
 * Euler or midpoint rule. The problem's own retraction is not used.
 *
 * @param block where the points lie; they must have length 1
 * @cost one evaluation (order 1) or two, and O(nd)
 * @accuracy |x| = 1 to 1e-13 over 10⁵ steps, and the order (solve/sphere-exponential.test.ts)
 * @source derived: exponentials of skew matrices of rank 2
 */
export function sphereExponential(block: SphereBlock, order: 1 | 2 = 2): Method {
  const scratchOf = (scratch: unknown) => scratch as SphereScratch;
  return {
    name: order === 1 ? "sphere-exponential-euler" : "sphere-exponential-midpoint",
    order,
    denseOrder: order,
    init(problem): SphereScratch {
      const array = () => new Float64Array(problem.y0.length);
      const [rate, middleRate, middle, start, end] = [array(), array(), array(), array(), array()];
      return { rate, middleRate, middle, start, end };
    },
    step(problem, t, dt, y, out, scratch) {
      const s = scratchOf(scratch);
      const evaluations = step(problem, t, dt, y, block, s, order);
      out.set(s.end);
      return { evaluations };
    },
    interpolate(theta, out, scratch) {
      // The step's own formula at theta·dt would ask for the middle anew; the chord put back on the sphere has order 2.
      const s = scratchOf(scratch);
      for (let k = 0; k < out.length; k++) out[k] = s.start[k]! + theta * (s.end[k]! - s.start[k]!);
      const { offset, n, d } = block;
      for (let i = 0; i < n; i++) {
        let square = 0;
        for (let a = 0; a < d; a++) square += out[offset + i * d + a]! ** 2;
        const length = Math.sqrt(square);
        for (let a = 0; a < d; a++) out[offset + i * d + a]! /= length;
      }
      return { evaluations: 0 };
    },
    accept: () => {},
  };
}
