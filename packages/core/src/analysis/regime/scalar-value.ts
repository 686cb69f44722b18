import type { CancelSignal } from "../../foundation/cancel/index.js";
import { frobeniusNorm } from "../../foundation/linear-algebra/index.js";
import { restResidual } from "../shared/covariance-flow.js";
import type { ScalarValueSystem } from "../shared/riccati-system.js";
import { centralRegime } from "./central.js";
import { contractingRegime } from "./contracting.js";
import { escapeTime } from "./escape-time.js";
import { hyperbolicRegime } from "./hyperbolic.js";
import { linearRegime } from "./linear-regime.js";
import { escaped, flowOf, linearVerdict, restsAt, type ScalarCase, scalarCase, undecided } from "./scalar-case.js";
import { stillRegime } from "./still.js";
import type { Verdict } from "./verdict.js";

/** Parts of |W| and |Q| below which what is left of them on the moving range is rounding. */
const rounding = 1e-13;

/** Σ_0 is an equilibrium to rounding: it stays, though an unstable one would not in the next digit. */
function restsAtOnce(one: ScalarCase): Verdict | undefined {
  const { whole, cov, range } = one;
  const size = frobeniusNorm(cov);
  const scale = frobeniusNorm(whole.W) + frobeniusNorm(whole.Q) * size;
  const residual = restResidual(flowOf(whole).generator, cov, whole.d);
  const tolerance = 16 * whole.d * Number.EPSILON * scale;
  if (residual > tolerance) return undefined;
  const verdict = restsAt(one, liftedFactor(range), {
    argument: "Σ_0 is an equilibrium to rounding; its spectrum says whether a start beside it stays near",
    hypotheses: [{ name: "|Σ̇_0| = 0 to rounding", holds: true, value: residual, margin: tolerance - residual }],
  });
  return { ...verdict, verdict: "bounded" };
}

function liftedFactor({ factor, k, r }: ScalarCase["range"]): Float64Array {
  const out = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) for (let a = 0; a < r; a++) out[i * k + j]! += factor[i * r + a]! * factor[j * r + a]!;
  }
  return out;
}

/** What is left when no theorem decides: an escape if the walk finds one. */
function searchedRegime(one: ScalarCase): Verdict {
  const found = escapeTime(one.range, { cancel: one.cancel });
  if (found.escapes) return escaped(one, found, { argument: "first t with λ_max(Σ_0^½G(t)Σ_0^½) = 1" });
  const argument = `no theorem decides, and no escape was found up to t = ${found.t}`;
  return undecided(one, { argument });
}

/**
 * Regime of Σ when V = vI in every head: Σ(t) = e^{Wt}L(I − LᵀG(t)L)⁻¹Lᵀe^{Wᵀt}, Σ_0 = LLᵀ, G(t) = ∫_0^t e^{Wᵀs}Qe^{Ws}ds,
 * by the theorem that the spectra of W and Q on the moving range call for. Times count from the start.
 *
 * @source arXiv 2606.07600, theory.md §2; derivations in docs/regimes.md
 */
export function scalarValueRegime(system: ScalarValueSystem, cov: Float64Array, cancel?: CancelSignal): Verdict {
  const one = scalarCase(system, cov, cancel);
  const { range, spectrumW, edgeOfW } = one;
  const resting = restsAtOnce(one);
  if (resting !== undefined) return resting;
  const { Q, W } = range.system;
  if (frobeniusNorm(W) <= rounding * frobeniusNorm(system.W)) return stillRegime(one);
  if (frobeniusNorm(Q) <= rounding * frobeniusNorm(system.Q)) {
    const linear = linearRegime(W, liftedFactor(range), range.k, range.r);
    return linearVerdict(one, linear, {
      argument: "Q = 0 on the moving range: Σ(t) = e^{Wt}Σ_0e^{Wᵀt}",
      hypotheses: [{ name: "Q = 0 on the moving range", holds: true }],
    });
  }
  if (spectrumW.re.every((value) => value < -edgeOfW)) return contractingRegime(one);
  const central = spectrumW.re.some((value) => Math.abs(value) <= edgeOfW);
  return (central ? centralRegime(one) : hyperbolicRegime(one)) ?? searchedRegime(one);
}
