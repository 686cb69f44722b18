import type { CancelSignal } from "../../foundation/cancel/index.js";
import { SolveError, type SolveErrorCode } from "../../foundation/errors/index.js";
import { frobeniusNorm, solveLinear } from "../../foundation/linear-algebra/index.js";
import { type RandomStream, stream } from "../../foundation/random/index.js";
import { combine, transposedTimes } from "./matrix-forms.js";
import type { MomentFlow } from "./moment-flow.js";
import {
  chartJacobian,
  chartRate,
  chartSize,
  type LocalSpectrum,
  localSpectrum,
  movedPoint,
  naturalRateAt,
  type StratumPoint,
  stratumPoint,
} from "./rank-stratum.js";

/** |rate|/|B| at which a point rests: rounding of the closure. */
const atRest = 1e-11;
/** Eigenvalues within this part of |B| of the imaginary axis count as on it: difference errors are 1e-9. */
export const neutralRate = 1e-7;
/** |Σ − Σ'| and |m − m'| over sizes below which two points are one. */
const same = 1e-6;
const maxIterations = 80;
/** Steps over which the residual must halve. */
const patience = 12;
/** Longest move of a coordinate in one step: Σ may change e-fold. */
const longest = 1;
/** Ratios of sizes and of roots beyond which a start has left the stratum or run away. */
const away = 1e8;
const thin = 1e-6;

/** Where the moments rest. */
export interface MomentEquilibrium extends LocalSpectrum {
  readonly point: StratumPoint;
  /** |(Σ̇, ṁ)| in the point's own coordinates, over |B|. */
  readonly residual: number;
  /** Starts that came to it. */
  readonly hits: number;
}

/** A start at which the closure gave up. */
export interface FailedStart {
  readonly rank: number;
  /** Its number among those of the rank. */
  readonly start: number;
  readonly code: SolveErrorCode;
  readonly message: string;
}

export interface EquilibriumSearch {
  readonly equilibria: readonly MomentEquilibrium[];
  readonly startsPerRank: number;
  readonly seed: number;
  readonly ranks: readonly number[];
  /** Starts that were made, of all ranks: fewer than asked for after a cancel. */
  readonly tried: number;
  /** Starts that came to rest, of all ranks. */
  readonly converged: number;
  /** Starts that ended with an error of the numerics: they count as made, and as not converged. */
  readonly failed: readonly FailedStart[];
  /**
   * Good and Turing's estimate of the chance that one more start that converges finds something new: what was found once,
   * over converged. Members of continua, of which every start may find another, count as one of their kind.
   */
  readonly unseen: number;
  readonly outcome: { readonly status: "completed" } | { readonly status: "stopped"; readonly event: "cancelled" };
}

export interface EquilibriumSearchOptions {
  /** Of the covariances looked for. */
  readonly ranks: readonly number[];
  /** Default 32. */
  readonly startsPerRank?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Starts beside the seeded ones: where a run has come to. */
  readonly also?: readonly StratumPoint[];
  readonly cancel?: CancelSignal;
}

/** Number of unstable eigenvalues on the stratum. */
const unstableCount = ({ re, rate }: MomentEquilibrium): number =>
  re.filter((value) => value > neutralRate * rate).length;

/** Number of eigenvalues that vanish: where there are some the equilibrium may be one of a continuum. */
export const vanishingCount = ({ re, im, rate }: MomentEquilibrium): number =>
  re.filter((value, k) => Math.hypot(value, im[k]!) <= neutralRate * rate).length;

/** Of members of a continuum: their rank, and how many eigenvalues vanish and are unstable; undefined for an isolated one. */
export function continuumKind(one: MomentEquilibrium): string | undefined {
  const vanishing = vanishingCount(one);
  return vanishing === 0 ? undefined : `${one.point.rank} ${vanishing} ${unstableCount(one)}`;
}

/** What was met once, members of continua by kind, among what seeded starts found that have coordinates to be found in. */
function metOnce(found: readonly MomentEquilibrium[]): number {
  const kinds = new Map<string, number>();
  let once = 0;
  for (const one of found) {
    const kind = continuumKind(one);
    if (kind !== undefined) kinds.set(kind, (kinds.get(kind) ?? 0) + one.hits);
    else if (one.hits === 1 && chartSize(one.point) > 0) once++;
  }
  return once + [...kinds.values()].filter((hits) => hits === 1).length;
}

