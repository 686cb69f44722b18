import { InputError } from "../../foundation/errors/index.js";
import { frobeniusNorm, requirePsd, symmetricEigenvalues } from "../../foundation/linear-algebra/index.js";

/** A covariance on the way. */
export interface Sample {
  readonly t: number;
  /** Σ(t), d×d. */
  readonly cov: Float64Array;
}

export interface LimitingRankOptions {
  /** Eigenvalues at or below this times the largest are zero, whatever their trend; in (0, 1). Default 10⁻⁹. */
  readonly rankTolerance?: number;
  /** Whether the rank is that of Σ/|Σ| (under blow-up or growth) instead of Σ. */
  readonly relative?: boolean;
}

export interface LimitingRank {
  readonly rank: number;
  /** p of λ_i ~ t^p (of λ_i/λ_max when relative) over the last stretch, ascending eigenvalues. */
  readonly exponents: Float64Array;
  /** How far the last exponents are from those before; infinite with two samples only. */
  readonly drift: number;
  readonly tolerance: number;
}

/** A trend below this falls, above its negative half it stays: 1/t has −1, a limit approached like 1/t has 0. */
const falling = -0.25;

function checked({ rankTolerance = 1e-9 }: LimitingRankOptions): number {
  if (rankTolerance > 0 && rankTolerance < 1) return rankTolerance;
  throw new InputError({
    code: "out-of-range",
    who: "limitingRank",
    rule: "rankTolerance must lie in (0, 1)",
    got: String(rankTolerance),
    fix: "Leave it out for 1e-9",
  });
}

/** p of λ ~ t^p between two samples, per eigenvalue. */
function exponentsBetween(a: Sample, b: Sample, d: number, relative: boolean): Float64Array {
  const [before, after] = [symmetricEigenvalues(a.cov, d), symmetricEigenvalues(b.cov, d)];
  const span = Math.log(b.t / a.t);
  const unit = relative ? Math.log(after[d - 1]! / before[d - 1]!) : 0;
  return before.map((value, i) => {
    const ratio = after[i]! / value;
    return ratio > 0 ? (Math.log(ratio) - unit) / span : 0;
  });
}

/**
 * Rank of lim Σ(t), or of lim Σ/|Σ|, from the trend of the eigenvalues in log t: one that falls like t^p, p < −¼, or has
 * fallen below the tolerance, vanishes. A threshold alone could not tell 1/t from a small limit.
 *
 * @param samples at least two, t > 0 ascending; the last two (and the two before) are used
 * @throws out-of-range (tolerance, times), wrong-shape, not-symmetric, not-positive-semidefinite
 * @cost four eigenproblems
 * @accuracy limiting-rank.test.ts: (I + tC)⁻¹ with C of known kernel
 * @source theory.md §2, clustering
 */
export function limitingRank(samples: readonly Sample[], d: number, options: LimitingRankOptions = {}): LimitingRank {
  const tolerance = checked(options);
  const relative = options.relative === true;
  const last = samples.at(-1);
  const before = samples.at(-2);
  if (last === undefined || before === undefined || !(before.t > 0 && last.t > before.t)) {
    throw new InputError({
      code: "out-of-range",
      who: "limitingRank",
      rule: "samples must be at least two, at positive ascending depths",
      got: samples.map(({ t }) => String(t)).join(", ") || "none",
    });
  }
  for (const { cov } of [before, last]) requirePsd(cov, d, "limitingRank");
  const exponents = exponentsBetween(before, last, d, relative);
  const values = symmetricEigenvalues(last.cov, d);
  const size = values[d - 1]!;
  const kept = values.filter((value, i) => value > tolerance * size && exponents[i]! > falling);
  const third = samples.at(-3);
  const past = third !== undefined && third.t > 0 ? exponentsBetween(third, before, d, relative) : undefined;
  const drift =
    past === undefined ? Number.POSITIVE_INFINITY : frobeniusNorm(exponents.map((value, i) => value - past[i]!));
  return { rank: size > 0 ? kept.length : 0, exponents, drift, tolerance };
}
