import type { CancelSignal } from "../../foundation/cancel/index.js";
import {
  cholesky,
  frobeniusNorm,
  identity,
  solveTriangular,
  svd,
  symmetricEigen,
  symmetricEigenvalues,
  transpose,
} from "../../foundation/linear-algebra/index.js";
import { findCrossing } from "../../solve/index.js";
import { columns, combine, congruence, lift, times } from "../shared/matrix-forms.js";
import type { ScalarValueSystem } from "../shared/riccati-system.js";
import { type Propagator, propagator } from "./propagator.js";

/** Where Σ = LLᵀ stands on its way. */
export interface WalkState {
  readonly t: number;
  /** L, d×r. */
  readonly factor: Float64Array;
}

/** What a walk along the flow has found. */
export type Walk =
  | {
      readonly kind: "escape";
      readonly t: number;
      /** Bracket and rounding of this walk alone. */
      readonly tError: number;
      /** Top eigenvector of lim Σ/|Σ|, length d. */
      readonly direction: Float64Array;
      /** Rank of lim Σ/|Σ|. */
      readonly rank: number;
    }
  | { readonly kind: "never" | "open"; readonly at: WalkState; readonly steps: number };

export interface WalkOptions {
  /** Depth at which to stop. */
  readonly until: number;
  /** Longest step, in units of 1/|W|₂. */
  readonly stride: number;
  /** Whether the state proves that no later escape is possible. */
  proven?(factor: Float64Array): boolean;
  readonly cancel?: CancelSignal;
}

/** Multiply-adds a walk may spend; a step costs about 60 d³. */
const budget = 6e9;
/** An escape this many times faster than W bends the way is nearly straight: one root search ends the walk. */
const straight = 8;
/** λ_max(LᵀG(s)L) that a step may reach: far below 1, where Σ escapes. */
const halfWay = 0.5;
/** Eigenvalues of LᵀGL this near to 1 at t* escape together. */
const together = 1e-8;

interface Step extends Propagator {
  readonly h: number;
}

/** Propagators over stride·2^{−j}/|W|, made when first needed. */
function ladder(system: ScalarValueSystem, longest: number): (j: number) => Step {
  const made = new Map<number, Step>();
  return (j) => {
    let one = made.get(j);
    if (one === undefined) {
      const h = longest * 2 ** -j;
      one = { ...propagator(system, h), h };
      made.set(j, one);
    }
    return one;
  };
}

const topOf = (M: Float64Array, r: number): number => symmetricEigenvalues(M, r)[r - 1]!;

/** L⁺ = E·L·C⁻ᵀ with CCᵀ = I − LᵀGL: the flow on a factor, of the rank of L and semidefinite by construction. */
export function moveFactor({ E, G }: Propagator, factor: Float64Array, d: number, r: number): Float64Array {
  const M = congruence(G, factor, d, r);
  const C = cholesky(combine(identity(r), M, -1), r);
  const inner = solveTriangular(C, transpose(factor, d, r), r, d, { triangle: "lower" });
  return times(E, transpose(inner, r, d), d, d, r);
}

/** The crossing on the last, nearly straight stretch, within twice the time of the tangent. */
function closeIn(system: ScalarValueSystem, { t, factor }: WalkState, r: number, slope: number): Walk | undefined {
  const { d, Q } = system;
  const formAt = (s: number) => congruence(propagator(system, s).G, factor, d, r);
  const end = 2 / slope;
  const after = topOf(formAt(end), r) - 1;
  if (!(after > 0)) return undefined;
  const { t: s, bracket } = findCrossing((x) => topOf(formAt(x), r) - 1, 0, end, -1, after);
  const { E } = propagator(system, s);
  const { values, vectors } = symmetricEigen(formAt(s), r);
  const count = values.filter((value) => value > 1 - together).length;
  const escaping = times(times(E, factor, d, d, r), columns(vectors, r, r, r - count, r), d, r, count);
  // On the escaping eigenvectors I − M ≈ (t* − s)·R, R = FᵀQF, so that Σ·(t* − s) → F R⁻¹ Fᵀ.
  const slopes = symmetricEigen(congruence(Q, escaping, d, count), count);
  const scaled = times(escaping, slopes.vectors, d, count, count).map(
    (value, k) => value / Math.sqrt(Math.max(slopes.values[k % count]!, Number.MIN_VALUE)),
  );
  const direction = columns(symmetricEigen(lift(scaled, d, count), d).vectors, d, d, d - 1, d);
  const least = slopes.values[0]!;
  const noise = 16 * r * Number.EPSILON;
  return {
    kind: "escape",
    t: t + s,
    tError: bracket + noise / Math.max(least, Number.MIN_VALUE) + 4 * Number.EPSILON * Math.abs(t + s),
    direction,
    rank: count,
  };
}

/**
 * Follows Σ = LLᵀ with exact propagators until it escapes, is proven never to escape, or `until` is reached.
 *
 * A step of at most stride/|W|₂ is taken when λ_max(LᵀG(s)L) ≤ ½ at its middle and its end, and halved otherwise; the
 * next one starts afresh from the new L, where the same form is 0. So no escape (λ_max = 1) is stepped over, and one that
 * comes near is approached in steps that shrink with the time left.
 *
 * @cost about 60 d³ a step; the steps end with `budget`
 * @accuracy scalar-value.test.ts: closed forms, and runs of dop853 at 1e-13
 * @source numerics.md, Riccati and reachability
 */
export function escapeWalk(system: ScalarValueSystem, start: Float64Array, r: number, options: WalkOptions): Walk {
  const { d, Q, W } = system;
  const bending = svd(W, d, d).s[0] ?? 0;
  const ladderOf = ladder(system, bending > 0 ? options.stride / bending : options.until);
  const maxSteps = Math.min(40_000, Math.max(150, Math.ceil(budget / (60 * d ** 3))));
  let state: WalkState = { t: 0, factor: start };
  for (let steps = 0; ; steps++) {
    const { factor, t } = state;
    if (options.proven?.(factor)) return { kind: "never", at: state, steps };
    if (steps >= maxSteps || t >= options.until || options.cancel?.aborted) return { kind: "open", at: state, steps };
    const slope = topOf(congruence(Q, factor, d, r), r);
    if (slope > straight * bending) {
      const found = closeIn(system, state, r, slope);
      if (found !== undefined) return found;
    }
    const step = nextStep(system, ladderOf, factor, r, options.until - t);
    if (step === undefined) return { kind: "open", at: state, steps };
    const moved = moveFactor(step, factor, d, r);
    if (!(frobeniusNorm(moved) < 1e140)) return { kind: "open", at: state, steps };
    state = { t: t + step.h, factor: moved };
  }
}

/** The longest step that keeps λ_max(LᵀGL) ≤ ½ at its middle and its end, or undefined when none does. */
function nextStep(
  system: ScalarValueSystem,
  ladderOf: (j: number) => Step,
  factor: Float64Array,
  r: number,
  left: number,
): Step | undefined {
  const { d } = system;
  const below = ({ G }: Propagator) => topOf(congruence(G, factor, d, r), r) <= halfWay;
  if (left <= ladderOf(0).h) {
    const last = { ...propagator(system, left), h: left };
    if (below(propagator(system, left / 2)) && below(last)) return last;
  }
  for (let j = 0; j < 60; j++) {
    const step = ladderOf(j);
    if (step.h < left && below(ladderOf(j + 1)) && below(step)) return step;
  }
  return undefined;
}
