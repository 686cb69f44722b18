import type { CancelSignal } from "../../foundation/cancel/index.js";
import { eigenvalues, frobeniusNorm, matMul, symmetricEigenvalues } from "../../foundation/linear-algebra/index.js";
import { type CovarianceFlow, restResidual } from "../shared/covariance-flow.js";
import { linearisedSpectrum } from "../shared/linearised.js";
import { combine, lift, plusTranspose, times } from "../shared/matrix-forms.js";
import type { ScalarValueSystem } from "../shared/riccati-system.js";
import type { Escape } from "./escape-time.js";
import { edgeOfSpectrum, type LinearRegime } from "./linear-regime.js";
import { factorOf, type MovingRange, movingRange } from "./moving-range.js";
import { type Certificate, type Hypothesis, matrixJson, spectrumJson, type Verdict } from "./verdict.js";

/** Eigenvalues of Q below this part of |Q| count as zero where a sign decides a regime. */
const signTolerance = 1e-12;

/** A covariance flow with V = vI and its start, seen on the moving range, with the numbers its theorems ask for. */
export interface ScalarCase {
  readonly whole: ScalarValueSystem;
  readonly cov: Float64Array;
  readonly range: MovingRange;
  readonly spectrumQ: Float64Array;
  readonly spectrumW: { readonly re: Float64Array; readonly im: Float64Array };
  /** Below it an eigenvalue of Q is zero. */
  readonly zeroOfQ: number;
  /** Below it a real part of the spectrum of W is zero. */
  readonly edgeOfW: number;
  readonly cancel?: CancelSignal | undefined;
}

export function scalarCase(whole: ScalarValueSystem, cov: Float64Array, cancel?: CancelSignal): ScalarCase {
  const range = movingRange(whole, cov);
  const { d, Q, W } = range.system;
  return {
    whole,
    cov,
    range,
    spectrumQ: symmetricEigenvalues(Q, d),
    spectrumW: eigenvalues(W, d),
    zeroOfQ: signTolerance * frobeniusNorm(whole.Q),
    edgeOfW: edgeOfSpectrum * frobeniusNorm(whole.W),
    cancel,
  };
}

/** B = W + ΣQ/2: another B than that of the tokens where A is not symmetric, with the same Σ̇. */
export function flowOf({ d, Q, W }: ScalarValueSystem): CovarianceFlow {
  return {
    generator: (cov, out) => {
      matMul(cov, Q, d, d, d, out);
      for (let k = 0; k < d * d; k++) out[k] = W[k]! + out[k]! / 2;
    },
    derivativeAt: (cov) => {
      const F = combine(W, times(cov, Q, d, d, d));
      return (H) => plusTranspose(times(F, H, d, d, d), d);
    },
  };
}

const signs = (values: Float64Array, zero: number) => ({
  negative: values.filter((value) => value < -zero).length,
  zero: values.filter((value) => Math.abs(value) <= zero).length,
  positive: values.filter((value) => value > zero).length,
});

/** The hypotheses every theorem of V = vI chooses among. */
function commonHypotheses({ range, spectrumQ, spectrumW, zeroOfQ, edgeOfW, whole }: ScalarCase): Hypothesis[] {
  const { k, r } = range;
  const inertia = (values: Float64Array, zero: number) => {
    const { negative, zero: none, positive } = signs(values, zero);
    return { negative, zero: none, positive };
  };
  const topQ = k === 0 ? 0 : spectrumQ[k - 1]!;
  const topW = k === 0 ? 0 : Math.max(...spectrumW.re);
  const bottomW = k === 0 ? 0 : Math.min(...spectrumW.re);
  return [
    { name: "V = vI in every head", holds: true },
    { name: "Σ_0 has full rank", holds: r === whole.d, value: { rank: r, d: whole.d, movingRange: k } },
    { name: "Q ⪯ 0", holds: topQ <= zeroOfQ, value: inertia(spectrumQ, zeroOfQ), margin: -topQ },
    { name: "W is Hurwitz", holds: topW < -edgeOfW, value: inertia(spectrumW.re, edgeOfW), margin: -topW },
    { name: "spec(W) in Re > 0", holds: bottomW > edgeOfW, margin: bottomW },
  ];
}

