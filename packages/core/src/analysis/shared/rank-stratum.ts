import { eigenvalues, frobeniusNorm, svd, symmetricEigen } from "../../foundation/linear-algebra/index.js";
import { columns, congruence, lift, times, transposedTimes } from "./matrix-forms.js";
import type { MomentFlow } from "./moment-flow.js";

/**
 * A covariance of fixed rank r in factored form, Σ = U diag(roots²) Uᵀ, and the mean where the covariance depends on it.
 * Its chart: δ = (S, T, μ) stands for Σ' = FFᵀ, F = (U + U_⊥T) diag(roots) e^{S/2}, S symmetric r×r, T (d−r)×r, and for
 * mean + μ·meanScale: every δ is positive semidefinite of rank r, and δ = 0 is the point itself.
 */
export interface StratumPoint {
  readonly d: number;
  readonly rank: number;
  readonly cov: Float64Array;
  /** Shape [d]; empty where the covariance does not depend on it. */
  readonly mean: Float64Array;
  /** U, shape [d, rank]. */
  readonly basis: Float64Array;
  /** Square roots of the eigenvalues, descending. */
  readonly roots: Float64Array;
  /** U_⊥, shape [d, d − rank]. */
  readonly complement: Float64Array;
  readonly meanScale: number;
}

/** The point FFᵀ of a factor F [d, rank]. */
export function stratumPoint(factor: Float64Array, d: number, rank: number, mean: Float64Array): StratumPoint {
  const { u, s } = rank > 0 ? svd(factor, d, rank) : { u: new Float64Array(0), s: new Float64Array(0) };
  const projector = rank > 0 ? lift(u, d, rank) : new Float64Array(d * d);
  const complement = columns(symmetricEigen(projector, d).vectors, d, d, 0, d - rank);
  const rooted = u.map((value, k) => value * s[k % rank]!);
  const cov = rank > 0 ? lift(rooted, d, rank) : new Float64Array(d * d);
  const meanScale = Math.hypot(frobeniusNorm(s), frobeniusNorm(mean)) / Math.sqrt(d) || 1;
  return { d, rank, cov, mean, basis: u, roots: s, complement, meanScale };
}

/** The point of the `rank` largest eigenvalues of Σ. */
export function stratumPointOf(
  cov: Float64Array,
  d: number,
  rank: number,
  mean: Float64Array = new Float64Array(0),
): StratumPoint {
  const { values, vectors } = symmetricEigen(cov, d);
  const factor = columns(vectors, d, d, d - rank, d);
  const rooted = factor.map((value, k) => value * Math.sqrt(Math.max(0, values[d - rank + (k % rank)]!)));
  return stratumPoint(rooted, d, rank, mean);
}

/** Coordinates of a chart: r(r+1)/2 + r(d−r), and d for the mean. */
export const chartSize = ({ d, rank, mean }: StratumPoint): number =>
  (rank * (rank + 1)) / 2 + rank * (d - rank) + mean.length;

/** S so small that e^{S/2} is its series to S²: S³/48 is below rounding. */
const small = 2e-5;

/** e^{S/2}, S symmetric r×r. */
function exponentialOfHalf(S: Float64Array, r: number): Float64Array {
  if (frobeniusNorm(S) <= small) {
    const square = times(S, S, r, r, r);
    return S.map((value, k) => (k % (r + 1) === 0 ? 1 : 0) + value / 2 + square[k]! / 8);
  }
  const { values, vectors } = symmetricEigen(S, r);
  return lift(
    vectors.map((value, k) => value * Math.exp(values[k % r]! / 4)),
    r,
    r,
  );
}

/** U diag(roots)·e^{S/2}, moved out of the range by T. */
function movedFactor({ d, rank, basis, roots, complement }: StratumPoint, delta: Float64Array): Float64Array {
  const S = new Float64Array(rank * rank);
  let k = 0;
  for (let j = 0; j < rank; j++)
    for (let i = 0; i <= j; i++) {
      S[i * rank + j] = delta[k]!;
      S[j * rank + i] = delta[k++]!;
    }
  const stretch = exponentialOfHalf(S, rank);
  const rest = d - rank;
  const turned = times(complement, delta.subarray(k, k + rest * rank), d, rest, rank);
  const moved = basis.map((value, at) => (value + turned[at]!) * roots[at % rank]!);
  return times(moved, stretch, d, rank, rank);
}

/** The moments at δ of the chart of a point. */
function chartMoments(at: StratumPoint, delta: Float64Array): { factor: Float64Array; mean: Float64Array } {
  const offset = delta.length - at.mean.length;
  const mean = at.mean.map((value, i) => value + at.meanScale * delta[offset + i]!);
  return { factor: at.rank > 0 ? movedFactor(at, delta) : new Float64Array(0), mean };
}