/** Asymptotically stable, unstable, or with directions that the linearised flow does not decide. */
export function stabilityOf(one: MomentEquilibrium): "stable" | "unstable" | "neutral" {
  const greatest = Math.max(one.across, ...one.re);
  const zero = neutralRate * one.rate;
  return greatest > zero ? "unstable" : greatest < -zero ? "stable" : "neutral";
}

/** The step −(JᵀJ + μI)⁻¹Jᵀf, cut to the longest move. */
function dampedStep(J: Float64Array, f: Float64Array, mu: number): Float64Array | undefined {
  const n = f.length;
  const normal = transposedTimes(J, J, n, n, n);
  for (let i = 0; i < n; i++) normal[i * (n + 1)]! += mu;
  const slope = transposedTimes(J, f, n, n, 1).map((value) => -value);
  try {
    const found = solveLinear(normal, slope, n, 1);
    const largest = found.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (!Number.isFinite(largest)) return undefined;
    return largest > longest ? found.map((value) => (value * longest) / largest) : found;
  } catch {
    return undefined;
  }
}

/** Whether a point is still of its rank and of a size like the start's. */
function inside({ roots, mean }: StratumPoint, scale: number): boolean {
  if (!roots.every(Number.isFinite) || !mean.every(Number.isFinite)) return false;
  if (roots.length === 0) return frobeniusNorm(mean) < away * scale;
  const [most, least] = [roots[0]!, roots.at(-1)!];
  return least > thin * most && most < away * scale && most > scale / away;
}

/**
 * An equilibrium near a point, by Newton's method on the rank stratum with Levenberg's damping, in charts that move along:
 * every iterate is positive semidefinite and of the rank of the start.
 * @returns undefined where it does not come to rest: the start ran away, lost its rank, or stalled
 * @cost per step two closures for each coordinate, and one solve
 */
export function restNear(flow: MomentFlow, start: StratumPoint): { point: StratumPoint; residual: number } | undefined {
  if (chartSize(start) === 0) return { point: start, residual: 0 };
  const scale = start.roots[0] ?? start.meanScale;
  let point = start;
  let rate = naturalRateAt(flow, point);
  let f = chartRate(flow, point);
  let [size, damping] = [frobeniusNorm(f), 1e-2];
  let polished = 0;
  let [mark, marked] = [size, 0];
  for (let k = 0; k < maxIterations && size > 0 && polished < 3; k++) {
    if (size < mark / 2) [mark, marked] = [size, k];
    else if (k - marked > patience) break;
    const delta = dampedStep(chartJacobian(flow, point), f, damping * size * rate);
    const next = delta && movedPoint(point, delta);
    const there = next && inside(next, scale) ? chartRate(flow, next) : undefined;
    const length = there === undefined ? Number.NaN : frobeniusNorm(there);
    const resting = size < atRest * rate;
    if (length < size) {
      [point, f, size, damping] = [next!, there!, length, damping / 8];
      rate = naturalRateAt(flow, point);
      if (resting) polished++;
    } else if (resting) break;
    else {
      damping = 8 * Math.max(damping, 1e-6);
      if (damping > 1e12) break;
    }
  }
  return size <= atRest * rate ? { point, residual: rate === 0 ? 0 : size / rate } : undefined;
}

/** An equilibrium with its linearised spectrum. */
function describedEquilibrium(
  flow: MomentFlow,
  { point, residual }: { readonly point: StratumPoint; readonly residual: number },
  hits = 1,
): MomentEquilibrium {
  return { point, residual, hits, ...localSpectrum(flow, point) };
}

/** Whether two points of one rank are one. */
export function samePoint(a: StratumPoint, b: StratumPoint, tolerance = same): boolean {
  const size = frobeniusNorm(a.cov) + frobeniusNorm(b.cov);
  const far = frobeniusNorm(combine(a.cov, b.cov, -1)) > tolerance * size;
  const shift = a.mean.length > 0 ? frobeniusNorm(combine(a.mean, b.mean, -1)) : 0;
  return a.rank === b.rank && !far && shift <= tolerance * (a.meanScale + b.meanScale);
}

/** s where the closure at sI is about as strong as at 0 and at I: where balances are. */
function naturalVariance({ field, d }: MomentFlow): number {
  const zero = new Float64Array(d);
  const at = (s: number) =>
    field(
      zero,
      Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? s : 0)),
    ).B.slice();
  const origin = at(0);
  const strength = frobeniusNorm(origin);
  const excess = (s: number) => frobeniusNorm(combine(at(s), origin, -1));
  if (!(strength > 0)) return 1;
  for (let decade = -8; decade < 8; decade += 0.5) if (excess(10 ** decade) > strength) return 10 ** decade;
  return 1;
}

