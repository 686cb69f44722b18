import type { RiccatiTerm } from "../../attention/contract.js";
import { maxAbs } from "../../foundation/linear-algebra/index.js";
import type { Model } from "../../model/index.js";

/** Σ̇ = FΣ + ΣFᵀ, F = W + Σ_h V_hΣA_h, with constant coefficients; the sign of the model is in V. */
export interface RiccatiSystem {
  readonly d: number;
  readonly terms: readonly RiccatiTerm[];
  /** Shape [d, d]. */
  readonly W: Float64Array;
}

/** The covariance equation of a model at depth t, when it is of Riccati type: its coefficients on the piece around t. */
export function riccatiSystemAt(model: Model, t: number): RiccatiSystem | undefined {
  if (model.gaussianObstacle !== undefined) return undefined;
  if (model.attention.some((one) => one.riccati === undefined)) return undefined;
  const { d } = model;
  const sign = model.sign === "repel" ? -1 : 1;
  const terms = model.attention.flatMap((one) => one.riccati!(t).map(({ A, V }) => ({ A, V: V.map((v) => sign * v) })));
  const W = new Float64Array(d * d);
  for (const one of model.feedforward) {
    const { W: own } = one.affine!(t);
    for (let i = 0; i < d * d; i++) W[i]! += own[i]!;
  }
  return { d, terms, W };
}

/** The covariance equation of a model, when it is of Riccati type with constant coefficients. */
export function riccatiSystem(model: Model): RiccatiSystem | undefined {
  return model.breakpoints.length > 0 ? undefined : riccatiSystemAt(model, 0);
}

/** Coefficients of Ṗ = −PW − WᵀP − Q for P = Σ⁻¹. */
export interface ScalarValueSystem {
  readonly d: number;
  /** Q = Σ_h v_h (A_h + A_hᵀ), symmetric. */
  readonly Q: Float64Array;
  readonly W: Float64Array;
}

/** v when V = vI to rounding, else undefined. */
function scalarOf(V: Float64Array, d: number): number | undefined {
  const v = V[0] ?? 0;
  const rounding = 1e-14 * maxAbs(V);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      const wanted = i === j ? v : 0;
      if (Math.abs(V[i * d + j]! - wanted) > rounding) return undefined;
    }
  }
  return v;
}

/**
 * When every head has V_h = v_h I the flow of P = Σ⁻¹ is linear, for any number of heads: VΣA summed over heads is
 * Σ·Σ_h v_h A_h. [derived; one head in theory.md §2]
 */
export function scalarValueSystem({ d, terms, W }: RiccatiSystem): ScalarValueSystem | undefined {
  const Q = new Float64Array(d * d);
  for (const { A, V } of terms) {
    const v = scalarOf(V, d);
    if (v === undefined) return undefined;
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) Q[i * d + j]! += v * (A[i * d + j]! + A[j * d + i]!);
  }
  return { d, Q, W };
}
