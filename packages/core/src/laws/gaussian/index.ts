import { z } from "zod";
import { atPath, InputError } from "../../foundation/errors/index.js";
import { sampleGaussian } from "../../foundation/law/index.js";
import { requirePsd, symmetrize } from "../../foundation/linear-algebra/index.js";
import {
  bindMatrix,
  bindVector,
  isFileArray,
  matrixParameter,
  seedParameter,
  vectorParameter,
} from "../../foundation/parameters/index.js";
import type { Gaussian, LawPlugin } from "../contract.js";
import { mixtureDensity } from "../shared/mixture-density.js";

interface GaussianParameters {
  readonly mean: unknown;
  readonly cov: unknown;
  readonly n?: number | undefined;
  readonly seed?: number | undefined;
}

/** d is whatever says it first: the list of the mean, then the rows of the covariance. */
function dimensionOf(params: GaussianParameters): number {
  for (const value of [params.mean, params.cov]) {
    if (Array.isArray(value)) return value.length;
    if (isFileArray(value)) return value.shape[0]!;
    const diagonal = (value as { diagonal?: unknown } | undefined)?.diagonal;
    if (Array.isArray(diagonal)) return diagonal.length;
  }
  throw new InputError({
    code: "missing",
    who: "initial gaussian",
    rule: "mean or cov must be written out, because they say what d is",
    got: "numbers and shorthands only",
    fix: "Write mean: [0, 0] or cov: { diagonal: [1, 1] }",
  });
}

/** N(mean, cov), and n tokens drawn from it. Singular covariances are welcome. */
export const gaussian: LawPlugin<GaussianParameters> = {
  name: "gaussian",
  doc: "A Gaussian N(mean, cov); finite levels draw n tokens from it.",
  source: "theory.md §2",
  seeded: true,
  params: z.strictObject({
    mean: vectorParameter({ symbol: "m", unit: "1", doc: "mean, length d" }, 0),
    cov: matrixParameter(
      { symbol: "Σ", unit: "1", doc: "covariance, d×d, symmetric positive semidefinite" },
      "identity",
    ),
    n: z.number().int().min(1).default(1024).meta({ symbol: "n", unit: "1", doc: "number of tokens" }),
    seed: seedParameter("seed of the tokens"),
  }),
  bind(params) {
    const d = dimensionOf(params);
    const mean = atPath(["mean"], () => bindVector(params.mean, d, "initial gaussian.mean"));
    const cov = atPath(["cov"], () => {
      const { data } = bindMatrix(params.cov, { rows: d, columns: d }, "initial gaussian.cov");
      requirePsd(data, d, "initial gaussian.cov");
      const symmetric = data.slice();
      symmetrize(symmetric, d);
      return symmetric;
    });
    const law: Gaussian = { kind: "gaussian", d, mean, cov };
    const n = params.n ?? 1024;
    const density = mixtureDensity([{ weight: 1, law }]);
    return {
      name: "gaussian",
      d,
      n,
      moments: () => law,
      unbounded: true,
      cloud: (run) => sampleGaussian(law, n, params.seed ?? 1, "initial tokens", run),
      ...(density === undefined ? {} : { density }),
    };
  },
};
