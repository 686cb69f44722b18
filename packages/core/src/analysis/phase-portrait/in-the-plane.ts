import { gaussianMoments } from "../../dynamics/gaussian-moments/index.js";
import { frobeniusNorm, symmetricEigen } from "../../foundation/linear-algebra/index.js";
import { dop853 } from "../../methods/dop853/index.js";
import { adaptive, solve, wholeState } from "../../solve/index.js";
import type { AnalysisContext, Json } from "../contract.js";
import { lift } from "../shared/matrix-forms.js";
import { type CovarianceRate, covarianceRate } from "./covariance-rate.js";

/** Arrows along each axis, and records of a trajectory, denser at its start, where it is fast. */
const arrows = 12;
const records = 80;
/** Off-diagonal rates below this part of the rate are rounding: the plane is invariant. */
const rounding = 1e-11;

/** Two orthonormal directions as the columns of a 2×2 matrix. */
type Frame = Float64Array;

/** U·diag(a, b)·Uᵀ */
function covarianceAt(frame: Frame, a: number, b: number): Float64Array {
  return lift(frame, 2, 2, Float64Array.of(a, 0, 0, b));
}

/** u_iᵀ X u_j */
function entry(frame: Frame, X: Float64Array, i: number, j: number): number {
  let sum = 0;
  for (let a = 0; a < 2; a++) for (let b = 0; b < 2; b++) sum += frame[2 * a + i]! * X[2 * a + b]! * frame[2 * b + j]!;
  return sum;
}

/** The eigenvectors of Σ_0; of its rate where Σ_0 is a multiple of the identity, since every direction is one then. */
function frameOf(cov: Float64Array, rate: CovarianceRate): Frame {
  const { values, vectors } = symmetricEigen(cov, 2);
  const isotropic = values[1]! - values[0]! <= 1e-12 * values[1]!;
  const chosen = isotropic ? symmetricEigen(rate(cov), 2).vectors : vectors;
  // Columns in descending order of the eigenvalue, each with its largest entry positive.
  const out = new Float64Array(4);
  for (const [j, from] of [1, 0].entries()) {
    const [x, y] = [chosen[from]!, chosen[2 + from]!];
    const sign = (Math.abs(x) >= Math.abs(y) ? x : y) < 0 ? -1 : 1;
    out[j] = sign * x;
    out[2 + j] = sign * y;
  }
  return out;
}

interface Path {
  readonly points: readonly (readonly [number, number])[];
  readonly end: string;
}

/** Eigenvalues on the way from one start: u_iᵀΣu_i in an invariant plane, else those of Σ, the one begun larger first. */
function follow(
  context: AnalysisContext,
  frame: Frame,
  start: readonly [number, number],
  size: number,
  flat: boolean,
): Path {
  const { model, initial, span, cancel } = context;
  const moments = { ...initial.moments(), cov: covarianceAt(frame, ...start) };
  const level = gaussianMoments.bind({}, { model, initial: { ...initial, moments: () => moments }, span });
  const beyond = {
    name: "leaves",
    direction: "up" as const,
    terminal: true,
    g: (_t: number, y: Float64Array) => Math.hypot(y[2]!, y[3]!, y[4]!, y[5]!) / (2 * size) - 1,
  };
  const times = Array.from({ length: records + 1 }, (_, k) => span[0] + (span[1] - span[0]) * (k / records) ** 2);
  const {
    outcome,
    records: saved,
    yEnd,
  } = solve(level.problem, dop853.bind({}), {
    span,
    steps: adaptive({ rtol: 1e-8, atol: 1e-10 }),
    events: [beyond, ...level.events],
    save: { state: { what: wholeState(6), when: times } },
    ...(cancel ? { cancel } : {}),
  });
  const pairOf = (y: Float64Array): readonly [number, number] => {
    const cov = y.slice(2, 6);
    if (flat) return [entry(frame, cov, 0, 0), entry(frame, cov, 1, 1)];
    const [low, high] = symmetricEigen(cov, 2).values as unknown as [number, number];
    return start[0] >= start[1] ? [high, low] : [low, high];
  };
  const { t, value } = saved.state;
  const points = Array.from(t, (_, k) => pairOf(value.data.subarray(6 * k, 6 * k + 6)));
  const finished =
    outcome.status === "completed" ? "completed" : outcome.status === "stopped" ? outcome.event : outcome.code;
  return { points: [...points, pairOf(yEnd)], end: finished };
}

/** Starts on the left, the right and above, at fractions of the frame. */
const starts: readonly (readonly [number, number])[] = [
  [0.12, 0.12],
  [0.12, 0.5],
  [0.12, 0.88],
  [0.5, 0.12],
  [0.88, 0.12],
  [0.5, 0.88],
  [0.88, 0.5],
  [0.88, 0.88],
];

/** The frame: all of the flow's path that stays within ten times the start, or three times the start. */
function sizeOf(path: Path, largest: number): number {
  const reached = Math.max(...path.points.flat());
  return reached <= 10 * largest ? 1.25 * Math.max(reached, 1.2 * largest) : 3 * largest;
}

/**
 * The rates of the eigenvalues of Σ in the plane of covariances that share the eigenvectors of Σ_0, λ̇_i = u_iᵀΣ̇u_i, with
 * trajectories of the full flow from places of it. Whether the flow stays in that plane is said.
 * @cost 144 closures and nine solutions of the moments
 */
export function portraitInThePlane(context: AnalysisContext): { readonly [key: string]: Json } {
  const rate = covarianceRate(context);
  const { cov } = context.initial.moments();
  const frame = frameOf(cov, rate);
  const start = [entry(frame, cov, 0, 0), entry(frame, cov, 1, 1)] as const;
  const largest = Math.max(...start);
  const grid = (size: number) => Array.from({ length: arrows }, (_, k) => (size * (k + 0.5)) / arrows);
  const sample = (size: number) =>
    grid(size).flatMap((b) => grid(size).map((a) => ({ a, b, X: rate(covarianceAt(frame, a, b)) })));
  const flat = sample(3 * largest).every(({ X }) => Math.abs(entry(frame, X, 0, 1)) <= rounding * frobeniusNorm(X));
  const own = follow(context, frame, start, 10 * largest, flat);
  const size = sizeOf(own, largest);
  const others = starts.map(([a, b]) => follow(context, frame, [a * size, b * size], size, flat));
  const paths = [own, ...others].map(({ points, end }) => ({ end, points: points.map((pair) => [...pair]) }));
  const ends = new Map<string, number>();
  for (const { end } of paths) ends.set(end, (ends.get(end) ?? 0) + 1);
  return {
    verdict: flat ? "invariant plane" : "slice that trajectories leave",
    of: "the eigenvalues of Σ",
    at: context.span[0],
    start: [...start],
    ends: Object.fromEntries(ends),
    directions: [
      [frame[0]!, frame[2]!],
      [frame[1]!, frame[3]!],
    ],
    picture: {
      size,
      field: sample(size).map(({ a, b, X }) => [a, b, entry(frame, X, 0, 0), entry(frame, X, 1, 1)]),
      paths,
    },
  };
}
