import { SolveError } from "@meanfield/core/foundation/errors";
import type { Cloud, ProbeMeasure } from "./contract.js";

function norms({ n, d, points }: Cloud): Float64Array {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let square = 0;
    for (let a = 0; a < d; a++) square += points[i * d + a]! ** 2;
    out[i] = Math.sqrt(square);
  }
  return out;
}

/** (1/n) Σ_i |x_i| */
export const meanNorm: ProbeMeasure = Object.freeze({
  name: "mean-norm",
  unit: "1",
  doc: "mean Euclidean norm of the tokens",
  measure: (cloud: Cloud) => ({ value: norms(cloud).reduce((sum, norm) => sum + norm / cloud.n, 0) }),
});

/** tr Cov = (1/n) Σ_i |x_i − mean|² */
export const traceCovariance: ProbeMeasure = {
  name: "trace-covariance",
  unit: "1",
  doc: "trace of the covariance of the tokens",
  measure({ n, d, points }, { moments }) {
    const mean = moments.mean();
    let value = 0;
    for (let i = 0; i < n; i++) for (let a = 0; a < d; a++) value += (points[i * d + a]! - mean[a]!) ** 2 / n;
    return { value };
  },
};

/** exp(−Σ p log p), p = eigenvalues of the covariance over their sum: between 1 and min(n − 1, d). */
export const effectiveRank: ProbeMeasure = {
  name: "effective-rank",
  unit: "1",
  doc: "exponential of the entropy of the normalised covariance eigenvalues",
  measure(_cloud, { moments }) {
    const values = moments.spectrum();
    const total = values.reduce((sum, value) => sum + value, 0);
    if (!(total > 0)) throw degenerate("effective-rank", "the tokens must not all be equal", `trace ${total}`);
    let entropy = 0;
    for (const value of values) if (value > 0) entropy -= (value / total) * Math.log(value / total);
    return { value: Math.exp(entropy) };
  },
};

/** Mean of cos∠(x_i, x_j) over pairs i ≠ j = (|Σ u_i|² − n) / (n(n − 1)) with u = x/|x|. */
export const meanCosine: ProbeMeasure = {
  name: "mean-cosine",
  unit: "1",
  doc: "mean cosine of the angle between two different tokens",
  measure(cloud) {
    const { n, d, points } = cloud;
    const length = norms(cloud);
    const zero = length.indexOf(0);
    if (zero >= 0) throw degenerate("mean-cosine", "every token must have a direction", `token ${zero} = 0`);
    if (n < 2) throw degenerate("mean-cosine", "there must be two tokens", String(n));
    let square = 0;
    for (let a = 0; a < d; a++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += points[i * d + a]! / length[i]!;
      square += sum * sum;
    }
    return { value: (square - n) / (n * (n - 1)) };
  },
};

function degenerate(who: string, rule: string, got: string): SolveError {
  return new SolveError({ code: "singular", who, rule, got, fix: "Give more, or different, tokens" });
}

/** The measures that need no other law. */
export const simpleMeasures: readonly ProbeMeasure[] = Object.freeze([
  meanNorm,
  traceCovariance,
  effectiveRank,
  meanCosine,
]);
