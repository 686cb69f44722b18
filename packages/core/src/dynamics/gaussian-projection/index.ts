import { z } from "zod";
import { SolveError } from "../../foundation/errors/index.js";
import { frobeniusNorm } from "../../foundation/linear-algebra/index.js";
import { seedParameter } from "../../foundation/parameters/index.js";
import type { Gaussian, InitialLaw } from "../../laws/contract.js";
import type { Model } from "../../model/index.js";
import type { LevelMonitor, LevelPlugin } from "../contract.js";
import { blowUpEvent } from "../shared/blow-up.js";
import { momentLevel } from "../shared/moment-level.js";
import { type Projection, projectionOf } from "../shared/projection.js";
import { rankMonitors } from "../shared/rank-monitor.js";
import { rememberDrift } from "../shared/remembered-drift.js";
import { standardNodes } from "../shared/standard-nodes.js";

interface GaussianProjectionParameters {
  readonly points: number;
  readonly seed: number;
}

/** Part of the rates by which the nodes and a rule of half the size, or another sample, differ. */
function nodeError(projection: Projection, check: Projection, d: number) {
  const rates = () => ({ mean: new Float64Array(d), cross: new Float64Array(d * d) });
  const [found, other] = [rates(), rates()];
  return (t: number, mean: Float64Array, cov: Float64Array): number => {
    projection.ratesAt(t, mean, cov, found);
    check.ratesAt(t, mean, cov, other);
    const gap = Math.hypot(distance(found.mean, other.mean), distance(found.cross, other.cross));
    const size = Math.hypot(frobeniusNorm(found.mean), frobeniusNorm(found.cross));
    return size === 0 ? gap : gap / size;
  };
}

const distance = (a: Float64Array, b: Float64Array) => frobeniusNorm(a.map((value, k) => value - b[k]!));

/** What the projection leaves out, relative to the field, and how far its nodes are to be trusted. */
function defectMonitor(projection: Projection, check: Projection, d: number): LevelMonitor {
  const errorAt = nodeError(projection, check, d);
  return {
    name: "defect",
    what: {
      shape: [2],
      unit: "1",
      doc: "|field − its best affine fit| / |field| in L² of the law; relative difference of the rates on other nodes",
      measure(t, y, out) {
        const [mean, cov] = [y.slice(0, d), y.slice(d, d + d * d)];
        out[0] = projection.defectAt(t, mean, cov);
        out[1] = errorAt(t, mean, cov);
        if (Number.isFinite(out[0]) && Number.isFinite(out[1])) return;
        throw new SolveError({
          code: "not-positive-definite",
          who: "level gaussian-projection",
          rule: "the covariance must be positive semidefinite",
          got: `a negative eigenvalue at t = ${t}`,
          fix: "Tighten rtol, or take adaptive steps",
        });
      },
    },
    judge({ value: { data, shape } }) {
      const column = (c: number) => Array.from({ length: shape[0]! }, (_, k) => data[2 * k + c]!);
      const [defects, errors] = [column(0), column(1)];
      return {
        atStart: defects[0]!,
        atEnd: defects.at(-1)!,
        greatest: Math.max(...defects),
        greatestNodeError: Math.max(...errors),
      };
    },
  };
}

function obstacleOf({ geometry, normalization, attention }: Model, { density, name }: InitialLaw): string | undefined {
  if (density?.positional) return `the law ${name} is another one at each position`;
  const finite = attention.find((one) => one.traits.tokensOnly);
  if (finite !== undefined) return `${finite.name} attention looks at the support of the law, which is all of R^d`;
  if (!normalization.identity) return `under the normalization ${normalization.name} the velocity is not the field`;
  return geometry.flat ? undefined : `on the ${geometry.name} no law is Gaussian`;
}

/**
 * The moment-matched Gaussian of any attention, mask and feed-forward in R^d: ṁ = E[F(x)], Σ̇ = Ξ + Ξᵀ + σ²I with
 * Ξ = E[F(x)(x − m)ᵀ] over x ~ N(m, Σ), F the field of N(m, Σ) itself. Where a closure exists it is that closure;
 * elsewhere the law does not stay Gaussian and this is an approximation, whose defect is measured along every run, and the
 * error of the nodes with it. Without noise rank and signs of Σ are kept (by Stein's identity Ξ = E[DF]Σ).
 *
 * @cost one attention over points² pairs for each evaluation of the drift
 * @accuracy gaussian-moments where that exists, and by nodes alone to 1e-9 (test/closures.test.ts)
 * @source theory.md §2 (approximate)
 */
export const gaussianProjection: LevelPlugin<GaussianProjectionParameters> = {
  name: "gaussian-projection",
  doc: "Moment-matched Gaussian of any attention in R^d: an approximation where there is no closure, with its defect.",
  source: "theory.md §2",
  params: z.strictObject({
    points: z
      .number()
      .int()
      .min(4)
      .max(20_000)
      .default(1024)
      .meta({ unit: "1", doc: "most nodes of the quadrature (d ≤ 3), or size of the sample above" }),
    seed: seedParameter("seed of the sample, d > 3"),
  }),
  noise: ["independent"],
  obstacle: obstacleOf,
  bind({ points, seed }, { model, initial, span }) {
    const start: Gaussian = initial.moments();
    const { d } = start;
    const projection = projectionOf(model, standardNodes(d, points, seed));
    const check = projectionOf(model, standardNodes(d, Math.max(2 * d, Math.ceil(points / 2)), seed + 1));
    const level = momentLevel("gaussian-projection", start, model, projection.ratesAt);
    const watched = rememberDrift(level.problem);
    return {
      ...level,
      problem: watched.problem,
      events: [blowUpEvent(watched, { offset: d, d }, span, 0, model.noise.sigma)],
      confirmStops: true,
      approximation: "moment-matched: the law is taken to be Gaussian at every depth",
      monitors: [...rankMonitors(model, start, "continuous"), defectMonitor(projection, check, d)],
    };
  },
};
