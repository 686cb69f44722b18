import { frobeniusNorm, lyapunov, symmetricEigenvalues, transpose } from "../../foundation/linear-algebra/index.js";
import { combine } from "../shared/matrix-forms.js";
import type { FrozenFlow } from "./frozen-flow.js";
import { limitingRank, type Sample } from "./limiting-rank.js";
import { type CovarianceFlow, covarianceRate, linearisedSpectrum, newtonOnStratum, restResidual } from "./linearised.js";
import { type Certificate, type Hypothesis, matrixJson, type RegimeName, spectrumJson, type Verdict } from "./verdict.js";

export type { Sample };

/** What is known of a flow at the end of a stage. */
export interface Evidence {
  readonly flow: FrozenFlow;
  /** State at the end of the last stage. */
  readonly y: Float64Array;
  /** States so far, the start first. */
  readonly samples: readonly Sample[];
  readonly certificate: Certificate;
  /** Whether |Σ| has passed every bound without a blow-up. */
  readonly outgrown?: boolean;
}

/** |Σ̇|/(|Σ||B|) below which a state is taken for near an equilibrium. */
const nearRest = 1e-6;
/** Rest to rounding. */
const atRest = 1e-10;
/** |Σ(t) − Σ*|/|Σ| that Newton's method may move. */
const newtonReach = 1e-3;
/** Real parts, in units of |B|, that count as zero in a linearised spectrum: its difference error. */
const neutralRate = 1e-6;

const answer = (verdict: RegimeName, certificate: Certificate, more: Partial<Verdict> = {}): Verdict => ({
  verdict,
  ...more,
  certificate,
});

const withArgument = (certificate: Certificate, argument: string, hypotheses: readonly Hypothesis[]): Certificate => ({
  ...certificate,
  argument,
  hypotheses,
});

/** Σ is where the contraction of B(0) beats all else: |B(Σ) − B(0)| < 1/(4|X|), B(0)ᵀX + XB(0) = −I, makes tr XΣ fall. */
function dyingRegime({ flow, y, samples, certificate }: Evidence): Verdict | undefined {
  const { d, rate } = flow;
  const { generator } = flow.covarianceFlow(y);
  const cov = samples.at(-1)!.cov;
  const [here, origin] = [new Float64Array(d * d), new Float64Array(d * d)];
  generator(cov, here);
  generator(
    cov.map((value) => 1e-12 * value),
    origin,
  );
  const identityMinus = origin.map((_, k) => (k % (d + 1) === 0 ? -1 : 0));
  let X: Float64Array;
  try {
    X = lyapunov(transpose(origin, d, d), identityMinus, d);
  } catch {
    return undefined;
  }
  const definite = symmetricEigenvalues(X, d)[0]!;
  const weight = frobeniusNorm(X);
  const excess = 4 * weight * frobeniusNorm(combine(here, origin, -1));
  if (!(definite > 0 && excess < 1 && definite * rate > 1e-8)) return undefined;
  const hypotheses: Hypothesis[] = [
    { name: "B at Σ = 0 is Hurwitz", holds: true, value: definite },
    { name: "4|X||B(Σ) − B(0)| < 1, B(0)ᵀX + XB(0) = −I", holds: true, value: excess, margin: 1 - excess },
  ];
  const argument = `at t = ${samples.at(-1)!.t} Σ lies where tr XΣ can only fall: Σ → 0`;
  const equilibrium = { cov: matrixJson(new Float64Array(d * d), d), residual: 0 };
  return answer("decays", withArgument(certificate, argument, hypotheses), { rank: 0, equilibrium });
}

/** Eigenvalues of Σ that are not on their way to 0: by size and by the trend over the last stretch. */
function remainingRank(samples: readonly Sample[], d: number, r: number): number {
  if (samples.length < 4) return r;
  const last = samples.at(-1)!;
  const before = samples.findLast((one) => one.t > 0 && one.t <= last.t / 2) ?? samples.at(-2)!;
  return Math.min(r, limitingRank([before, last], d, { rankTolerance: 1e-7 }).rank);
}

interface Rest {
  readonly cov: Float64Array;
  readonly residual: number;
  readonly moved: number;
}

/** Newton's method on the rank stratum, from a state near rest. */
function polish(covFlow: CovarianceFlow, cov: Float64Array, d: number, rank: number): Rest {
  const { generator } = covFlow;
  const size = frobeniusNorm(cov);
  let best: Rest = { cov, residual: restResidual(generator, cov, d), moved: 0 };
  for (let k = 0; k < 6; k++) {
    const next = newtonOnStratum(covFlow, best.cov, d, rank);
    if (next === undefined || !next.every(Number.isFinite)) break;
    const residual = restResidual(generator, next, d);
    if (!(residual < best.residual)) break;
    best = { cov: next, residual, moved: frobeniusNorm(combine(next, cov, -1)) / size };
  }
  return best;
}

