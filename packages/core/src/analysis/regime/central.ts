import { frobeniusNorm, identity, symmetricEigen } from "../../foundation/linear-algebra/index.js";
import { columns, combine, congruence, lift, times } from "../shared/matrix-forms.js";
import { averagedRegime } from "./averaged.js";
import { escapeTime } from "./escape-time.js";
import { growsWithoutRate, linearRegime } from "./linear-regime.js";
import type { MovingRange } from "./moving-range.js";
import { doubledPropagator, type Propagator, propagator } from "./propagator.js";
import { decays, escaped, linearVerdict, restsAt, type ScalarCase } from "./scalar-case.js";
import type { Hypothesis, Verdict } from "./verdict.js";

/** How many turns of the slowest rotation are tried for a common period. */
const mostTurns = 60;
/** |e^{WT} − I| below which T is a period. */
const closed = 1e-9;
/** Part of |Q||Σ_0|T below which what a period adds counts as zero. */
const zeroTolerance = 1e-10;

/** A common period of e^{Wt}, with the propagator over it; undefined when there is none among the first turns. */
function periodOf({ range, spectrumW, edgeOfW }: ScalarCase): (Propagator & { readonly T: number }) | undefined {
  if (spectrumW.re.some((value) => Math.abs(value) > 10 * edgeOfW)) return undefined;
  const { k, system } = range;
  const turning = spectrumW.im.filter((value) => value > 1e-9 * frobeniusNorm(system.W));
  if (turning.length === 0) return undefined;
  const slowest = Math.min(...turning);
  for (let turns = 1; turns <= mostTurns; turns++) {
    const T = (2 * Math.PI * turns) / slowest;
    const near = turning.every(
      (value) => Math.abs((value * T) / (2 * Math.PI) - Math.round((value * T) / (2 * Math.PI))) < 1e-9 * turns,
    );
    if (!near) continue;
    const step = propagator(system, T);
    if (frobeniusNorm(combine(step.E, identity(k), -1)) < closed) return { ...step, T };
  }
  return undefined;
}

/**
 * e^{Wt} periodic, of period T: after n periods I − M = I − nZ − M(s), Z = Σ_0^½G(T)Σ_0^½. λ_max(Z) > 0 escapes in some
 * period; else what lies in the kernel of Z goes round for ever and the rest dies out like 1/t.
 *
 * @source derived: G(nT + s) = nG(T) + G(s)
 */
function periodicRegime(one: ScalarCase, { G, T }: Propagator & { readonly T: number }): Verdict | undefined {
  const { range, cancel } = one;
  const { system, factor, k, r } = range;
  const { values, vectors } = symmetricEigen(congruence(G, factor, k, r), r);
  const zero = zeroTolerance * T * frobeniusNorm(one.whole.Q) * frobeniusNorm(factor) ** 2;
  const top = values[r - 1]!;
  const rises = top > zero;
  const found = escapeTime(range, { cancel, ...(rises ? {} : { until: T }) });
  const hypotheses: Hypothesis[] = [
    { name: "e^{Wt} is periodic", holds: true, value: T },
    { name: "λ_max(Σ_0^½G(T)Σ_0^½) ≤ 0, T the period", holds: !rises, value: top, margin: -top },
  ];
  if (found.escapes) {
    const argument = "first t with λ_max(Σ_0^½G(t)Σ_0^½) = 1; e^{Wt} is periodic";
    return escaped(one, found, { argument, hypotheses });
  }
  if (rises) return undefined;
  const kept = values.filter((value) => value >= -zero).length;
  const said = "e^{Wt} is periodic and no period adds to λ_max(Σ_0^½GΣ_0^½): no escape in the first period, none ever";
  if (kept === 0) return decays(one, { argument: `${said}; Σ dies out like 1/t`, hypotheses });
  const staying = times(factor, columns(vectors, r, r, r - kept, r), k, r, kept);
  const motion = motionOver(system, staying, k, kept, T);
  if (motion > 1e-9) {
    const argument = `${said}; what stays of Σ goes round with period ${T}`;
    return {
      verdict: "oscillates",
      rank: kept,
      certificate: { ...decays(one, { argument, hypotheses }).certificate, period: T },
    };
  }
  return restsAt(one, lift(staying, k, kept), { argument: `${said}; W and Q move nothing of what stays`, hypotheses });
}

