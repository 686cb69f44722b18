import { regimeByFlow } from "../../src/analysis/regime/by-flow.js";
import { frozenFlow } from "../../src/analysis/regime/frozen-flow.js";
import type { Verdict } from "../../src/analysis/regime/index.js";
import { scalarValueRegime } from "../../src/analysis/regime/scalar-value.js";
import { experiment } from "../../src/experiment/index.js";
import { flip, rowsOf } from "./arrays.js";
import type { DrawnSystem } from "./regime-strata.js";

/** A system on which the theorems and the integrated flow differ, or whose verdict the theory of its stratum excludes. */
export interface Exception {
  readonly stratum: string;
  readonly seed: number;
  readonly d: number;
  readonly what: string;
}

function bothOf({ d, A, W, cov }: DrawnSystem): { readonly theorem: Verdict; readonly flow: Verdict } {
  const At = flip(A, d, d);
  const Q = A.map((value, k) => value + At[k]!);
  const { model, initial } = experiment({
    model: { attention: { softmax: { Q: rowsOf(A, d, d) } }, feedforward: { affine: { W: rowsOf(W, d, d) } } },
    initial: { gaussian: { mean: 0, cov: rowsOf(cov, d, d) } },
    levels: { "gaussian-moments": {} },
  });
  return {
    theorem: scalarValueRegime({ d, Q, W }, cov),
    flow: regimeByFlow(frozenFlow(model, 0, initial.moments())),
  };
}

const covOf = ({ equilibrium }: Verdict) => (equilibrium!.cov as number[][]).flat();

/** How the two differ; empty when they agree. */
function differences(theorem: Verdict, flow: Verdict): string[] {
  if (theorem.verdict !== flow.verdict) return [`theorem ${theorem.verdict}, flow ${flow.verdict}`];
  const found: string[] = [];
  if (theorem.rank !== undefined && flow.rank !== undefined && theorem.rank !== flow.rank) {
    found.push(`rank ${theorem.rank} and ${flow.rank}`);
  }
  if (theorem.tStar !== undefined) {
    const gap = Math.abs(theorem.tStar - flow.tStar!);
    const allowed = theorem.tError! + flow.tError!;
    if (!(gap <= allowed)) found.push(`t* differ by ${gap}, errors say ${allowed}`);
    const cosine = theorem.direction!.reduce((sum, value, i) => sum + value * flow.direction![i]!, 0);
    // The flow's direction is read off where 1e-7 of the natural time is left.
    if (theorem.rank === 1 && 1 - Math.abs(cosine) > 1e-6) found.push(`directions at cosine ${cosine}`);
  }
  if (theorem.equilibrium !== undefined && flow.equilibrium !== undefined) {
    const [a, b] = [covOf(theorem), covOf(flow)];
    const gap = Math.max(...a.map((value, k) => Math.abs(value - b[k]!)));
    const size = Math.max(1, ...a.map(Math.abs));
    // Limits approached like 1/t are extrapolated by the flow: 1e-5 in the worst of 1,000.
    if (gap > 3e-5 * size) found.push(`limits differ by ${gap}`);
  }
  return found;
}

/** Every system on which the theorems and the flow are both decided and differ. */
export function disagreements(systems: readonly DrawnSystem[]) {
  const exceptions: Exception[] = [];
  let undecided = 0;
  for (const system of systems) {
    const { stratum, seed, d, allowed } = system;
    const { theorem, flow } = bothOf(system);
    const note = (what: string) => exceptions.push({ stratum, seed, d, what });
    if (theorem.verdict === "undecided" || flow.verdict === "undecided") undecided++;
    else for (const what of differences(theorem, flow)) note(what);
    if (theorem.verdict !== "undecided" && !allowed.includes(theorem.verdict)) note(`not allowed: ${theorem.verdict}`);
  }
  return { exceptions, undecided, compared: systems.length };
}
