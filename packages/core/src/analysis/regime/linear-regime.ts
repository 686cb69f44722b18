import {
  eigenvalues,
  expm,
  frobeniusNorm,
  identity,
  matrixSign,
  symmetricEigenvalues,
} from "../../foundation/linear-algebra/index.js";
import { combine, lift, times } from "../shared/matrix-forms.js";
import type { RegimeName } from "./verdict.js";

/** Parts of |W| below which the real part of an eigenvalue counts as zero. */
export const edgeOfSpectrum = 1e-13;
/** Depth, in units of 1/|W|, at which the growth of e^{Wt} of a W without growth rate is looked at. */
const far = 2 ** 26;
/** |WC + CWᵀ|/(|W||C|) below which a limit counts as an equilibrium. */
const still = 1e-11;

export interface LinearRegime {
  readonly verdict: RegimeName;
  readonly argument: string;
  /** Exponential rate of growth or decay of |Σ|. */
  readonly rate?: number;
  /** The limit, where there is one; d×d. */
  readonly limit?: Float64Array;
  readonly rank?: number;
}

/** The spectral projector on the eigenvalues with real part above c, d×d. @throws singular when one lies on c */
export function projectorAbove(W: Float64Array, d: number, c: number): Float64Array {
  const sign = matrixSign(combine(W, identity(d), -c), d);
  return combine(identity(d), sign).map((value) => value / 2);
}

/** Eigenvalues of what stays, against the start, that count as zero. */
const rankTolerance = 1e-12;

/** Whether |e^{Wt}| keeps growing although no eigenvalue has a positive real part. */
export function growsWithoutRate(W: Float64Array, d: number): boolean {
  const t = far / frobeniusNorm(W);
  const at = (s: number) =>
    frobeniusNorm(
      expm(
        W.map((value) => s * value),
        d,
      ),
    );
  return at(t) > Math.SQRT2 * at(t / 2);
}

/**
 * Regime of Σ(t) = e^{Wt}Σ_0e^{Wᵀt}, W acting on the smallest invariant subspace that holds the range of Σ_0: by the
 * greatest real part of its spectrum, and where that is 0 by the part of Σ_0 that stays.
 *
 * @cost O(d³)
 * @source derived
 */
export function linearRegime(
  W: Float64Array,
  cov: Float64Array,
  d: number,
  rankStart: number,
  tolerance = rankTolerance,
): LinearRegime {
  const { re } = eigenvalues(W, d);
  const edge = edgeOfSpectrum * frobeniusNorm(W);
  const greatest = Math.max(...re);
  if (greatest > edge) {
    return {
      verdict: "grows",
      rate: 2 * greatest,
      argument: "an eigenvalue of W has a positive real part: |Σ| grows exponentially",
    };
  }
  if (greatest < -edge) {
    return {
      verdict: "decays",
      rate: -2 * greatest,
      rank: 0,
      limit: new Float64Array(d * d),
      argument: "W is Hurwitz: Σ → 0",
    };
  }
  if (growsWithoutRate(W, d)) {
    return { verdict: "grows", argument: "W has a Jordan block with real part 0: |Σ| grows like a power of t" };
  }
  const dying = re.filter((value) => value < -edge);
  const projector = dying.length === 0 ? identity(d) : projectorAbove(W, d, Math.max(...dying) / 2);
  const staying = lift(projector, d, d, cov);
  if (frobeniusNorm(staying) <= tolerance * frobeniusNorm(cov)) {
    return {
      verdict: "decays",
      rate: -2 * Math.max(...dying),
      rank: 0,
      limit: new Float64Array(d * d),
      argument: "nothing of Σ_0 stays",
    };
  }
  const drift = times(W, staying, d, d, d);
  const motion = drift.map((value, k) => value + drift[(k % d) * d + Math.floor(k / d)]!);
  if (frobeniusNorm(motion) > Math.max(still, tolerance) * frobeniusNorm(W) * frobeniusNorm(staying)) {
    return { verdict: "oscillates", argument: "W turns what stays of Σ_0 for ever: no growth, no decay, no limit" };
  }
  const spread = symmetricEigenvalues(staying, d);
  const rank = spread.filter((value) => value > tolerance * frobeniusNorm(cov)).length;
  return {
    verdict: rank === rankStart ? "bounded" : "low-rank-limit",
    rank,
    limit: staying,
    ...(dying.length > 0 && { rate: -Math.max(...dying) }),
    argument: "W moves nothing of what stays of Σ_0",
  };
}
