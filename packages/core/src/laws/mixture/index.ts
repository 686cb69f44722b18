import { z } from "zod";
import { atPath, InputError } from "../../foundation/errors/index.js";
import { cloudOf } from "../../foundation/law/index.js";
import { matMulNT, psdSqrt, requirePsd, symmetrize } from "../../foundation/linear-algebra/index.js";
import {
  bindMatrix,
  bindVector,
  matrixParameter,
  seedParameter,
  vectorParameter,
} from "../../foundation/parameters/index.js";
import { stream } from "../../foundation/random/index.js";
import type { Gaussian, LawPlugin, PointCloud } from "../contract.js";
import { type Component, mixtureDensity } from "../shared/mixture-density.js";

interface MixtureParameters {
  readonly weights?: readonly number[] | undefined;
  readonly means: readonly unknown[];
  readonly covs?: readonly unknown[] | undefined;
  readonly n: number;
  readonly seed: number;
}

function wrongCount(what: string, found: number, wanted: number): never {
  throw new InputError({
    code: "wrong-shape",
    who: "initial mixture",
    rule: `${what} must have one entry for each of the ${wanted} means`,
    got: String(found),
    path: [what],
  });
}

function sharesOf(weights: readonly number[] | undefined, count: number): number[] {
  const shares = weights ?? new Array<number>(count).fill(1 / count);
  if (shares.length !== count) wrongCount("weights", shares.length, count);
  const total = shares.reduce((sum, value) => sum + value, 0);
  // The rounding of a dozen printed decimals.
  if (!(Math.abs(total - 1) <= 1e-9)) {
    throw new InputError({
      code: "out-of-range",
      who: "initial mixture",
      rule: "weights must sum to 1",
      got: String(total),
      fix: "Divide them by their sum",
      path: ["weights"],
    });
  }
  return shares.map((share) => share / total);
}

function componentsOf(params: MixtureParameters): Component[] {
  const means = params.means.map((mean, k) =>
    atPath(["means", k], () => bindVector(mean, k === 0 ? "any" : lengthOf(params.means[0]), "initial mixture.means")),
  );
  const d = means[0]!.length;
  if (params.covs !== undefined && params.covs.length !== means.length)
    wrongCount("covs", params.covs.length, means.length);
  const shares = sharesOf(params.weights, means.length);
  return means.map((mean, k) => {
    const cov = atPath(["covs", k], () => {
      const { data } = bindMatrix(params.covs?.[k] ?? "identity", { rows: d, columns: d }, "initial mixture.covs");
      requirePsd(data, d, "initial mixture.covs");
      const symmetric = data.slice();
      symmetrize(symmetric, d);
      return symmetric;
    });
    return { weight: shares[k]!, law: { kind: "gaussian", d, mean, cov } };
  });
}

const lengthOf = (mean: unknown): number => bindVector(mean, "any", "initial mixture.means").length;

/** m = Σ w_k m_k, Σ = Σ w_k (Σ_k + (m_k − m)(m_k − m)ᵀ). */
function momentsOfMixture(components: readonly Component[]): Gaussian {
  const { d } = components[0]!.law;
  const mean = new Float64Array(d);
  const cov = new Float64Array(d * d);
  for (const { weight, law } of components) for (let a = 0; a < d; a++) mean[a]! += weight * law.mean[a]!;
  for (const { weight, law } of components) {
    for (let a = 0; a < d; a++) {
      for (let b = 0; b < d; b++) {
        const gap = (law.mean[a]! - mean[a]!) * (law.mean[b]! - mean[b]!);
        cov[a * d + b]! += weight * (law.cov[a * d + b]! + gap);
      }
    }
  }
  return { kind: "gaussian", d, mean, cov };
}

/** Each token draws its component, then m_k + Σ_k^½ z. */
function draw(components: readonly Component[], n: number, seed: number, run = 0): PointCloud {
  const { d } = components[0]!.law;
  const roots = components.map(({ law }) => psdSqrt(law.cov, d).sqrt);
  const choice = stream({ seed, purpose: "initial components", run });
  const normals = stream({ seed, purpose: "initial tokens", run });
  const z = new Float64Array(d);
  const points = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    let [k, left] = [0, choice.uniform()];
    while (k < components.length - 1 && left >= components[k]!.weight) left -= components[k++]!.weight;
    normals.fillNormal(z);
    const row = points.subarray(i * d, i * d + d);
    matMulNT(z, roots[k]!, 1, d, d, row);
    for (let a = 0; a < d; a++) row[a]! += components[k]!.law.mean[a]!;
  }
  return cloudOf(points, n, d);
}

/** Σ_k w_k N(m_k, Σ_k), and n tokens drawn from it. */
export const mixture: LawPlugin<MixtureParameters> = {
  name: "mixture",
  doc: "A mixture of Gaussians; finite levels draw n tokens from it.",
  source: "derived",
  seeded: true,
  params: z.strictObject({
    weights: z
      .array(z.number().min(0))
      .min(1)
      .optional()
      .meta({ symbol: "w", unit: "1", doc: "shares of the components, summing to 1; equal when left out" }),
    means: z
      .array(vectorParameter({ doc: "mean of one component", unit: "1" }))
      .min(1)
      .meta({ symbol: "m", unit: "1", doc: "means, one list of length d for each component" }),
    covs: z
      .array(matrixParameter({ doc: "covariance of one component", unit: "1" }))
      .min(1)
      .optional()
      .meta({ symbol: "Σ", unit: "1", doc: "covariances, d×d each; identity when left out" }),
    n: z.number().int().min(1).default(1024).meta({ symbol: "n", unit: "1", doc: "number of tokens" }),
    seed: seedParameter("seed of the tokens"),
  }),
  bind(params) {
    const components = componentsOf(params);
    const density = mixtureDensity(components);
    const moments = momentsOfMixture(components);
    return {
      name: "mixture",
      d: moments.d,
      n: params.n,
      moments: () => moments,
      unbounded: true,
      cloud: (run) => draw(components, params.n, params.seed, run),
      ...(density === undefined ? {} : { density }),
    };
  },
};