/** The point at δ of the chart of another. */
export function movedPoint(at: StratumPoint, delta: Float64Array): StratumPoint {
  const { factor, mean } = chartMoments(at, delta);
  return stratumPoint(factor, at.d, at.rank, mean);
}

/** Coordinates of a change (H, μ) of the moments in the tangent space of a point: U*ᵀHU*, U_⊥ᵀHU* with U* = U/roots. */
export function chartCoordinates(at: StratumPoint, H: Float64Array, mean: Float64Array): Float64Array {
  const { d, rank, basis, roots, complement, meanScale } = at;
  const out = new Float64Array(chartSize(at));
  let k = 0;
  if (rank > 0) {
    const inside = congruence(H, basis, d, rank);
    for (let j = 0; j < rank; j++)
      for (let i = 0; i <= j; i++) out[k++] = inside[i * rank + j]! / (roots[i]! * roots[j]!);
    const rest = d - rank;
    const across = transposedTimes(complement, times(H, basis, d, d, rank), rest, d, rank);
    for (let i = 0; i < rest * rank; i++) out[k++] = across[i]! / roots[i % rank]! ** 2;
  }
  for (let i = 0; i < mean.length; i++) out[k++] = mean[i]! / meanScale;
  return out;
}

/**
 * Coordinates of Σ̇ = BFFᵀ + FFᵀBᵀ without forming it: an eigenvalue of Σ far below the others keeps its digits.
 * U*ᵀΣ̇U* = PC + (PC)ᵀ with P = U*ᵀBF, C = FᵀU*; U_⊥ᵀΣ̇U*diag(1/roots) from U_⊥ᵀBF and U_⊥ᵀF in the same way.
 */
function factorRate(at: StratumPoint, B: Float64Array, F: Float64Array, out: Float64Array): void {
  const { d, rank, basis, roots, complement } = at;
  const rest = d - rank;
  const M = times(B, F, d, d, rank);
  const own = basis.map((value, k) => value / roots[k % rank]!);
  const P = transposedTimes(own, M, rank, d, rank);
  const C = transposedTimes(F, own, rank, d, rank);
  const half = times(P, C, rank, rank, rank);
  let k = 0;
  for (let j = 0; j < rank; j++) for (let i = 0; i <= j; i++) out[k++] = half[i * rank + j]! + half[j * rank + i]!;
  const moved = times(transposedTimes(complement, M, rest, d, rank), C, rest, rank, rank);
  const leaning = transposedTimes(complement, F, rest, d, rank);
  for (let i = 0; i < rest; i++)
    for (let j = 0; j < rank; j++) {
      let sum = moved[i * rank + j]!;
      for (let l = 0; l < rank; l++) sum += leaning[i * rank + l]! * P[j * rank + l]!;
      out[k++] = sum / roots[j]!;
    }
}

/** (Σ̇, ṁ) at δ, in the coordinates of the chart's own point: zero where the moments rest, in 1/depth. */
export function chartRate(flow: MomentFlow, at: StratumPoint, delta?: Float64Array): Float64Array {
  const { d, rank, meanScale } = at;
  const own = { factor: at.basis.map((value, k) => value * at.roots[k % rank]!), mean: at.mean };
  const { factor, mean } = delta === undefined ? own : chartMoments(at, delta);
  const cov = delta === undefined || rank === 0 ? at.cov : lift(factor, d, rank);
  const out = new Float64Array(chartSize(at));
  const { B } = flow.field(mean.length > 0 ? mean : new Float64Array(d), cov);
  if (rank > 0) factorRate(at, B, factor, out);
  if (mean.length > 0) {
    const offset = out.length - d;
    meanRate(flow, mean, cov).forEach((value, i) => {
      out[offset + i] = value / meanScale;
    });
  }
  return out;
}

/** Bm + c, shape [d]. */
export function meanRate({ field, d }: MomentFlow, mean: Float64Array, cov: Float64Array): Float64Array {
  const { B, c } = field(mean, cov);
  const moved = times(B, mean, d, d, 1);
  return moved.map((value, i) => value + c[i]!);
}

/** Length of the difference step: error its square, rounding ε over it. */
const step = 1e-5;

/** dΣ/dδ_j at δ = 0: λ-weighted pairs of vectors of the basis, then of one outside it with one inside. */
function chartTangent(
  { d, rank, basis, roots, complement }: StratumPoint,
  of: readonly [number, number],
): Float64Array {
  const [i, j] = of;
  const outside = i >= rank;
  const weight = roots[j]! * (outside ? roots[j]! : roots[i]!) * (i === j ? 0.5 : 1);
  const other = (a: number) => (outside ? complement[a * (d - rank) + i - rank]! : basis[a * rank + i]!);
  const out = new Float64Array(d * d);
  for (let a = 0; a < d; a++) {
    for (let b = 0; b < d; b++) {
      out[a * d + b] = weight * (other(a) * basis[b * rank + j]! + basis[a * rank + j]! * other(b));
    }
  }
  return out;
}

