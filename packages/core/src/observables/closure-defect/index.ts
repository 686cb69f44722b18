import { z } from "zod";
import { projectionOf } from "../../dynamics/shared/projection.js";
import { standardNodes } from "../../dynamics/shared/standard-nodes.js";
import { SolveError } from "../../foundation/errors/index.js";
import { momentsOf } from "../../foundation/law/index.js";
import { matMul, psdPseudoInverse } from "../../foundation/linear-algebra/index.js";
import { seedParameter } from "../../foundation/parameters/index.js";
import type { PointCloud } from "../../laws/contract.js";
import type { Model } from "../../model/index.js";
import type { Observable, ObservablePlugin } from "../contract.js";
import { cloudAt } from "../shared/law-of.js";

interface DefectParameters {
  readonly points: number;
  readonly seed: number;
}

const doc =
  "Part of the velocity field that is not affine in the token, relative to the field in L² of the law: 0 where Gaussians " +
  "stay Gaussian.";

/** |F − its least-squares affine fit| / |F| over the points of a cloud. */
function cloudDefect(model: Model, t: number, cloud: PointCloud): number {
  const { m, d, points, weights } = cloud;
  const [field, scratch] = [new Float64Array(m * d), new Float64Array(m * d)];
  model.fieldAt(cloud, cloud, t, field, scratch);
  const { mean, cov } = momentsOf(cloud);
  const average = new Float64Array(d);
  const cross = new Float64Array(d * d);
  for (let i = 0; i < m; i++) {
    for (let a = 0; a < d; a++) {
      const weighted = weights[i]! * field[i * d + a]!;
      average[a]! += weighted;
      for (let b = 0; b < d; b++) cross[a * d + b]! += weighted * (points[i * d + b]! - mean[b]!);
    }
  }
  const slope = new Float64Array(d * d);
  matMul(cross, psdPseudoInverse(cov, d).inverse, d, d, d, slope);
  let [left, total] = [0, 0];
  for (let i = 0; i < m; i++) {
    for (let a = 0; a < d; a++) {
      const value = field[i * d + a]!;
      let rest = value - average[a]!;
      for (let b = 0; b < d; b++) rest -= slope[a * d + b]! * (points[i * d + b]! - mean[b]!);
      left += weights[i]! * rest * rest;
      total += weights[i]! * value * value;
    }
  }
  return total === 0 ? 0 : Math.sqrt(left / total);
}

function requireFinite(defect: number): number {
  if (Number.isFinite(defect)) return defect;
  throw new SolveError({
    code: "not-finite",
    who: "observable closure-defect",
    rule: "the field must be finite",
    got: String(defect),
    fix: "Measure before the law blows up",
  });
}

/**
 * min over affine maps of |F − Bx − c| / |F| in L²(μ), F = ±Γ_μ + f before any projection on a sphere. Of a Gaussian by
 * quadrature (d ≤ 3) or a sample with a fixed seed, attentions with a closure exactly; of a cloud over its tokens, where
 * it is 0 for n ≤ d + 1 and of order n^{−½} even under a closure.
 * @throws out-of-range (too few points for d); SolveError not-finite
 * @cost one attention over points² or n² pairs
 * @accuracy rounding on clouds; on Gaussians that of the nodes (closure-defect/index.test.ts)
 * @source theory.md §2 (moment-matched projections and their defect)
 */
export const closureDefect: ObservablePlugin<DefectParameters> = {
  name: "closure-defect",
  doc,
  source: "theory.md §2",
  unit: "1",
  of: ["point-cloud", "gaussian"],
  params: z.strictObject({
    points: z.number().int().min(4).max(20_000).default(1024).meta({ unit: "1", doc: "most nodes, on a Gaussian" }),
    seed: seedParameter("seed of the sample, on a Gaussian in d > 3"),
  }),
  bind({ points, seed }, { model, kind, d }): Observable {
    const described = { shape: [], unit: "1", doc };
    if (kind === "point-cloud") {
      return {
        ...described,
        measure(t, law, out) {
          out[0] = requireFinite(cloudDefect(model, t, cloudAt(law, "closure-defect")));
        },
      };
    }
    const projection = projectionOf(model, standardNodes(d, points, seed));
    return {
      ...described,
      measure(t, law, out) {
        if (law.kind === "gaussian") out[0] = requireFinite(projection.defectAt(t, law.mean, law.cov));
      },
    };
  },
};