/** Near an equilibrium whose linearised spectrum says that the flow stays: `bounded` or `low-rank-limit`. */
function restingRegime({ flow, y, samples, certificate }: Evidence): Verdict | undefined {
  const { d, r, rate } = flow;
  const covFlow = flow.covarianceFlow(y);
  const { generator } = covFlow;
  const { cov, t } = samples.at(-1)!;
  const size = frobeniusNorm(cov);
  if (size === 0) return r === 0 ? answer("bounded", certificate, { rank: 0 }) : undefined;
  const speed = restResidual(generator, cov, d);
  const atOnce = t === 0 && speed <= 64 * d * Number.EPSILON * rate;
  if (!(speed < nearRest * rate) || (t === 0 && !atOnce)) return undefined;
  const rank = remainingRank(samples, d, r);
  const { cov: limit, residual, moved } = polish(covFlow, cov, d, rank);
  const spectrum = linearisedSpectrum(covFlow, limit, d, rank);
  const zero = neutralRate * rate;
  const greatest = spectrum === undefined ? Number.NaN : Math.max(...spectrum.re);
  const slow = spectrum === undefined ? 0 : spectrum.re.filter((value) => Math.abs(value) <= zero).length;
  const approach = spectrum === undefined ? Number.NaN : Math.max(greatest, rank < r ? spectrum.across : Number.NEGATIVE_INFINITY);
  const stable = greatest < -zero && (rank === r || spectrum!.across < -zero);
  const arrived = speed < atRest * rate && !(greatest > zero);
  const hypotheses: Hypothesis[] = [
    { name: "Newton's method on the rank stratum stays near", holds: moved < newtonReach, value: moved, margin: newtonReach - moved },
    { name: "linearised spectrum in Re < 0", holds: stable, value: greatest, margin: -greatest },
    { name: "at rest to 1e-10", holds: speed < atRest * rate, value: speed / rate },
  ];
  if (!atOnce && !(moved < newtonReach && (stable || arrived))) return undefined;
  const continuum = slow > 0 && !stable ? `; ${slow} neutral directions: a continuum of equilibria` : "";
  const argument = atOnce ? certificate.argument : `Σ(${t}) has come to an equilibrium, by Newton's method from there${continuum}`;
  const equilibrium = {
    cov: matrixJson(limit, d),
    residual,
    ...(spectrum && { spectrum: spectrumJson(spectrum) }),
    ...(approach < -zero && { rate: -approach }),
  };
  return answer(rank === r || atOnce ? "bounded" : "low-rank-limit", withArgument(certificate, argument, hypotheses), {
    rank,
    equilibrium,
  });
}

/** The state at a third or less of the last depth, and the one at a third of that. */
function logSpaced(samples: readonly Sample[]): readonly Sample[] | undefined {
  const last = samples.at(-1)!;
  const before = samples.findLast((one) => one.t > 0 && one.t <= last.t / 2);
  const third = before && samples.findLast((one) => one.t > 0 && one.t <= before.t / 2);
  return before && third ? [third, before, last] : undefined;
}

/** Every eigenvalue of Σ follows a power of t, the same over the last two stretches: limits approached algebraically. */
function algebraicRegime({ flow, y, samples, certificate }: Evidence): Verdict | undefined {
  const { d, r, rate } = flow;
  const last = samples.at(-1)!;
  const spaced = logSpaced(samples);
  if (spaced === undefined || last.t * rate < 1000) return undefined;
  const { exponents, drift, rank } = limitingRank(spaced, d, { rankTolerance: 1e-12 });
  const used = exponents.slice(d - r);
  const clear = drift < 0.02 && used.every((p) => (p < -0.3 && p > -6) || Math.abs(p) < 0.02);
  if (!clear || used.every((p) => p > -0.3 && p > -1e-9)) return undefined;
  const [third, before] = spaced as [Sample, Sample];
  const [stepA, stepB] = [combine(before.cov, third.cov, -1), combine(last.cov, before.cov, -1)];
  const shrink = frobeniusNorm(stepB) / frobeniusNorm(stepA);
  if (!(shrink < 0.9)) return undefined;
  // A tail that shrinks by a constant factor per stretch sums to stepB·shrink/(1 − shrink).
  const limit = combine(last.cov, stepB, shrink / (1 - shrink));
  const hypotheses: Hypothesis[] = [
    { name: "eigenvalues follow powers of t, fitted twice", holds: true, value: Array.from(used), margin: 0.02 - drift },
  ];
  const name: RegimeName = rank === 0 || used.every((p) => p < -0.3) ? "decays" : rank === r ? "bounded" : "low-rank-limit";
  const argument = `at t = ${last.t} the eigenvalues of Σ follow powers of t; the limit is extrapolated`;
  const zero = new Float64Array(d * d);
  const target = name === "decays" ? zero : limit;
  const residual = name === "decays" ? 0 : restResidual(flow.covarianceFlow(y).generator, limit, d);
  return answer(name, withArgument(certificate, argument, hypotheses), {
    rank: name === "decays" ? 0 : rank,
    equilibrium: { cov: matrixJson(target, d), residual },
  });
}