/** Pairs (i, j) of the coordinates of a chart without mean: i ≤ j < r, then i ≥ r for the vectors of U_⊥. */
function chartPairs({ d, rank }: StratumPoint): (readonly [number, number])[] {
  const within = Array.from({ length: rank }, (_, j) => Array.from({ length: j + 1 }, (_, i) => [i, j] as const));
  const across = Array.from({ length: d - rank }, (_, i) =>
    Array.from({ length: rank }, (_, j) => [rank + i, j] as const),
  );
  return [...within, ...across].flat();
}

/** Ratio of roots from which on rounding of Σ̇, ε over its square, is below the error of differences. */
const thin = 1e-3;

/** The closed form of the Jacobian at δ = 0, where there is one and Σ is not so thin that differences know more. */
function exactJacobian({ derivativeAt }: MomentFlow, at: StratumPoint): Float64Array | undefined {
  const { rank, roots, mean } = at;
  if (derivativeAt === undefined || mean.length > 0 || rank === 0) return undefined;
  if (!(roots[rank - 1]! > thin * roots[0]!)) return undefined;
  const derivative = derivativeAt(at.cov);
  const pairs = chartPairs(at);
  const size = pairs.length;
  const out = new Float64Array(size * size);
  pairs.forEach((pair, j) => {
    chartCoordinates(at, derivative(chartTangent(at, pair)), mean).forEach((value, i) => {
      out[i * size + j] = value;
    });
  });
  return out;
}

/**
 * ∂(chart rate)/∂δ at δ (0 when left out): in closed form at 0 where the flow has its derivative, else by central differences.
 * At an equilibrium and δ = 0 it is the linearised flow on the rank stratum: its eigenvalues do not depend on the chart.
 * @cost two closures per coordinate
 */
export function chartJacobian(flow: MomentFlow, at: StratumPoint, delta?: Float64Array): Float64Array {
  const exact = delta === undefined ? exactJacobian(flow, at) : undefined;
  if (exact !== undefined) return exact;
  const size = chartSize(at);
  const out = new Float64Array(size * size);
  const probe = delta?.slice() ?? new Float64Array(size);
  for (let j = 0; j < size; j++) {
    const here = probe[j]!;
    probe[j] = here + step;
    const ahead = chartRate(flow, at, probe);
    probe[j] = here - step;
    const back = chartRate(flow, at, probe);
    probe[j] = here;
    for (let i = 0; i < size; i++) out[i * size + j] = (ahead[i]! - back[i]!) / (2 * step);
  }
  return out;
}

/** Greatest 2·Re λ, λ of U_⊥ᵀBU_⊥: how fast spread outside the range grows. −∞ at full rank. */
export function acrossRate({ field, d }: MomentFlow, { cov, mean, rank, complement }: StratumPoint): number {
  const rest = d - rank;
  if (rest === 0) return Number.NEGATIVE_INFINITY;
  const { B } = field(mean.length > 0 ? mean : new Float64Array(d), cov);
  const block = transposedTimes(complement, times(B, complement, d, d, rest), rest, d, rest);
  return 2 * Math.max(...eigenvalues(block, rest).re);
}

/** |B| at Σ = 0 and at isotropic covariances of half and twice the trace, whose parts need not cancel: what rates are small against. */
export function naturalRateAt({ field, d }: MomentFlow, at: StratumPoint): number {
  const mean = at.mean.length > 0 ? at.mean : new Float64Array(d);
  const share = at.roots.reduce((sum, root) => sum + root * root, 0) / d;
  const strength = (s: number) =>
    frobeniusNorm(
      field(
        mean,
        Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? s : 0)),
      ).B,
    );
  return strength(0) + strength(share / 2) + strength(2 * share);
}

/** The linearised flow at an equilibrium. */
export interface LocalSpectrum {
  /** On the rank stratum, with the mean where the covariance depends on it; by descending real part. */
  readonly re: Float64Array;
  readonly im: Float64Array;
  /** Greatest 2·Re λ across the range; −∞ at full rank. */
  readonly across: number;
  /** |B|, 1/depth. */
  readonly rate: number;
}

/** @accuracy 1e-9|B| (differences); equilibrium-search.test.ts against closed forms */
export function localSpectrum(flow: MomentFlow, point: StratumPoint): LocalSpectrum {
  const n = chartSize(point);
  const none = { re: new Float64Array(0), im: new Float64Array(0) };
  const { re, im } = n === 0 ? none : eigenvalues(chartJacobian(flow, point), n);
  const order = Array.from(re.keys()).sort((a, b) => re[b]! - re[a]!);
  return {
    re: Float64Array.from(order, (k) => re[k]!),
    im: Float64Array.from(order, (k) => im[k]!),
    across: acrossRate(flow, point),
    rate: naturalRateAt(flow, point),
  };
}
