import { frobeniusNorm, lyapunov, symmetricEigenvalues, transpose } from "../../foundation/linear-algebra/index.js";
import { type CovarianceFlow, restResidual } from "../shared/covariance-flow.js";
import { linearisedSpectrum, newtonOnStratum } from "../shared/linearised.js";
import { combine } from "../shared/matrix-forms.js";
import { type StratumPoint, stratumPointOf } from "../shared/rank-stratum.js";
import type { FrozenFlow } from "./frozen-flow.js";
import { limitingRank, type Sample } from "./limiting-rank.js";
import { slowingGrowth } from "./slowing-growth.js";
import {
  type Certificate,
  type Hypothesis,
  matrixJson,
  type RegimeName,
  spectrumJson,
  type Verdict,
} from "./verdict.js";

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
  const size = frobeniusNorm(cov);
  const restAt = (point: StratumPoint) => ({
    point,
    cov: point.cov,
    residual: restResidual(covFlow.generator, point.cov, d),
    moved: frobeniusNorm(combine(point.cov, cov, -1)) / size,
  });
  let best = restAt(stratumPointOf(cov, d, rank));
  for (let k = 0; k < 6; k++) {
    const next = newtonOnStratum(covFlow, best.point);
    if (next === undefined || !next.cov.every(Number.isFinite)) break;
    const there = restAt(next);
    if (!(there.residual < best.residual)) break;
    best = there;
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
  if (!atOnce && (t === 0 || !(speed < nearRest * rate))) return undefined;
  const rank = remainingRank(samples, d, r);
  const { cov: limit, residual, moved } = atOnce ? { cov, residual: speed, moved: 0 } : polish(covFlow, cov, d, rank);
  const spectrum = linearisedSpectrum(covFlow, limit, d, rank);
  const zero = neutralRate * rate;
  const greatest = spectrum === undefined ? Number.NaN : Math.max(...spectrum.re);
  const slow = spectrum === undefined ? 0 : spectrum.re.filter((value) => Math.abs(value) <= zero).length;
  const approach =
    spectrum === undefined ? Number.NaN : Math.max(greatest, rank < r ? spectrum.across : Number.NEGATIVE_INFINITY);
  const stable = greatest < -zero && (rank === r || spectrum!.across < -zero);
  const across = spectrum === undefined || rank === r ? 0 : spectrum.across;
  const arrived = speed < atRest * rate && !(greatest > zero) && !(across > zero);
  const hypotheses: Hypothesis[] = [
    {
      name: "Newton's method on the rank stratum stays near",
      holds: moved < newtonReach,
      value: moved,
      margin: newtonReach - moved,
    },
    { name: "linearised spectrum in Re < 0", holds: stable, value: greatest, margin: -greatest },
    { name: "at rest to 1e-10", holds: atOnce || speed < atRest * rate, value: rate === 0 ? 0 : speed / rate },
  ];
  if (!atOnce && !(moved < newtonReach && (stable || arrived))) return undefined;
  const continuum = slow > 0 && !stable ? `; ${slow} neutral directions: a continuum of equilibria` : "";
  const argument = atOnce
    ? certificate.argument
    : `Σ(${t}) has come to an equilibrium, by Newton's method from there${continuum}`;
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

/** Eigenvalues below this part of the start's have died out, whatever their trend. */
const dead = 1e-13;

/** The value at 1/t = 0 of the parabola in 1/t through three states. */
function extrapolated(samples: readonly [Sample, Sample, Sample]): Float64Array {
  const x = samples.map(({ t }) => 1 / t);
  const weights = x.map((here, i) =>
    x.reduce((product, other, j) => (j === i ? product : (product * other) / (other - here)), 1),
  );
  return samples[0].cov.map((_, k) => samples.reduce((sum, { cov }, i) => sum + weights[i]! * cov[k]!, 0));
}

/** Every eigenvalue of Σ that has not died out stays or falls like 1/t, over two stretches: a limit approached like 1/t. */
function algebraicRegime({ flow, y, samples, certificate }: Evidence): Verdict | undefined {
  const { d, r, rate } = flow;
  const last = samples.at(-1)!;
  const spaced = logSpaced(samples);
  if (spaced === undefined || last.t * rate < 1000) return undefined;
  const [third, before] = spaced as [Sample, Sample, Sample];
  const now = limitingRank([before, last], d, { rankTolerance: 1e-12 }).exponents;
  const past = limitingRank([third, before], d, { rankTolerance: 1e-12 }).exponents;
  const values = symmetricEigenvalues(last.cov, d);
  const floor = dead * frobeniusNorm(samples[0]!.cov);
  const living = Array.from(now.keys()).filter((i) => i >= d - r && values[i]! > floor);
  const falls = (i: number) => Math.abs(now[i]! + 1) < 0.02 && Math.abs(past[i]! + 1) < 0.04;
  const stays = (i: number) => Math.abs(now[i]!) < 0.02 && Math.abs(past[i]!) < 0.04;
  if (living.length === 0 || !living.every((i) => falls(i) || stays(i)) || !living.some(falls)) return undefined;
  const rank = living.filter(stays).length;
  const name: RegimeName = rank === 0 ? "decays" : "low-rank-limit";
  const limit = rank === 0 ? new Float64Array(d * d) : extrapolated(spaced as [Sample, Sample, Sample]);
  const residual = rank === 0 ? 0 : restResidual(flow.covarianceFlow(y).generator, limit, d);
  const shown = living.map((i) => now[i]!);
  const hypotheses: Hypothesis[] = [
    { name: "living eigenvalues stay or fall like 1/t", holds: true, value: shown, margin: 0.02 - worstOf(shown) },
  ];
  if (rank > 0) {
    const line = combine(last.cov, combine(last.cov, before.cov, -1), before.t / (last.t - before.t));
    const change = frobeniusNorm(combine(limit, line, -1)) / frobeniusNorm(limit);
    hypotheses.push({
      name: "relative change of the limit from a line to a parabola in 1/t",
      holds: true,
      value: change,
    });
  }
  const argument = `at t = ${last.t} the eigenvalues of Σ stay or fall like 1/t; the limit is extrapolated in 1/t`;
  return answer(name, withArgument(certificate, argument, hypotheses), {
    rank,
    equilibrium: { cov: matrixJson(limit, d), residual },
  });
}

/** Mean exponents of a decay that turns as it fades, and how far it must have gone. */
const fading = { steepest: -1.6, flattest: -0.4, far: 2e4, small: 1e-3 };

/** Σ fades like 1/t in the mean over a factor of 4 and more in t, with swings in log t that have no steady exponent. */
function fadingRegime({ flow, samples, certificate }: Evidence): Verdict | undefined {
  const { d, r, rate } = flow;
  const last = samples.at(-1)!;
  const spaced = logSpaced(samples);
  if (spaced === undefined || last.t * rate < fading.far) return undefined;
  const left = frobeniusNorm(last.cov) / frobeniusNorm(samples[0]!.cov);
  const { exponents } = limitingRank([spaced[0]!, last], d, { rankTolerance: 1e-12 });
  const used = Array.from(exponents.slice(d - r));
  if (!(left < fading.small && used.every((p) => p < fading.flattest && p > fading.steepest))) return undefined;
  const hypotheses: Hypothesis[] = [
    { name: "mean exponents of the eigenvalues between −1.6 and −0.4", holds: true, value: used },
    { name: "|Σ|/|Σ_0| < 1e-3: a limit below that cannot be told from 0", holds: true, value: left },
  ];
  const argument = `up to t = ${last.t} Σ fades like 1/t in the mean, turning as it does`;
  const equilibrium = { cov: matrixJson(new Float64Array(d * d), d), residual: 0 };
  return answer("decays", withArgument(certificate, argument, hypotheses), { rank: 0, equilibrium });
}

/** Greatest distance of an exponent from 0 or −1, whichever is nearer. */
const worstOf = (exponents: readonly number[]): number =>
  Math.max(...exponents.map((p) => Math.min(Math.abs(p), Math.abs(p + 1))));

/** How often |Σ| must have grown, and how far beyond the linear part attention at that size must be. */
const grown = 1e6;
const nonlinear = 1e3;

/** |B| over the natural rate at which what attention and W leave of each other is known to some digits only. */
const hidden = 1e9;

/**
 * Whether growth so far says anything of growth to come: attention at covariances of this size is far stronger than at
 * Σ = 0 (what it could do, it has done), or does not get stronger with size at all.
 */
function conclusive({ generator }: CovarianceFlow, size: number, d: number): boolean {
  const at = (scale: number) => {
    const B = new Float64Array(d * d);
    generator(
      Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? scale : 0)),
      B,
    );
    return B;
  };
  const [origin, here, beyond] = [at(0), at(size), at(1e6 * size)];
  const strength = frobeniusNorm(combine(here, origin, -1));
  return strength > nonlinear * frobeniusNorm(origin) || frobeniusNorm(combine(beyond, origin, -1)) <= 2 * strength;
}