/** |Σ| has grown by 10⁸ or more at a rate, or like a power of t, that stays: growth and no blow-up. */
function growingRegime({ flow, y, samples, certificate, outgrown }: Evidence): Verdict | undefined {
  const { d } = flow;
  const { generator } = flow.covarianceFlow(y);
  const size = frobeniusNorm(samples[0]!.cov);
  const last = samples.at(-1)!;
  const growth = frobeniusNorm(last.cov) / size;
  const spaced = logSpaced(samples);
  if (!(growth > 1e8) || spaced === undefined) return undefined;
  const rateOf = ({ cov }: Sample) => {
    const rate = covarianceRate(generator, cov, d);
    return rate.reduce((sum, value, k) => sum + (value / frobeniusNorm(cov)) * (cov[k]! / frobeniusNorm(cov)), 0);
  };
  const rates = spaced.map(rateOf) as [number, number, number];
  const steady = Math.abs(rates[2] / rates[1] - 1) < 1e-2;
  const powers = spaced.map((one, k) => rates[k]! * one.t) as [number, number, number];
  const power = Math.abs(powers[2] / powers[1] - 1) < 1e-2;
  if (!(outgrown === true || steady || power) || !(rates[2] > 0)) return undefined;
  const hypotheses: Hypothesis[] = [
    { name: "|Σ|/|Σ_0| beyond 1e8", holds: true, value: growth },
    { name: "the growth rate stays", holds: steady, value: rates },
    { name: "or falls like 1/t", holds: power, value: powers },
  ];
  const argument = `|Σ| has grown ${growth.toExponential(1)}-fold by t = ${last.t} at a bounded rate: no finite-time blow-up in sight`;
  return answer("grows", { ...withArgument(certificate, argument, hypotheses), growthRate: rates[2] });
}

/** Widest range of any entry of Σ, and the middle of every entry's range. */
function reachOf(part: readonly Sample[]) {
  let widest = 0;
  const middle = part[0]!.cov.map((_, k) => {
    const values = part.map(({ cov }) => cov[k]!);
    const [least, greatest] = [Math.min(...values), Math.max(...values)];
    widest = Math.max(widest, greatest - least);
    return (least + greatest) / 2;
  });
  return { widest, middle };
}

/** Swings of Σ over the last stage that neither fade nor grow from its first half to its second. */
function turningRegime({ flow, samples, certificate }: Evidence): Verdict | undefined {
  const last = samples.at(-1)!;
  if (last.t * flow.rate < 200) return undefined;
  const stage = samples.filter((one) => one.t > last.t / 4);
  const half = Math.floor(stage.length / 2);
  const [early, late] = [stage.slice(0, half), stage.slice(half)];
  const [{ widest: first, middle: center }, { widest: second, middle }] = [reachOf(early), reachOf(late)];
  const wander = Math.max(...middle.map((value, k) => Math.abs(value - center[k]!))) / second;
  const swing = second / frobeniusNorm(last.cov);
  const ratio = second / first;
  // A few dozen samples of a swing miss its ends by some percent.
  if (!(swing > 1e-3 && Math.abs(ratio - 1) < 0.1 && wander < 0.2)) return undefined;
  const hypotheses: Hypothesis[] = [
    { name: "swing of Σ over its size", holds: true, value: swing, margin: swing - 1e-3 },
    { name: "the swing of the second half over that of the first", holds: true, value: ratio, margin: 0.1 - Math.abs(ratio - 1) },
    { name: "how far the middle of the swing has moved, over the swing", holds: true, value: wander, margin: 0.2 - wander },
  ];
  const argument = `Σ swings without fading between t = ${stage[0]!.t} and ${last.t}`;
  return answer("oscillates", withArgument(certificate, argument, hypotheses));
}

/** The first certificate that fits, or undefined when the flow has to be followed further. */
export function classify(evidence: Evidence): Verdict | undefined {
  if (evidence.samples.length === 1) return restingRegime(evidence);
  return (
    dyingRegime(evidence) ??
    restingRegime(evidence) ??
    growingRegime(evidence) ??
    algebraicRegime(evidence) ??
    turningRegime(evidence)
  );
}
