import { matVec } from "../../foundation/linear-algebra/index.js";
import type { Model } from "../../model/index.js";
import type { RatesAt } from "./moment-level.js";

/**
 * The rates of an exact closure Γ(x) + f(x) = Bx + c: ṁ = Bm + c and Ξ = BΣ. With a layer step τ also (τ/2)BΣBᵀ, so
 * that one Euler step of length τ is the layer itself, Σ⁺ = (I + τB)Σ(I + τB)ᵀ.
 *
 * @cost (heads + 1)·2d³ multiply-adds, and 4d³ more with τ; no allocation of its own
 * @source arXiv 2606.07600 and 2501.18322, theory.md §2
 */
export function closureRates(model: Model, tau = 0): RatesAt {
  const { d } = model;
  const { matMul, matMulNT } = model.linearAlgebra;
  const affine = () => ({ B: new Float64Array(d * d), c: new Float64Array(d) });
  const [field, scratch] = [affine(), affine()];
  const curved = new Float64Array(d * d);
  return (t, mean, cov, out) => {
    model.gaussianField(mean, cov, t, field, scratch);
    matVec(field.B, mean, d, d, out.mean);
    for (let a = 0; a < d; a++) out.mean[a]! += field.c[a]!;
    matMul(field.B, cov, d, d, d, out.cross);
    if (tau === 0) return;
    matMulNT(out.cross, field.B, d, d, d, curved);
    for (let k = 0; k < d * d; k++) out.cross[k]! += 0.5 * tau * curved[k]!;
  };
}