/** Greatest |Σ(t) − Σ(0)|/|Σ(0)| over a period of the flow from FFᵀ. */
function motionOver(system: MovingRange["system"], F: Float64Array, k: number, r: number, T: number): number {
  const start = lift(F, k, r);
  const size = frobeniusNorm(start);
  let greatest = 0;
  for (let j = 1; j < 16; j++) {
    const { E, G } = propagator(system, (j / 16) * T * 0.97);
    const { values, vectors } = symmetricEigen(combine(identity(r), congruence(G, F, k, r), -1), r);
    const moved = times(E, times(F, vectors, k, r, r), k, k, r).map((value, i) => value / Math.sqrt(values[i % r]!));
    greatest = Math.max(greatest, frobeniusNorm(combine(lift(moved, k, r), start, -1)) / size);
  }
  return greatest;
}

/** Doublings of the depth at which lim L(I − LᵀG(t)L)⁻¹Lᵀ is read off. */
const doublings = 22;
/** Relative error of the S read off there: 2^−22, with room. */
const readOff = 1e-6;
/** Below this part of the largest, an eigenvalue that has kept falling like 1/t counts as gone. */
const gone = 1e-8;

/**
 * Q ⪯ 0 and no eigenvalue of W right of the axis: S(t) = L(I − LᵀG(t)L)⁻¹Lᵀ only falls, so it has a limit S, and
 * Σ(t) = e^{Wt}S(t)e^{Wᵀt} goes the way of e^{Wt}Se^{Wᵀt}. S is read off at depths that double, the eigenvalues of
 * LᵀGL that grow like t being those that vanish.
 *
 * @source derived (monotone in the Loewner order)
 */
function fallingRegime(one: ScalarCase): Verdict | undefined {
  const { range } = one;
  const { system, factor, k, r } = range;
  if (growsWithoutRate(system.W, k)) return undefined;
  const unit = 1 / (frobeniusNorm(system.W) + frobeniusNorm(system.Q) * frobeniusNorm(factor) ** 2);
  const formAt = (count: number) => congruence(doubledPropagator(system, unit, count).G, factor, k, r);
  const far = symmetricEigen(formAt(doublings), r);
  const farther = symmetricEigen(formAt(doublings + 1), r);
  const bottom = Math.max(1, Math.abs(farther.values[0]!));
  let kept = 0;
  for (let i = 0; i < r; i++) {
    const grows = farther.values[i]! / far.values[i]!;
    const still = Math.abs(farther.values[i]!) < gone * bottom || Math.abs(grows - 1) < 1e-3;
    if (!still && Math.abs(grows - 2) > 1e-3) return undefined;
    if (still) kept++;
  }
  const hypotheses: Hypothesis[] = [
    { name: "Q ⪯ 0: no escape", holds: true },
    { name: "directions of Σ_0^½ whose LᵀGL stays bounded", holds: true, value: kept },
  ];
  const argument =
    "Q ⪯ 0, no eigenvalue of W right of the axis: Σ goes the way of e^{Wt}Se^{Wᵀt}, S = lim L(I − LᵀGL)⁻¹Lᵀ";
  if (kept === 0) return decays(one, { argument: `${argument} = 0`, hypotheses });
  const basis = columns(farther.vectors, r, r, r - kept, r);
  const bounded = congruence(formAt(doublings), basis, r, kept);
  const { values, vectors } = symmetricEigen(bounded, kept);
  const roots = vectors.map((value, i) => value / Math.sqrt(1 - Math.min(0, values[i % kept]!)));
  const S = lift(times(times(factor, basis, k, r, kept), roots, k, kept, kept), k, kept);
  return linearVerdict(one, linearRegime(system.W, S, k, r, readOff), { argument, hypotheses });
}

/**
 * W with eigenvalues on the imaginary axis and none to the right of it, Q ≠ 0.
 *
 * @returns undefined when no theorem decides
 * @source derived
 */
export function centralRegime(one: ScalarCase): Verdict | undefined {
  const { range, spectrumQ, spectrumW, zeroOfQ, edgeOfW } = one;
  if (Math.max(...spectrumW.re) > edgeOfW) return undefined;
  const period = periodOf(one);
  if (period !== undefined) return periodicRegime(one, period);
  if (spectrumQ[range.k - 1]! <= zeroOfQ) return fallingRegime(one);
  return spectrumW.re.every((value) => Math.abs(value) <= edgeOfW) ? averagedRegime(one) : undefined;
}
