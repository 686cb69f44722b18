import { dop853 } from "../../methods/dop853/index.js";
import { adaptive, solve } from "../../solve/index.js";
import { type HeadBounds, lipschitzInBall, speedInBall } from "./constants.js";

/** The bounds of a model while its schedules stand still. */
export interface PieceBounds {
  readonly until: number;
  readonly heads: readonly HeadBounds[];
  /** |W| and |b| of the affine feed-forwards, summed. */
  readonly growth: number;
  readonly shift: number;
}

/** What is known of all laws that start within a ball. */
export interface BallBound {
  readonly radiusAtEnd: number;
  /** (1/T)∫L dt, L the sum of both slopes in the ball of that depth. */
  readonly constant: number;
}

/**
 * Ṙ = Σ|Γ| + |W|R + |b| and ∫(slope in x + slope in μ) along it: laws within R(0) keep within R(t), and W_p between two of
 * them grows at most by e^{∫L}.
 * @returns undefined where the bound passes what float64 holds
 * @source derived; arXiv 2501.18322, theory.md §1 (compact supports)
 */
export function boundInBall(
  pieces: readonly PieceBounds[],
  radius: number,
  span: readonly [number, number],
): BallBound | undefined {
  const pieceAt = (t: number) => pieces.find(({ until }) => t < until) ?? pieces.at(-1)!;
  const drift = (t: number, y: Float64Array, out: Float64Array): void => {
    const { heads, growth, shift } = pieceAt(t);
    const here = y[0]!;
    let [speed, slope] = [growth * here + shift, growth];
    for (const head of heads) {
      const { position, law } = lipschitzInBall(head, here);
      speed += speedInBall(head, here);
      slope += position + law;
    }
    out[0] = speed;
    out[1] = slope;
  };
  const breakpoints = pieces.slice(0, -1).map(({ until }) => until);
  const problem = { y0: Float64Array.of(radius, 0), layout: {}, breakpoints, drift };
  const { outcome, yEnd } = solve(problem, dop853.bind({}), { span, steps: adaptive({ rtol: 1e-10, atol: 1e-12 }) });
  if (outcome.status !== "completed") return undefined;
  return { radiusAtEnd: yEnd[0]!, constant: yEnd[1]! / (span[1] - span[0]) };
}
