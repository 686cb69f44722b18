import type { GaussianScore } from "../../attention/contract.js";
import {
  logAbsDet,
  matMul,
  matMulNT,
  matMulTN,
  matVec,
  solveLinear,
  trace,
} from "../../foundation/linear-algebra/index.js";
import type { Gaussian } from "../../laws/contract.js";
import type { Model } from "../../model/index.js";

/** How strongly one head weighs a Gaussian, averaged over its queries. */
export interface HeadTilt {
  /** E log(E w²/(E w)²), nat: n samples are worth n·e^{−tilt} of the law. |Σ^½Ax|² for softmax. */
  readonly tilt: number;
  /** E KL(weighted law | law), nat: n samples attended have entropy log n − divergence. Half the tilt for softmax. */
  readonly divergence: number;
}

type Moments = Pick<Gaussian, "d" | "mean" | "cov">;

/** tr(LᵀDLΣ) + bᵀDb: the mean of u ↦ uᵀDu over u = L(x − m) + b. */
function meanForm(D: Float64Array, L: Float64Array, b: Float64Array, { d, cov }: Moments): number {
  const [image, middle] = [new Float64Array(d * d), new Float64Array(d * d)];
  matMul(D, L, d, d, d, image);
  matMulTN(L, image, d, d, d, middle);
  let sum = 0;
  for (let k = 0; k < d * d; k++) sum += middle[k]! * cov[k]!;
  const Db = new Float64Array(d);
  matVec(D, b, d, d, Db);
  for (let a = 0; a < d; a++) sum += b[a]! * Db[a]!;
  return sum;
}

/** (I + kΣM)⁻¹ with k = 1 or 2, and log det of what is inverted. */
function resolvent(M: Float64Array, k: number, { d, cov }: Moments) {
  const system = new Float64Array(d * d);
  matMul(cov, M, d, d, d, system);
  const identity = new Float64Array(d * d);
  for (let i = 0; i < d * d; i++) system[i]! *= k;
  for (let i = 0; i < d; i++) {
    system[i * d + i]! += 1;
    identity[i * d + i] = 1;
  }
  return { inverse: solveLinear(system, identity, d, d), logDet: logAbsDet(system, d).logAbs };
}

/**
 * Tilt and divergence of the weights w(x, y) = e^{−½yᵀMy + yᵀ(Lx + l)} over y ~ N(m, Σ), averaged over x ~ N(m, Σ).
 * With b = L(x − m) + (L − M)m + l, S_k = (I + kΣM)⁻¹Σ and R = (I + ΣM)⁻¹ (a resolvent of y − m):
 * tilt(x) = log det(I + ΣM) − ½log det(I + 2ΣM) + bᵀ(2S_2 − S_1)b,
 * divergence(x) = ½[tr R − d + log det(I + ΣM)] + ½bᵀRΣRᵀb.
 *
 * @throws SolveError singular (Σ no covariance)
 * @cost about 12d³ multiply-adds, O(d²) memory
 * @accuracy 1e-12 of Gauss–Hermite quadrature; analysis/shared/gaussian-tilt.test.ts
 * @source theory.md §2 for softmax, derived for M ≠ 0
 */
export function headTilt({ M, L, l }: GaussianScore, moments: Moments): HeadTilt {
  const { d, mean, cov } = moments;
  const b = new Float64Array(d);
  matVec(L, mean, d, d, b);
  for (let a = 0; a < d; a++) b[a]! += l?.[a] ?? 0;
  if (M === undefined) {
    const tilt = meanForm(cov, L, b, moments);
    return { tilt, divergence: tilt / 2 };
  }
  for (let a = 0; a < d; a++) for (let c = 0; c < d; c++) b[a]! -= M[a * d + c]! * mean[c]!;
  const [one, two] = [resolvent(M, 1, moments), resolvent(M, 2, moments)];
  const [first, second, spread] = [0, 1, 2].map(() => new Float64Array(d * d)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  matMul(one.inverse, cov, d, d, d, first);
  matMul(two.inverse, cov, d, d, d, second);
  matMulNT(first, one.inverse, d, d, d, spread);
  const contrast = second.map((entry, k) => 2 * entry - first[k]!);
  return {
    tilt: one.logDet - 0.5 * two.logDet + meanForm(contrast, L, b, moments),
    divergence: 0.5 * (trace(one.inverse, d) - d + one.logDet + meanForm(spread, L, b, moments)),
  };
}

/** Tilts of all heads whose weights are exponentials, in the order of the model's heads; undefined for the others. */
export function headTilts(model: Model, t: number, moments: Moments): (HeadTilt | undefined)[] {
  return model.attention.flatMap((one) => {
    const scores = one.gaussianScores?.(moments.mean, moments.cov, t);
    if (scores === undefined) return Array.from({ length: one.heads }, () => undefined);
    return scores.map((score) => headTilt(score, moments));
  });
}
