import {
  frobeniusNorm,
  inverse,
  lyapunov,
  solveLinear,
  svd,
  symmetricEigen,
  symmetricEigenvalues,
  trace,
  transpose,
} from "../../foundation/linear-algebra/index.js";
import { beside, columns, combine, congruence, lift, times, transposedTimes } from "../shared/matrix-forms.js";
import { limitOn, positivePart, settledFrame } from "./contracting.js";
import { type Escape, escapeTime } from "./escape-time.js";
import { projectorAbove } from "./linear-regime.js";
import type { MovingRange } from "./moving-range.js";
import { escaped, restsAt, type ScalarCase, undecided } from "./scalar-case.js";
import type { Hypothesis, Verdict } from "./verdict.js";

/** |Σ(t) − Σ*|/|Σ*| at which a walk counts as arrived at a stable limit. */
const arrived = 1e-6;

/** W and Q in coordinates (unstable, stable): T⁻¹WT block diagonal, TᵀQT, T⁻¹L. */
interface Split {
  readonly a: number;
  /** Unstable basis, k×a, orthonormal. */
  readonly up: Float64Array;
  readonly Wu: Float64Array;
  readonly Ws: Float64Array;
  readonly Quu: Float64Array;
  readonly Qus: Float64Array;
  readonly Qss: Float64Array;
  /** Rows of T⁻¹: a vector's unstable and stable coordinates. */
  readonly toUp: Float64Array;
  readonly toDown: Float64Array;
}

function splitOf({ system: { Q, W }, k }: MovingRange): Split {
  const above = projectorAbove(W, k, 0);
  const a = Math.round(trace(above, k));
  const up = columns(svd(above, k, k).u, k, k, 0, a);
  const identityMinus = above.map((value, i) => (i % (k + 1) === 0 ? 1 : 0) - value);
  const down = columns(svd(identityMinus, k, k).u, k, k, 0, k - a);
  const T = beside(up, down, k, a, k - a);
  const form = congruence(Q, T, k);
  const moved = solveLinear(T, times(W, T, k, k, k), k, k);
  const inverted = inverse(T, k);
  const block = (M: Float64Array, i0: number, i1: number, j0: number, j1: number) =>
    columns(M.slice(i0 * k, i1 * k), i1 - i0, k, j0, j1);
  return {
    a,
    up,
    Wu: block(moved, 0, a, 0, a),
    Ws: block(moved, a, k, a, k),
    Quu: block(form, 0, a, 0, a),
    Qus: block(form, 0, a, a, k),
    Qss: block(form, a, k, a, k),
    toUp: inverted.slice(0, a * k),
    toDown: inverted.slice(a * k),
  };
}

/**
 * With −Q ≻ 0 on the unstable directions, Q ⪯ diag(0, Q̂), Q̂ = (Q_ss + Q_su(−Q_uu)⁻¹Q_us)₊: λ_max(L_sᵀX̂L_s) < 1 excludes
 * every later escape. Undefined when Q_uu is not negative definite.
 */
function laterEscapeBound(split: Split, k: number, r: number): ((L: Float64Array) => boolean) | undefined {
  const { a, Ws, Quu, Qus, Qss, toDown } = split;
  const s = k - a;
  const top = symmetricEigenvalues(Quu, a)[a - 1]!;
  if (!(top < -1e-12 * frobeniusNorm(Quu))) return undefined;
  if (s === 0) return () => true;
  const coupling = transposedTimes(Qus, solveLinear(Quu, Qus, a, s), s, a, s);
  const above = positivePart(combine(Qss, coupling, -1), s);
  const bound = lyapunov(
    transpose(Ws, s, s),
    above.map((value) => -value),
    s,
  );
  return (L) => symmetricEigenvalues(congruence(bound, times(toDown, L, s, k, r), s, r), r)[r - 1]! < 1 - 1e-9;
}

interface Candidate {
  /** Σ*, k×k. */
  readonly limit: Float64Array;
  readonly rank: number;
  /** λ_min of X on the directions the range of Σ goes to, WᵀX + XW = −Q there: positive at an attracting Σ* = X⁻¹. */
  readonly least: number;
}