/** Mean of d log|Σ|/dt and of d log|Σ|/d log t between two samples. */
const growthBetween = (a: Sample, b: Sample) => {
  const gain = Math.log(frobeniusNorm(b.cov) / frobeniusNorm(a.cov));
  return { rate: gain / (b.t - a.t), power: gain / Math.log(b.t / a.t) };
};

/** |Σ| has grown far, at a mean rate or like a power of t that stays: growth and no blow-up. */
function growingRegime({ flow, y, samples, certificate, outgrown }: Evidence): Verdict | undefined {
  const { d } = flow;
  const covFlow = flow.covarianceFlow(y);
  const last = samples.at(-1)!;
  const growth = frobeniusNorm(last.cov) / frobeniusNorm(samples[0]!.cov);
  const later = samples.filter((one) => one.t >= last.t / 4);
  if (!(growth > grown) || later.length < 8 || !conclusive(covFlow, frobeniusNorm(last.cov), d)) return undefined;
  const middle = later[Math.floor(later.length / 2)]!;
  const [before, now] = [growthBetween(later[0]!, middle), growthBetween(middle, last)];
  const B = new Float64Array(d * d);
  covFlow.generator(last.cov, B);
  const exhausted = frobeniusNorm(B) > hidden * flow.rate;
  const slowing = slowingGrowth(samples, covFlow.generator, d, exhausted);
  const steady = now.rate > 0 && Math.abs(now.rate / before.rate - 1) < 0.1;
  const power = now.power > 0 && Math.abs(now.power / before.power - 1) < 0.1;
  if (!(outgrown === true || steady || power || slowing !== undefined)) return undefined;
  const hypotheses: Hypothesis[] = [
    { name: `|Σ|/|Σ_0| > ${grown}`, holds: true, value: growth },
    { name: "attention at this size is far stronger than W, or bounded", holds: true },
    { name: "the mean growth rate stays", holds: steady, value: [before.rate, now.rate] },
    { name: "or the power of t does", holds: power, value: [before.power, now.power] },
    ...(slowing?.hypotheses ?? []),
  ];
  const argument = `|Σ| has grown ${growth.toExponential(1)}-fold by t = ${last.t} without a blow-up, at a bounded rate`;
  return answer("grows", { ...withArgument(certificate, argument, hypotheses), growthRate: now.rate });
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
    {
      name: "the swing of the second half over that of the first",
      holds: true,
      value: ratio,
      margin: 0.1 - Math.abs(ratio - 1),
    },
    {
      name: "how far the middle of the swing has moved, over the swing",
      holds: true,
      value: wander,
      margin: 0.2 - wander,
    },
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
    fadingRegime(evidence) ??
    turningRegime(evidence)
  );
}
