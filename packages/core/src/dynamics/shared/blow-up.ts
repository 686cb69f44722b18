import { frobeniusNorm } from "../../foundation/linear-algebra/index.js";
import type { SolveEvent } from "../../solve/index.js";
import type { RememberedDrift } from "./remembered-drift.js";

/** How many times faster than any natural rate Σ must grow before a blow-up is announced. */
const announcement = 1e7;

/** Where the covariance stands in the state. */
interface CovarianceBlock {
  readonly offset: number;
  readonly d: number;
}

/**
 * Finite-time blow-up of Σ: its growth rate λ = ⟨Σ, Σ̇⟩/|Σ|² exceeds 10⁷ times every natural rate (1/span, λ(0),
 * the linear rate 2|W|). Exponential growth keeps λ bounded and never fires it. What independent noise adds, Σ̇ ∋ σ²I, is
 * left out of λ: on a small Σ it is fast and no blow-up.
 *
 * At the crossing r = 1/λ obeys r' = 1 − p for Σ ~ (t* − t)^{−1/(p−1)}, so t* = t + r/(p − 1); p is measured there
 * (2 for a Riccati flow with V = vI). The remainder is one part in 10⁶ of r and ten times p's distance from 2: for general V
 * the direction of the escape still turns at the crossing, and p with it.
 *
 * @source numerics.md, ODE; r' = 1 − p derived there
 */
export function blowUpEvent(
  { problem, driftAt }: RememberedDrift,
  { offset, d }: CovarianceBlock,
  span: readonly [number, number],
  linearRate: number,
  sigma: (t: number) => number,
): SolveEvent {
  const size = d * d;
  const velocity = new Float64Array(problem.y0.length);
  const ahead = new Float64Array(problem.y0.length);
  const withoutNoise = (t: number): void => {
    const variance = sigma(t) ** 2;
    for (let i = 0; i < d; i++) velocity[offset + i * (d + 1)]! -= variance;
  };
  const rate = (t: number, y: Float64Array): number => {
    driftAt(t, y, velocity);
    withoutNoise(t);
    let inner = 0;
    let square = 0;
    for (let i = offset; i < offset + size; i++) {
      inner += y[i]! * velocity[i]!;
      square += y[i]! * y[i]!;
    }
    return square === 0 ? 0 : inner / square;
  };
  problem.drift(span[0], problem.y0, velocity);
  withoutNoise(span[0]);
  const start = frobeniusNorm(problem.y0.slice(offset, offset + size));
  const speed = frobeniusNorm(velocity.slice(offset, offset + size));
  const natural = Math.max(1 / (span[1] - span[0]), linearRate, start > 0 ? speed / start : 0);
  return {
    name: "blow-up",
    direction: "up",
    terminal: true,
    g: (t, y) => rate(t, y) / (announcement * natural) - 1,
    estimate(t, y) {
      const r = 1 / rate(t, y);
      const step = 1e-3 * r;
      for (let i = 0; i < y.length; i++) ahead[i] = y[i]! + step * velocity[i]!;
      const p = 1 - (1 / rate(t, ahead) - r) / step;
      const time = p > 1 ? r / (p - 1) : r;
      return { t: t + time, remainder: r * (1e-6 + Math.min(1, 10 * Math.abs(p - 2))) };
    },
  };
}
