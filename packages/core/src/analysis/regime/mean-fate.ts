import { eigenvalues, frobeniusNorm, solveLinear } from "../../foundation/linear-algebra/index.js";
import type { Model } from "../../model/index.js";
import type { Json } from "../contract.js";
import type { Moments } from "../shared/moment-flow.js";
import { spectrumJson, type Verdict } from "./verdict.js";

/** Parts of the rate below which a real part counts as zero. */
const edge = 1e-10;

/** ṁ at (mean, cov): Bm + c. */
function meanRate(model: Model, t: number, mean: Float64Array, cov: Float64Array): Float64Array {
  const { d } = model;
  const affine = () => ({ B: new Float64Array(d * d), c: new Float64Array(d) });
  const [field, scratch] = [affine(), affine()];
  model.gaussianField(mean, cov, t, field, scratch);
  return field.c.map((value, i) => {
    let sum = value;
    for (let j = 0; j < d; j++) sum += field.B[i * d + j]! * mean[j]!;
    return sum;
  });
}

/**
 * What the mean does in the long run, where the covariance has a limit Σ*: ṁ = Jm + b there, for closures that are affine
 * in the mean (softmax: J = Σ_h V_h(I + Σ*A_h) + W). Undefined where that says nothing: the linear closure, cubic in the
 * mean, or a covariance without a limit and a mean that moves.
 *
 * @source theory.md §2, ṁ = V(I + ΣA)m + Wm + b; derived
 */
export function meanFate(model: Model, t: number, start: Moments, verdict: Verdict): Json | undefined {
  const { d } = model;
  const zero = new Float64Array(d);
  const speed = frobeniusNorm(meanRate(model, t, start.mean, start.cov));
  const still = frobeniusNorm(start.mean) === 0 && speed === 0;
  if (still) return { verdict: "rests", limit: Array.from(zero), argument: "m = 0 and c = 0: the mean stays 0" };
  if (verdict.equilibrium === undefined || !Array.isArray(verdict.equilibrium.cov)) return undefined;
  const cov = Float64Array.from((verdict.equilibrium.cov as number[][]).flat());
  const b = meanRate(model, t, zero, cov);
  const column = (j: number, length: number) => {
    const mean = new Float64Array(d);
    mean[j] = length;
    return meanRate(model, t, mean, cov).map((value, i) => (value - b[i]!) / length);
  };
  const J = new Float64Array(d * d);
  let bent = 0;
  for (let j = 0; j < d; j++) {
    const [once, twice] = [column(j, 1), column(j, 2)];
    bent = Math.max(bent, ...once.map((value, i) => Math.abs(value - twice[i]!)));
    for (let i = 0; i < d; i++) J[i * d + j] = once[i]!;
  }
  const size = frobeniusNorm(J);
  if (bent > 1e-9 * size) return undefined;
  const spectrum = eigenvalues(J, d);
  const greatest = Math.max(...spectrum.re);
  const facts = { spectrum: spectrumJson(spectrum) };
  if (greatest < -edge * size) {
    const limit = solveLinear(
      J,
      b.map((value) => -value),
      d,
      1,
    );
    return { verdict: "converges", limit: Array.from(limit), rate: -greatest, ...facts };
  }
  if (greatest > edge * size) {
    return { verdict: "grows", growthRate: greatest, argument: "for every mean outside a subspace", ...facts };
  }
  return { verdict: "undecided", argument: "an eigenvalue of the mean's flow on the imaginary axis", ...facts };
}
