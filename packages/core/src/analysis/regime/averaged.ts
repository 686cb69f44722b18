import {
  frobeniusNorm,
  identity,
  solveLinear,
  svd,
  symmetricEigen,
  symmetricEigenvalues,
  symmetrize,
} from "../../foundation/linear-algebra/index.js";
import { columns, combine, congruence, lift, times, transposedTimes } from "../shared/matrix-forms.js";
import { escapeTime } from "./escape-time.js";
import { decays, escaped, type ScalarCase } from "./scalar-case.js";
import type { Hypothesis, Verdict } from "./verdict.js";

/** Largest d for which R ↦ WᵀR + RW is written out as a d²×d² matrix. */
const largest = 20;
/** Singular values of it below this part of |W| belong to its kernel. */
const kernelTolerance = 1e-11;
/** Parts of |Q||Σ_0| below which the average counts as zero. */
const zeroTolerance = 1e-10;

/** Q = Q̄ + (Q − Q̄): the mean of e^{Wᵀs}Qe^{Ws} over s, and R with WᵀR + RW = −(Q − Q̄). */
interface Averaged {
  readonly mean: Float64Array;
  readonly R: Float64Array;
  /** X ≻ 0 with WᵀX + XW = 0, the metric in which e^{Wt} turns: the mean of e^{Wᵀs}e^{Ws}. */
  readonly metric: Float64Array;
}

/** R ↦ WᵀR + RW on d×d matrices in row-major order. */
function lyapunovMatrix(W: Float64Array, d: number): Float64Array {
  const n = d * d;
  const out = new Float64Array(n * n);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      for (let a = 0; a < d; a++) {
        out[(i * d + j) * n + a * d + j]! += W[a * d + i]!;
        out[(i * d + j) * n + i * d + a]! += W[a * d + j]!;
      }
    }
  }
  return out;
}

/** Undefined when e^{Wt} is not bounded in both directions, or d is too large. */
function averagedOf(W: Float64Array, Q: Float64Array, d: number): Averaged | undefined {
  if (d > largest) return undefined;
  const n = d * d;
  const { u, s, v } = svd(lyapunovMatrix(W, d), n, n);
  const count = s.filter((value) => value <= kernelTolerance * frobeniusNorm(W)).length;
  const [left, right] = [columns(u, n, n, n - count, n), columns(v, n, n, n - count, n)];
  const pairing = transposedTimes(left, right, count, n, count);
  const conditioning = svd(pairing, count, count).s;
  // A Jordan block makes left and right kernels orthogonal: no mean then.
  if (count === 0 || conditioning[count - 1]! < 1e-6) return undefined;
  const project = (X: Float64Array) => {
    const out = times(right, solveLinear(pairing, transposedTimes(left, X, count, n, 1), count, 1), n, count, 1);
    symmetrize(out, d);
    return out;
  };
  const mean = project(Q);
  const wanted = transposedTimes(u, combine(mean, Q, -1), n, n, 1);
  const R = times(
    v,
    wanted.map((value, k) => (k < n - count ? value / s[k]! : 0)),
    n,
    n,
    1,
  );
  symmetrize(R, d);
  const metric = project(identity(d));
  return symmetricEigenvalues(metric, d)[0]! > 1e-9 ? { mean, R, metric } : undefined;
}

/** ρ with −ρX ⪯ R ⪯ ρX. */
function boundIn(metric: Float64Array, R: Float64Array, d: number): number {
  const { values, vectors } = symmetricEigen(metric, d);
  const inverseRoot = lift(
    vectors.map((value, k) => value / values[k % d]! ** 0.25),
    d,
    d,
  );
  const spread = symmetricEigenvalues(congruence(R, inverseRoot, d), d);
  return Math.max(-spread[0]!, spread[d - 1]!);
}

/**
 * e^{Wt} quasi-periodic: G(t) = tQ̄ + R − e^{Wᵀt}Re^{Wt}. λ_max(Σ_0^½Q̄Σ_0^½) > 0 escapes; for Q̄ ≺ 0 on the range Σ dies
 * out like 1/t unless it escapes before λ_max(Σ^½(R + ρX)Σ^½) < 1, which excludes it; what lies in the kernel turns.
 *
 * @returns undefined when neither an escape nor its exclusion is found
 * @source derived
 */
export function averagedRegime(one: ScalarCase): Verdict | undefined {
  const { range, cancel } = one;
  const { system, factor, k, r } = range;
  const averaged = averagedOf(system.W, system.Q, k);
  if (averaged === undefined) return undefined;
  const { mean, R, metric } = averaged;
  const { values } = symmetricEigen(congruence(mean, factor, k, r), r);
  const zero = zeroTolerance * frobeniusNorm(one.whole.Q) * frobeniusNorm(factor) ** 2;
  const top = values[r - 1]!;
  const bound = combine(R, metric, boundIn(metric, R, k));
  const proven = (L: Float64Array) =>
    top <= zero && symmetricEigenvalues(congruence(bound, L, k, r), r)[r - 1]! < 1 - 1e-9;
  const found = escapeTime(range, { cancel, proven });
  const hypotheses: Hypothesis[] = [
    { name: "e^{Wt} is bounded for t → ±∞", holds: true },
    { name: "λ_max(Σ_0^½Q̄Σ_0^½) ≤ 0, Q̄ the mean of e^{Wᵀs}Qe^{Ws}", holds: top <= zero, value: top, margin: -top },
  ];
  if (found.escapes) {
    const argument = "first t with λ_max(Σ_0^½G(t)Σ_0^½) = 1; e^{Wt} turns";
    return escaped(one, found, { argument, hypotheses });
  }
  if (!found.proven) return undefined;
  const said = `no escape up to t = ${found.t}, and none later: λ_max(Σ^½(R + ρX)Σ^½) < 1 there`;
  const kept = values.filter((value) => value >= -zero).length;
  if (kept === 0) return decays(one, { argument: `${said}; Q̄ ≺ 0 on the range: Σ dies out like 1/t`, hypotheses });
  const argument = `${said}; W turns what Q̄ leaves of Σ for ever`;
  return { verdict: "oscillates", rank: kept, certificate: decays(one, { argument, hypotheses }).certificate };
}
