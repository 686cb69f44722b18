import {
  eigenvalues,
  frobeniusNorm,
  inverse,
  lyapunov,
  matMul,
  psdSqrt,
  symmetricEigen,
  transpose,
} from "../../foundation/linear-algebra/index.js";
import { toNested } from "../../foundation/shapes/index.js";
import type { Json } from "../contract.js";
import type { ScalarValueSystem } from "../shared/riccati-system.js";
import { escapeTime } from "./escape-time.js";

type Verdict = { readonly [key: string]: Json };

/** Eigenvalues below this part of the largest count as zero where a sign decides a regime. */
const signTolerance = 1e-12;

/** How near to 1 sup λ_max may come before the walk's summed rounding (10⁴ steps of 10⁻¹⁶) hides on which side it is. */
const edgeTolerance = 1e-11;

const matrix = (a: Float64Array, d: number): Json => toNested({ shape: [d, d], data: a }) as Json;

/** Definiteness of Q and spectrum of W: the hypotheses of the spectral conditions, checked as numbers. */
function hypotheses({ d, Q, W }: ScalarValueSystem) {
  const q = symmetricEigen(Q, d).values;
  const { re, im } = eigenvalues(W, d);
  const scaleQ = Math.max(Math.abs(q[0]!), Math.abs(q[d - 1]!));
  const scaleW = frobeniusNorm(W);
  const zero = signTolerance * scaleQ;
  const edge = signTolerance * scaleW;
  return {
    q,
    re,
    im,
    flat: scaleW === 0,
    linear: scaleQ === 0,
    hurwitz: re.every((value) => value < -edge),
    unstable: re.every((value) => value > edge),
    attracting: q.every((value) => value < -zero) && scaleQ > 0,
    neverPositive: q.every((value) => value <= zero),
    slowest: Math.min(...re.map(Math.abs)),
  };
}

function certificateOf(system: ScalarValueSystem, facts: ReturnType<typeof hypotheses>, argument: string): Json {
  return {
    method: "closed form for V = vI",
    source: "arXiv 2606.07600, theory.md §2",
    argument,
    spectrumQ: Array.from(facts.q),
    spectrumW: Array.from(facts.re, (re, k) => [re, facts.im[k]!]),
    d: system.d,
  };
}

/** W = 0 and Q ⪯ 0: Σ(t) = Σ_0^½(I − tΣ_0^½QΣ_0^½)⁻¹Σ_0^½ → Σ_0^½ΠΣ_0^½, Π the projector on the kernel. */
function lowRankLimit(system: ScalarValueSystem, cov: Float64Array, facts: ReturnType<typeof hypotheses>): Verdict {
  const { d, Q } = system;
  const { sqrt, rank: rankStart } = psdSqrt(cov, d);
  const inner = new Float64Array(d * d);
  const M = new Float64Array(d * d);
  matMul(Q, sqrt, d, d, d, inner);
  matMul(sqrt, inner, d, d, d, M);
  const { values, vectors } = symmetricEigen(M, d);
  const zero = signTolerance * Math.max(Math.abs(values[0]!), Number.MIN_VALUE);
  const limit = new Float64Array(d * d);
  for (let k = 0; k < d; k++) {
    if (values[k]! < -zero) continue;
    const image = new Float64Array(d);
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) image[i]! += sqrt[i * d + j]! * vectors[j * d + k]!;
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) limit[i * d + j]! += image[i]! * image[j]!;
  }
  const shrinking = values.filter((value) => value < -zero).length;
  const rank = rankStart - shrinking;
  const equilibrium = { cov: matrix(limit, d), residual: 0 };
  if (shrinking === 0) {
    return {
      verdict: "bounded",
      rank,
      equilibrium,
      certificate: certificateOf(system, facts, "W = 0 and QΣ_0 = 0: Σ does not move"),
    };
  }
  const argument = "W = 0 and Q ⪯ 0: global, with the limit Σ_0^½ΠΣ_0^½, approached like 1/t";
  return {
    verdict: rank === 0 ? "decays" : "low-rank-limit",
    rank,
    equilibrium,
    certificate: certificateOf(system, facts, argument),
  };
}

