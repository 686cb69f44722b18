import type { Problem } from "./problem.js";

/** Step size control: a PI controller on the error norm. */
export interface Controller {
  /** Factor for the next step after an accepted one. */
  accepted(errorNorm: number): number;
  /** Factor for another try after a rejected one. */
  rejected(errorNorm: number): number;
  /** What it remembers. */
  state(): ControllerState;
}

/** Memory of a controller; plain data. */
export interface ControllerState {
  /** Error norm of the last accepted step. */
  readonly previous: number;
  readonly justRejected: boolean;
}

/**
 * PI controller dt ← dt·safety·err^{−(1/k−0.75β)}·err_previous^{β}, k = order of the error estimate + 1, β = 0.04 for
 * k ≤ 6. Above, β = 0, as in the authors' dop853: the same β would hold order 8 at an eighth of the tolerance.
 *
 * @accuracy as many evaluations as SciPy's DOP853 at equal error (bench/work-precision.mjs)
 * @source Hairer, Nørsett, Wanner, Solving Ordinary Differential Equations I, section II.4
 */
export function piController(order: number, from?: ControllerState): Controller {
  const beta = order > 6 ? 0 : 0.04;
  const alpha = 1 / order - 0.75 * beta;
  const safety = 0.9;
  let previous = from?.previous ?? 1e-4;
  let justRejected = from?.justRejected ?? false;
  return {
    accepted(errorNorm) {
      const error = Math.max(errorNorm, 1e-10);
      const factor = Math.min(8, Math.max(0.2, safety * error ** -alpha * previous ** beta));
      previous = Math.max(error, 1e-4);
      const capped = justRejected ? Math.min(1, factor) : factor;
      justRejected = false;
      return capped;
    },
    rejected(errorNorm) {
      justRejected = true;
      return Number.isFinite(errorNorm) ? Math.max(0.2, safety * errorNorm ** (-1 / order)) : 0.2;
    },
    state: () => ({ previous, justRejected }),
  };
}

function scaledNorm(v: Float64Array, y: Float64Array, rtol: number, atol: number): number {
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += (v[i]! / (atol + rtol * Math.abs(y[i]!))) ** 2;
  return Math.sqrt(sum / Math.max(1, v.length));
}

/**
 * A first step from two evaluations of the drift.
 *
 * @source Hairer, Nørsett, Wanner, Solving Ordinary Differential Equations I, section II.4
 */
export function initialStep(
  problem: Problem,
  order: number,
  t: number,
  end: number,
  rtol: number,
  atol: number,
): number {
  const { y0 } = problem;
  const f0 = new Float64Array(y0.length);
  const f1 = new Float64Array(y0.length);
  problem.drift(t, y0, f0);
  const d0 = scaledNorm(y0, y0, rtol, atol);
  const d1 = scaledNorm(f0, y0, rtol, atol);
  const guess = Math.min(d0 < 1e-5 || d1 < 1e-5 ? 1e-6 * (end - t) : (0.01 * d0) / d1, end - t);
  const y1 = y0.map((value, i) => value + guess * f0[i]!);
  problem.drift(t + guess, y1, f1);
  for (let i = 0; i < f1.length; i++) f1[i]! -= f0[i]!;
  const d2 = scaledNorm(f1, y0, rtol, atol) / guess;
  const steepest = Math.max(d1, d2);
  const next = steepest <= 1e-15 ? Math.max(1e-6 * (end - t), guess * 1e-3) : (0.01 / steepest) ** (1 / order);
  const step = Math.min(100 * guess, next, end - t);
  return Number.isFinite(step) && step > 0 ? step : 1e-6 * (end - t);
}