/** A start: its size over five decades around the natural one, its directions and their proportions at random. */
function randomStart(draws: RandomStream, flow: MomentFlow, rank: number, variance: number): StratumPoint {
  const { d, carried } = flow;
  const size = Math.sqrt(variance * 10 ** (5 * draws.uniform() - 2.5));
  const shape = 10 ** draws.uniform();
  const spread = Float64Array.from({ length: rank }, () => shape ** (draws.uniform() - 0.5));
  const factor = Float64Array.from(
    { length: d * rank },
    (_, k) => (size * spread[k % rank]! * draws.normal()) / Math.sqrt(d),
  );
  // A quarter of the starts has no mean: the equilibria in that plane are isolated in it more often than beside it.
  const tilted = carried && draws.uniform() > 0.25;
  const mean = Float64Array.from({ length: carried ? d : 0 }, () => (tilted ? size * draws.normal() : 0));
  return stratumPoint(factor, d, rank, mean);
}

/**
 * Equilibria of the moments, BΣ + ΣBᵀ = 0 (and Bm + c = 0 where the covariance depends on the mean), of the given ranks: by
 * Newton's method on each rank stratum from many seeded starts, those that coincide counted as one. Of a continuum of
 * equilibria every start may find another member: they are all kept, with the eigenvalues that vanish. A start at which the
 * closure gives up is kept with its reason, and the search goes on.
 *
 * @throws what the closure throws that is no SolveError
 * @cost startsPerRank × ranks × some 15 steps of two closures per coordinate
 * @accuracy residual 1e-11|B| (equilibrium-search.test.ts: closed forms, late runs, SciPy's fsolve)
 * @source theory.md §2 (equilibria by Newton, rank strata); damping, charts and the unseen share: derived
 */
export function findEquilibria(flow: MomentFlow, options: EquilibriumSearchOptions): EquilibriumSearch {
  const { ranks, startsPerRank = 32, seed = 1, also = [], cancel } = options;
  const variance = naturalVariance(flow);
  const found: MomentEquilibrium[] = [];
  const failed: FailedStart[] = [];
  const add = (start: StratumPoint): boolean => {
    const one = restNear(flow, start);
    if (one === undefined) return false;
    const known = found.findIndex(({ point }) => samePoint(point, one.point));
    if (known < 0) found.push(describedEquilibrium(flow, one));
    else found[known] = { ...found[known]!, hits: found[known]!.hits + 1 };
    return true;
  };
  /** Whether a start came to rest; one at which the numerics give up is no reason to end the search. */
  const tryFrom = (rank: number, start: number, point: () => StratumPoint): boolean => {
    try {
      return add(point());
    } catch (error) {
      if (!(error instanceof SolveError)) throw error;
      failed.push({ rank, start, code: error.code, message: error.message });
      return false;
    }
  };
  let [tried, converged, cancelled] = [0, 0, false];
  /** Whether there is time for one more start. */
  const goesOn = (): boolean => {
    cancelled ||= cancel?.aborted === true;
    return !cancelled;
  };
  for (const rank of ranks) {
    // Of rank 0 without a mean there is one point.
    const single = rank === 0 && !flow.carried;
    for (let k = 0; k < (single ? 1 : startsPerRank) && goesOn(); k++) {
      tried++;
      const random = () => stream({ seed, purpose: "equilibria", run: rank, token: k });
      if (tryFrom(rank, k, () => randomStart(random(), flow, rank, variance)) && !single) converged++;
    }
  }
  const unseen = converged === 0 ? 1 : metOnce(found) / converged;
  // Those that were given are numbered after the random ones.
  for (const [k, start] of also.entries()) if (goesOn()) tryFrom(start.rank, startsPerRank + k, () => start);
  const trace = ({ point }: MomentEquilibrium) => point.roots.reduce((sum, root) => sum + root * root, 0);
  const equilibria = found.sort((a, b) => a.point.rank - b.point.rank || trace(a) - trace(b));
  return {
    ...{ equilibria, startsPerRank, seed, ranks, tried, converged, failed, unseen },
    outcome: cancelled ? { status: "stopped", event: "cancelled" } : { status: "completed" },
  };
}