/** Q ≺ 0 and spec(W) in Re > 0: Σ → P*⁻¹ with P*W + WᵀP* = −Q, at the rate 2·min Re spec(W). */
function equilibriumOf(system: ScalarValueSystem, facts: ReturnType<typeof hypotheses>): Verdict {
  const { d, Q, W } = system;
  const P = lyapunov(
    transpose(W, d, d),
    Q.map((value) => -value),
    d,
  );
  const cov = inverse(P, d);
  const F = new Float64Array(d * d);
  matMul(cov, Q, d, d, d, F);
  for (let i = 0; i < d * d; i++) F[i] = W[i]! + F[i]! / 2;
  const product = new Float64Array(d * d);
  matMul(F, cov, d, d, d, product);
  const drift = product.map((value, k) => value + product[(k % d) * d + Math.floor(k / d)]!);
  const spectrum: Json[] = [];
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) spectrum.push([-(facts.re[i]! + facts.re[j]!), -(facts.im[i]! + facts.im[j]!)]);
  }
  const residual = frobeniusNorm(drift) / frobeniusNorm(cov);
  const rate = 2 * facts.slowest;
  const argument = "−Q ≻ 0 and spec(W) in Re > 0: Σ → P*⁻¹ from every full-rank start";
  return {
    verdict: "bounded",
    rank: d,
    equilibrium: { cov: matrix(cov, d), residual, spectrum, rate },
    certificate: certificateOf(system, facts, argument),
  };
}

/**
 * Regime of Σ when V = vI, from the closed form. `undecided` when no theorem applies and no escape is in sight.
 *
 * @source arXiv 2606.07600, theory.md §2
 */
export function scalarValueRegime(system: ScalarValueSystem, cov: Float64Array, horizon: number): Verdict {
  const facts = hypotheses(system);
  const certify = (argument: string) => certificateOf(system, facts, argument);
  const fullRank = psdSqrt(cov, system.d).rank === system.d;
  if (facts.neverPositive) {
    if (facts.flat) return lowRankLimit(system, cov, facts);
    if (facts.hurwitz) return { verdict: "decays", rank: 0, certificate: certify("Q ⪯ 0 and W Hurwitz: Σ → 0") };
    if (facts.linear && facts.unstable) {
      return {
        verdict: "grows",
        certificate: certify("Q = 0 and spec(W) in Re > 0: Σ = e^{Wt}Σ_0e^{Wᵀt} grows exponentially"),
      };
    }
    if (facts.attracting && facts.unstable && fullRank) return equilibriumOf(system, facts);
    return {
      verdict: "undecided",
      certificate: certify(
        "Q ⪯ 0: no blow-up at any time; W is neither Hurwitz nor unstable in every direction, or Σ_0 is singular",
      ),
    };
  }
  const found = escapeTime(system, cov, horizon);
  if (found.escapes) {
    const { tStar, tError, direction } = found;
    return {
      verdict: "blow-up",
      tStar,
      tError,
      direction: Array.from(direction),
      certificate: certify("first t with λ_max(Σ_0^½G(t)Σ_0^½) = 1, G(t) = ∫_0^t e^{Wᵀs}Qe^{Ws}ds"),
    };
  }
  if (found.exhausted && facts.hurwitz && found.greatest > 1 - edgeTolerance) {
    const argument = `W Hurwitz and sup_t λ_max(Σ_0^½G(t)Σ_0^½) = 1 to rounding: at the edge between decay and blow-up`;
    return { verdict: "undecided", certificate: certify(argument) };
  }
  if (found.exhausted && facts.hurwitz) {
    const argument = `W Hurwitz and sup_t λ_max(Σ_0^½G(t)Σ_0^½) = ${found.greatest} < 1: no blow-up, Σ → 0`;
    return { verdict: "decays", rank: 0, certificate: certify(argument) };
  }
  return {
    verdict: "undecided",
    certificate: certify(`no escape up to t = ${found.horizon}; λ_max(Σ_0^½GΣ_0^½) reached ${found.greatest}`),
  };
}