/** Σ* = F(FᵀXF)⁻¹Fᵀ on the unstable directions that the range of Σ goes to, or "turns" when that never settles. */
function candidateOf(split: Split, { factor, k, r }: MovingRange): Candidate | "turns" {
  const { a, up, Wu, Quu, toUp } = split;
  const X = lyapunov(
    transpose(Wu, a, a),
    Quu.map((value) => -value),
    a,
  );
  const unstable = times(toUp, factor, a, k, r);
  const { u, s } = svd(unstable, a, r);
  const rank = s.filter((value) => value > 1e-11 * s[0]!).length;
  const width = Math.min(a, r);
  if (rank === a) {
    const least = symmetricEigen(X, a).values[0]!;
    const limit = least > 0 ? lift(up, k, a, inverse(X, a)) : new Float64Array(k * k);
    return { limit, rank, least };
  }
  const frame = settledFrame(Wu, columns(u, a, width, 0, rank), a, rank);
  if (frame === undefined) return "turns";
  // On an invariant frame F the equation of X restricts: X_F solves it with W_F = FᵀWF, Q_F = FᵀQF.
  const inner = transposedTimes(frame, times(Wu, frame, a, a, rank), rank, a, rank);
  const XF = lyapunov(
    transpose(inner, rank, rank),
    congruence(Quu, frame, a, rank).map((value) => -value),
    rank,
  );
  const least = symmetricEigen(XF, rank).values[0]!;
  const whole = times(up, frame, k, a, rank);
  const identityFrame = XF.map((_, i) => (i % (rank + 1) === 0 ? 1 : 0));
  const limit = least > 0 ? lift(whole, k, rank, limitOn(identityFrame, XF, rank, rank)) : new Float64Array(k * k);
  return { limit, rank, least };
}

const distance = (a: Float64Array, b: Float64Array) => frobeniusNorm(combine(a, b, -1)) / frobeniusNorm(b);

/** What the search for an escape has shown beside its time. */
function exclusionOf(found: Escape & { readonly escapes: false }, limit: Float64Array | undefined, range: MovingRange) {
  if (found.proven) return { excluded: true, how: `a bound excludes escapes after t = ${found.t}` };
  if (limit === undefined) return { excluded: false, how: "" };
  const gap = distance(lift(found.factor, range.k, range.r), limit);
  return { excluded: gap < arrived, how: `at t = ${found.t}, |Σ − Σ*|/|Σ*| = ${gap}` };
}

/**
 * W without eigenvalues on the imaginary axis and at least one to the right of it. What does not escape goes to
 * Σ* = F(FᵀXF)⁻¹Fᵀ, F the unstable directions that the range e^{Wt}Σ_0^½ goes to and X the solution of WᵀX + XW = −Q
 * there: of full rank for −Q ≻ 0, spec(W) in Re > 0; of lower rank when stable directions die out.
 *
 * @returns undefined when no theorem decides (a turning range, or X ⪰ 0 singular)
 * @accuracy scalar-value.test.ts, regimes.long.test.ts: against runs of dop853
 * @source theory.md §2 for −Q ≻ 0; the rest derived: P_uu → X_uu, and the Schur complement of what couples it dies out
 */
export function hyperbolicRegime(one: ScalarCase): Verdict | undefined {
  const { range, spectrumQ, zeroOfQ, cancel } = one;
  const split = splitOf(range);
  const neverPositive = spectrumQ[range.k - 1]! <= zeroOfQ;
  const candidate = candidateOf(split, range);
  const proven = neverPositive ? () => true : laterEscapeBound(split, range.k, range.r);
  const settled = candidate !== "turns";
  const until = settled && candidate.least > 0 && proven === undefined ? { until: 60 / slowestOf(one) } : {};
  const found = escapeTime(range, { cancel, ...(proven && { proven }), ...until });
  const hypotheses: Hypothesis[] = [
    { name: "no eigenvalue of W on the imaginary axis", holds: true, margin: slowestOf(one) },
    ...(settled
      ? [
          {
            name: "X ≻ 0 where the range goes",
            holds: candidate.least > 0,
            value: candidate.least,
            margin: candidate.least,
          },
        ]
      : [{ name: "the range e^{Wt}Σ_0^½ settles", holds: false }]),
  ];
  if (found.escapes) {
    const argument = "first t with λ_max(Σ_0^½G(t)Σ_0^½) = 1, G(t) = ∫_0^t e^{Wᵀs}Qe^{Ws}ds";
    return escaped(one, found, { argument, hypotheses });
  }
  const zero = 1e-11 * frobeniusNorm(range.system.Q) * (1 / slowestOf(one));
  if (!settled) return undefined;
  const { excluded, how } = exclusionOf(found, candidate.least > zero ? candidate.limit : undefined, range);
  const shown = [...hypotheses, { name: "no escape", holds: excluded, value: how }];
  if (excluded && candidate.least > zero) {
    const argument = `Σ → Σ* = (X on the unstable directions its range goes to)⁻¹, WᵀX + XW = −Q; ${how}`;
    // In the unstable directions −(λ_i + λ_j), beside them λ_s − λ_u, across them λ_s + λ_s'.
    const known = candidate.rank === split.a ? { rate: 2 * slowestOf(one), rank: candidate.rank } : {};
    return restsAt(one, candidate.limit, { argument, hypotheses: shown }, known);
  }
  if (excluded && neverPositive && Math.abs(candidate.least) <= zero) {
    const argument = "Q ⪯ 0 vanishes on an unstable direction of W: nothing stops the growth there";
    return { ...undecided(one, { argument, hypotheses: shown }), verdict: "grows" };
  }
  return undefined;
}

/** Least |Re| of the spectrum of W on the moving range. */
const slowestOf = ({ spectrumW }: ScalarCase): number => Math.min(...spectrumW.re.map(Math.abs));
