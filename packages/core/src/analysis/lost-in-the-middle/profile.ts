import { besselIScaled } from "../../foundation/special-functions/index.js";

/** Modes of the circle under a causal mask that decays. */
export interface MiddleModes {
  /** λ of the weight λe^{−λ(σ−σ_0)}/(1 − e^{−λσ}) of the position σ_0 at σ; 0 for 1/σ. */
  readonly decay: number;
  /** a_n, n = 1 … N, positive: growth rates without a mask (1/depth). */
  readonly rates: readonly number[];
  /** M: ω_n = e^{−π²n²/(2M²)} is what a mode counts. */
  readonly resolution: number;
}

/** ω_n, n from 1. */
const modeWeight = (n: number, resolution: number): number => Math.exp(-((Math.PI * n) ** 2) / (2 * resolution ** 2));

/** k_λ(1, σ_0). */
const weightAt = (decay: number, position: number): number =>
  decay === 0 ? 1 : (-decay * Math.exp(-decay * (1 - position))) / Math.expm1(-decay);

/** Y = log((e^λ − 1)/(e^{λσ_0} − 1)). */
const delayOf = (decay: number, position: number): number =>
  decay === 0 ? -Math.log(position) : Math.log(Math.expm1(decay) / Math.expm1(decay * position));

/**
 * g = k_λ√(at/Y) I_1(2√(atY)): the influence at depth t of a mode of rate a at position σ_0 on the last position, beyond
 * what it has on itself. It is the kernel of e^{atK} − 1, K the mean over the context with weights k_λ.
 * @param position σ_0 in (0, 1]
 * @accuracy e^{atK} on powers, by quadrature, to 1e-9 (analysis/lost-in-the-middle/index.test.ts)
 * @source theory.md §3; derived: in z = e^{λσ} − 1 K is the Cesàro mean
 */
export function influence(decay: number, rate: number, t: number, position: number): number {
  const delay = delayOf(decay, position);
  const x = 2 * Math.sqrt(rate * t * delay);
  // I_1(x) = x/2 (1 + x²/8 + …).
  const growth = x < 1e-4 ? rate * t * (1 + x ** 2 / 8) : (2 * rate * t * besselIScaled(1, x) * Math.exp(x)) / x;
  return weightAt(decay, position) * growth;
}

/** S_t(σ_0) = Σ_n ω_n g_{a_n}(t, 1; σ_0). */
export function profileAt({ decay, rates, resolution }: MiddleModes, t: number, position: number): number {
  return rates.reduce((sum, rate, k) => sum + modeWeight(k + 1, resolution) * influence(decay, rate, t, position), 0);
}

/**
 * t_crit = 2(1 − e^{−λ})Σω_na_n/Σω_na_n²: where the slope of S_t at the last position turns from up (recency) to down.
 * 0 without a decay.
 */
export function criticalDepth({ decay, rates, resolution }: MiddleModes): number {
  let [first, second] = [0, 0];
  rates.forEach((rate, k) => {
    first += modeWeight(k + 1, resolution) * rate;
    second += modeWeight(k + 1, resolution) * rate ** 2;
  });
  return (-2 * Math.expm1(-decay) * first) / second;
}
