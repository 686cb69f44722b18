import type { CancelSignal } from "../../foundation/cancel/index.js";
import { frobeniusNorm } from "../../foundation/linear-algebra/index.js";
import { grouped } from "../shared/equilibria-json.js";
import { findEquilibria } from "../shared/equilibrium-search.js";
import { combine } from "../shared/matrix-forms.js";
import { type StratumPoint, stratumPointOf } from "../shared/rank-stratum.js";
import type { FrozenFlow } from "./frozen-flow.js";
import type { Verdict } from "./verdict.js";

/** Starts of Newton's method for each rank, and their seed. */
const starts = 8;
const seed = 1;
/** Largest d that is searched beside a verdict: every rank costs as much as following the flow for a while. */
const largest = 4;
/** |Σ − Σ*|/|Σ*| of a run that has come to an equilibrium. */
const reached = 1e-4;

/** Verdicts that say where Σ stays, or that nothing could be said: those that equilibria explain. */
const explained: ReadonlySet<Verdict["verdict"]> = new Set(["bounded", "low-rank-limit", "oscillates", "undecided"]);

/**
 * A verdict by the flow with the equilibria that seeded starts of Newton's method find on the strata of the start's rank and
 * below: which of them is the limit, how many it is not, and for `undecided` how far the run is from the nearest.
 *
 * @param last covariance at the end of the run
 * @cost 8 starts for each rank, d ≤ 4; see findEquilibria
 * @source theory.md §2, general V
 */
export function withEquilibria(verdict: Verdict, flow: FrozenFlow, last: Float64Array, cancel?: CancelSignal): Verdict {
  const { d, r, moments } = flow;
  if (!explained.has(verdict.verdict) || r === 0) return verdict;
  if (d > largest)
    return noted(verdict, `equilibria were not searched: d = ${d} > ${largest} (analyze: { equilibria: {} } does)`);
  const ranks = Array.from({ length: r }, (_, k) => k + 1);
  const limit = limitOf(verdict) ?? last;
  const also = limitPoint(verdict, flow);
  const found = findEquilibria(moments, { ranks, startsPerRank: starts, seed, also, ...(cancel && { cancel }) });
  const { single, continua } = grouped(found.equilibria);
  const distances = found.equilibria.map(
    ({ point }) => frobeniusNorm(combine(limit, point.cov, -1)) / frobeniusNorm(point.cov),
  );
  const nearest = distances.length > 0 ? Math.min(...distances) : undefined;
  const stable = single.filter(({ stability }) => stability === "stable").length;
  const equilibria = {
    starts: starts * r,
    seed,
    tried: found.tried,
    converged: found.converged,
    ...(found.failed.length > 0 && { failed: found.failed.length, reason: found.failed[0]!.message }),
    isolated: single.length,
    stable,
    continua: continua.length,
    outcome: found.outcome,
    ...(nearest !== undefined && { nearest, reached: nearest < reached }),
  };
  const { certificate } = verdict;
  const searched = { ...verdict, certificate: { ...certificate, equilibria } };
  if (verdict.verdict !== "undecided") return searched;
  const seen = `${single.length} isolated equilibria, ${stable} of them stable, and ${continua.length} kinds of continua`;
  const far =
    nearest === undefined ? "" : `; the run ends |Σ − Σ*|/|Σ*| = ${nearest.toExponential(1)} from the nearest`;
  const cut = found.outcome.status === "stopped" ? `, cancelled after ${found.tried},` : "";
  return noted(searched, `Newton's method from ${starts * r} starts of rank 1 to ${r}${cut} found ${seen}${far}`);
}

const noted = (verdict: Verdict, what: string): Verdict => {
  if (verdict.verdict !== "undecided") return verdict;
  const { certificate } = verdict;
  return { ...verdict, certificate: { ...certificate, tried: [...(certificate.tried ?? []), what] } };
};

/** The limit of a verdict as a start, where it has spread. */
function limitPoint(verdict: Verdict, { d, moments, start }: FrozenFlow): StratumPoint[] {
  const limit = limitOf(verdict);
  if (limit === undefined || verdict.rank === undefined || verdict.rank === 0) return [];
  return [stratumPointOf(limit, d, verdict.rank, moments.carried ? start.mean : new Float64Array(0))];
}

function limitOf({ equilibrium }: Verdict): Float64Array | undefined {
  if (equilibrium === undefined) return undefined;
  return Float64Array.from((equilibrium.cov as readonly (readonly number[])[]).flat());
}
