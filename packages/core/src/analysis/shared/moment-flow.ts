import type { AffineField } from "../../attention/contract.js";
import { maxAbs } from "../../foundation/linear-algebra/index.js";
import type { Model } from "../../model/index.js";
import type { CovarianceFlow } from "./covariance-flow.js";
import { combine, plusTranspose, times } from "./matrix-forms.js";
import { type RiccatiSystem, riccatiSystemAt } from "./riccati-system.js";

/** Mean and covariance at some depth. */
export interface Moments {
  readonly mean: Float64Array;
  readonly cov: Float64Array;
}

/** ṁ = Bm + c, Σ̇ = BΣ + ΣBᵀ of a model with closure, its coefficients frozen at one depth. */
export interface MomentFlow {
  readonly d: number;
  /** Bx + c on N(mean, cov); the next call overwrites it. */
  field(mean: Float64Array, cov: Float64Array): AffineField;
  /** Whether B changes with the mean. */
  readonly carried: boolean;
  /** H ↦ D(BΣ + ΣBᵀ)[H] in closed form, where there is one. */
  readonly derivativeAt?: NonNullable<CovarianceFlow["derivativeAt"]>;
}

/** Whether B changes with the mean: probed with another mean, so that no variant is asked by name. */
function dependsOnMean(field: MomentFlow["field"], { mean, cov }: Moments): boolean {
  const here = field(mean, cov).B.slice();
  const probe = mean.map((value, i) => value + 1 + i / mean.length);
  const there = field(probe, cov).B;
  return maxAbs(here.map((value, k) => value - there[k]!)) > 1e-13 * Math.max(maxAbs(here), maxAbs(there));
}

/** H ↦ X + Xᵀ, X = Σ_h (V_hHA_hΣ + V_hΣA_hH) + WH. */
function riccatiDerivative({ d, terms, W }: RiccatiSystem) {
  const product = (a: Float64Array, b: Float64Array) => times(a, b, d, d, d);
  return (cov: Float64Array) => {
    const parts = terms.map(({ A, V }) => ({ V, right: product(A, cov), left: product(V, product(cov, A)) }));
    return (H: Float64Array) => {
      let X = product(W, H);
      for (const { V, right, left } of parts) X = combine(combine(X, product(V, product(H, right))), product(left, H));
      return plusTranspose(X, d);
    };
  };
}

/** The moments' equation of a model with the coefficients at depth t; `probe` are moments to ask it about. */
export function momentFlow(model: Model, t: number, probe: Moments): MomentFlow {
  const { d } = model;
  const affine = () => ({ B: new Float64Array(d * d), c: new Float64Array(d) });
  const [out, scratch] = [affine(), affine()];
  const field = (mean: Float64Array, cov: Float64Array) => {
    model.gaussianField(mean, cov, t, out, scratch);
    return out;
  };
  const system = riccatiSystemAt(model, t);
  return {
    d,
    field,
    carried: dependsOnMean(field, probe),
    ...(system && { derivativeAt: riccatiDerivative(system) }),
  };
}
