import { SolveError } from "@meanfield/core/foundation/errors";
import { stream } from "@meanfield/core/foundation/random";
import { bandOf } from "@meanfield/core/foundation/statistics";
import type { Cloud, ProbeMeasure } from "./contract.js";
import { drawLike } from "./gaussian-tokens.js";
import { centred, meanOf } from "./moments.js";

/** tr Σ² without bias for Gaussian tokens, from the n×n inner products, S the covariance with 1/(n − 1). */
function squaredTrace(rows: Float64Array, n: number, d: number): number {
  let [total, trace] = [0, 0];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let product = 0;
      for (let a = 0; a < d; a++) product += rows[i * d + a]! * rows[j * d + a]!;
      total += (i === j ? 1 : 2) * product * product;
      if (i === j) trace += product;
    }
  }
  const m = n - 1;
  return (m * m * (total / (m * m) - (trace / m) ** 2 / m)) / ((n - 2) * (n + 1));
}

function spreadOf(cloud: Cloud): number {
  const { n, d } = cloud;
  const rows = centred(cloud, meanOf(cloud));
  const squares = Float64Array.from({ length: n }, (_, i) => {
    let square = 0;
    for (let a = 0; a < d; a++) square += rows[i * d + a]! ** 2;
    return square;
  });
  const mean = squares.reduce((sum, value) => sum + value / n, 0);
  const variance = squares.reduce((sum, value) => sum + (value - mean) ** 2 / (n - 1), 0);
  const expected = 2 * squaredTrace(rows, n, d);
  if (n > 2 && expected > 0) return variance / expected;
  throw new SolveError({
    code: "singular",
    who: "radial-variance",
    rule: "there must be three tokens that are not all equal",
    got: `${n} tokens with tr Σ² = ${expected / 2}`,
    fix: "Give more, or different, tokens",
  });
}

/**
 * Var|x − m|²/(2 tr Σ²): 1 for a Gaussian, 0 on a sphere around the mean, above 1 with heavy tails. In high dimension this
 * is where a cloud with Gaussian projections can still differ from a Gaussian: LayerNorm puts tokens on a sphere.
 * @param repeats draws behind the null band (1)
 * @cost 1 + repeats times n²·d
 * @accuracy the unbiased tr Σ² keeps it at 1 for n < d (shape-measures.test.ts)
 * @source derived: Var|z|² = 2 tr Σ² for z ~ N(0, Σ); E tr S² = tr Σ²(1 + 1/m) + (tr Σ)²/m, m = n − 1
 */
export function radialVariance(repeats: number): ProbeMeasure {
  return {
    name: "radial-variance",
    unit: "1",
    unlike: "both",
    doc: "variance of the squared distance to the mean, over that of a Gaussian",
    measure(cloud, { seed, wantNull }) {
      const value = spreadOf(cloud);
      if (!wantNull) return { value };
      const draws = Float64Array.from({ length: repeats }, (_, run) =>
        spreadOf(drawLike(cloud, cloud.n, stream({ seed, purpose: "probe radial null band", run }))),
      );
      return { value, null: bandOf(draws) };
    },
  };
}
