import { eigenvalues, solveLinear, svd } from "../../foundation/linear-algebra/index.js";
import { toNested } from "../../foundation/shapes/index.js";
import type { Json } from "../contract.js";
import {
  continuumKind,
  type EquilibriumSearch,
  type FailedStart,
  type MomentEquilibrium,
  stabilityOf,
  vanishingCount,
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
  const single = judged.filter(({ one }) => vanishingCount(one) === 0);
  const continua = new Map<string, Continuum>();
  for (const each of judged) {
    const { one } = each;
    const kind = continuumKind(one);
    if (kind === undefined) continue;
    continua.set(kind, { ...each, ...continua.get(kind), members: (continua.get(kind)?.members ?? 0) + 1 });
  }
  return { single, continua: [...continua.values()] };
}

/** Beyond this part of its greatest singular value the least one of J is rounding. */
const singular = 1e-10;

/**
 * The mean that rests beside an equilibrium covariance, and the spectrum that draws it there or away, where the covariance
 * does not depend on it: ṁ = Jm + b is affine. `at` is null where J is singular: no mean rests, or a line of them.
 */
function restingMean(flow: MomentFlow, cov: Float64Array): Json {
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
  const { re, im } = eigenvalues(J, d);
  const spectrum = Array.from(re, (value, k) => [value, im[k]!]);
  const { s } = svd(J, d, d);
  if (!(s[d - 1]! > singular * s[0]!)) return { at: null, spectrum };
  const target = b.map((value) => -value);
  return { at: Array.from(solveLinear(J, target, d, 1), (value) => value + 0), spectrum };
}

function equilibriumJson(flow: MomentFlow, { one, stability }: JudgedEquilibrium): { readonly [key: string]: Json } {
  const { point, re, im, across, residual, hits } = one;
  const { d, cov, rank } = point;
  const mean = flow.carried ? Array.from(point.mean) : restingMean(flow, cov);
  return {
    rank,
    stability,
    cov: toNested({ shape: [d, d], data: cov }) as Json,
    mean,
    residual,
    spectrum: Array.from(re, (value, k) => [value, im[k]!]),
    ...(Number.isFinite(across) && { across }),
    hits,
  };
}

/** Starts that failed by the code of their error, each with the first of them. */
function failedJson(failed: readonly FailedStart[]): Json {
  return [...new Set(failed.map(({ code }) => code))].map((code) => {
    const alike = failed.filter((one) => one.code === code);
    const { rank, start, message } = alike[0]!;
    return { code, starts: alike.length, first: { rank, start, message } };
  });
}

/** What `unseen` counts where a continuum was found. */
const aboutContinua =
  "continua were found, of which every start may meet another member: unseen counts each of their kinds (rank, vanishing and " +
  "unstable eigenvalues) as one, and says nothing about how much of a continuum was met";

/**
 * A search as JSON: isolated equilibria by rank and trace, continua by kind with one member each, and what was tried.
 * `across` is the greatest rate at which spread outside the range grows, `hits` the starts that came there.
 */
export function equilibriaJson(flow: MomentFlow, search: EquilibriumSearch): { readonly [key: string]: Json } {
  const { equilibria, startsPerRank, seed, ranks, tried, converged, failed, unseen, outcome } = search;
  const { single, continua } = grouped(equilibria);
  return {
    equilibria: single.map((one) => equilibriumJson(flow, one)),
    ...(continua.length > 0 && {
      continua: continua.map((one) => {
        const { hits: _, ...json } = equilibriumJson(flow, one);
        const vanishing = vanishingCount(one.one);
        return { ...json, vanishing, members: one.members };
      }),
    }),
    search: {
      ...{ startsPerRank, seed, ranks: [...ranks], tried, converged, unseen, outcome },
      ...(failed.length > 0 && { failed: failedJson(failed) }),
      ...(continua.length > 0 && { note: aboutContinua }),
    },
  };
}
