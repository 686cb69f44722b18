import { eigenvalues, solveLinear } from "../../foundation/linear-algebra/index.js";
import { toNested } from "../../foundation/shapes/index.js";
import type { Json } from "../contract.js";
import {
  type EquilibriumSearch,
  type MomentEquilibrium,
  neutralCount,
  stabilityOf,
  unstableCount,
} from "./equilibrium-search.js";
import type { MomentFlow } from "./moment-flow.js";
import { meanRate } from "./rank-stratum.js";

/** An equilibrium with what its spectrum says. */
export interface JudgedEquilibrium {
  readonly one: MomentEquilibrium;
  readonly stability: "stable" | "unstable" | "neutral";
}

/** Members of continua alike: of one rank, with as many unstable and vanishing eigenvalues. */
export interface Continuum extends JudgedEquilibrium {
  readonly members: number;
}

/** Isolated equilibria one by one, and members of continua by kind. */
export function grouped(equilibria: readonly MomentEquilibrium[]) {
  const judged = equilibria.map((one): JudgedEquilibrium => ({ one, stability: stabilityOf(one) }));
  const single = judged.filter(({ one }) => neutralCount(one) === 0);
  const continua = new Map<string, Continuum>();
  for (const each of judged) {
    const { one } = each;
    if (neutralCount(one) === 0) continue;
    const kind = `${one.point.rank} ${neutralCount(one)} ${unstableCount(one)}`;
    continua.set(kind, { ...each, ...continua.get(kind), members: (continua.get(kind)?.members ?? 0) + 1 });
  }
  return { single, continua: [...continua.values()] };
}

/**
 * The mean that rests beside an equilibrium covariance, and the spectrum that draws it there or away, where the covariance
 * does not depend on it: ṁ = Jm + b is affine. Undefined where J is singular.
 */
function restingMean(flow: MomentFlow, cov: Float64Array): Json | undefined {
  const { d } = flow;
  const zero = new Float64Array(d);
  const b = meanRate(flow, zero, cov);
  const J = new Float64Array(d * d);
  for (let j = 0; j < d; j++) {
    const unit = Float64Array.from({ length: d }, (_, i) => (i === j ? 1 : 0));
    meanRate(flow, unit, cov).forEach((value, i) => {
      J[i * d + j] = value - b[i]!;
    });
  }
  try {
    const at = solveLinear(
      J,
      b.map((value) => -value),
      d,
      1,
    );
    const { re, im } = eigenvalues(J, d);
    return { at: Array.from(at, (value) => value + 0), spectrum: Array.from(re, (value, k) => [value, im[k]!]) };
  } catch {
    return undefined;
  }
}

function equilibriumJson(flow: MomentFlow, { one, stability }: JudgedEquilibrium): { readonly [key: string]: Json } {
  const { point, re, im, across, residual, hits } = one;
  const { d, cov, rank } = point;
  const mean = flow.carried ? Array.from(point.mean) : restingMean(flow, cov);
  return {
    rank,
    stability,
    cov: toNested({ shape: [d, d], data: cov }) as Json,
    ...(mean === undefined ? {} : { mean }),
    residual,
    spectrum: Array.from(re, (value, k) => [value, im[k]!]),
    ...(Number.isFinite(across) && { across }),
    hits,
  };
}

/**
 * A search as JSON: isolated equilibria by rank and trace, continua by kind with one member each, and what was tried.
 * `across` is the greatest rate at which spread outside the range grows, `hits` the starts that came there.
 */
export function equilibriaJson(flow: MomentFlow, search: EquilibriumSearch): { readonly [key: string]: Json } {
  const { equilibria, startsPerRank, seed, ranks, converged, unseen } = search;
  const { single, continua } = grouped(equilibria);
  return {
    equilibria: single.map((one) => equilibriumJson(flow, one)),
    ...(continua.length > 0 && {
      continua: continua.map((one) => {
        const { hits: _, ...json } = equilibriumJson(flow, one);
        const vanishing = neutralCount(one.one);
        return { ...json, vanishing, members: one.members };
      }),
    }),
    search: { startsPerRank, seed, ranks: [...ranks], converged, unseen },
  };
}