export interface Argument {
  readonly argument: string;
  readonly hypotheses?: readonly Hypothesis[];
  readonly tried?: readonly string[];
}

export function certify(one: ScalarCase, { argument, hypotheses = [], tried }: Argument): Certificate {
  return {
    method: "closed form for V = vI",
    source: "arXiv 2606.07600, theory.md §2",
    argument,
    hypotheses: [...commonHypotheses(one), ...hypotheses],
    ...(tried && { tried }),
    spectrumQ: Array.from(one.spectrumQ),
    spectrumW: spectrumJson(one.spectrumW),
    d: one.whole.d,
  };
}

export function undecided(one: ScalarCase, argument: Argument): Verdict {
  return { verdict: "undecided", certificate: certify(one, argument) };
}

export function escaped(one: ScalarCase, found: Escape & { readonly escapes: true }, argument: Argument): Verdict {
  const { basis, k } = one.range;
  const { d } = one.whole;
  const direction = new Float64Array(d);
  matMul(basis, found.direction, d, k, 1, direction);
  return {
    verdict: "blow-up",
    tStar: found.tStar,
    tError: found.tError,
    direction: Array.from(direction),
    rank: found.rank,
    certificate: certify(one, argument),
  };
}

/** Where Σ rests: the limit on the moving range (k×k) in all of space, with residual, spectrum and rate. */
export function restsAt(
  one: ScalarCase,
  limit: Float64Array,
  argument: Argument,
  known: { readonly rate?: number; readonly rank?: number } = {},
): Verdict {
  const { basis, k, r: rankStart, system } = one.range;
  const { d } = one.whole;
  const cov = lift(basis, d, k, limit);
  const { rank = factorOf(limit, k).r } = known;
  const spectrum = rank === 0 ? undefined : linearisedSpectrum(flowOf(one.whole), cov, d, rank);
  const inside = rank === 0 || k === d ? spectrum : linearisedSpectrum(flowOf(system), limit, k, rank);
  const slowest = inside === undefined ? 0 : -Math.max(inside.across, ...inside.re);
  const approach = known.rate ?? (slowest > 0 ? slowest : undefined);
  return {
    verdict: rank === 0 && rankStart > 0 ? "decays" : rank === rankStart ? "bounded" : "low-rank-limit",
    rank,
    equilibrium: {
      cov: matrixJson(cov, d),
      residual: restResidual(flowOf(one.whole).generator, cov, d),
      ...(spectrum && { spectrum: spectrumJson(spectrum) }),
      ...(approach !== undefined && { rate: approach }),
    },
    certificate: certify(one, argument),
  };
}

/** A regime that the linear flow e^{Wt}S e^{Wᵀt} of some S decides. */
export function linearVerdict(one: ScalarCase, linear: LinearRegime, argument: Argument): Verdict {
  const full = { ...argument, argument: `${argument.argument}; ${linear.argument}` };
  if (linear.limit !== undefined && linear.verdict !== "decays") return restsAt(one, linear.limit, full, linear);
  if (linear.verdict === "decays") return decays(one, full, linear.rate);
  const rate = linear.rate === undefined ? {} : { growthRate: linear.rate };
  return { verdict: linear.verdict, certificate: { ...certify(one, full), ...rate } };
}

export function decays(one: ScalarCase, argument: Argument, rate?: number): Verdict {
  const { d } = one.whole;
  return {
    verdict: "decays",
    rank: 0,
    equilibrium: { cov: matrixJson(new Float64Array(d * d), d), residual: 0, ...(rate !== undefined && { rate }) },
    certificate: certify(one, argument),
  };
}
