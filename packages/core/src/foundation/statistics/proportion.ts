import { InputError } from "../errors/index.js";
import { normalQuantile } from "../special-functions/index.js";

/** A frequency with its confidence interval. */
export interface Proportion {
  readonly count: number;
  readonly trials: number;
  /** count/trials. */
  readonly frequency: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Wilson's score interval of a proportion: (p̂ + z²/2n ± z√(p̂(1 − p̂)/n + z²/4n²))/(1 + z²/n), z = Φ⁻¹((1 + c)/2).
 *
 * @param count successes, an integer in [0, trials]
 * @param trials a positive integer
 * @param confidence c in (0, 1) (1)
 * @throws out-of-range
 * @accuracy 1e-14 against SciPy (proportion.test.ts)
 * @source Wilson, J. Am. Stat. Assoc. 22 (1927)
 */
export function wilsonInterval(count: number, trials: number, confidence = 0.95): Proportion {
  const whole = Number.isSafeInteger(count) && Number.isSafeInteger(trials) && trials >= 1;
  if (!(whole && count >= 0 && count <= trials && confidence > 0 && confidence < 1)) {
    throw new InputError({
      code: "out-of-range",
      who: "wilsonInterval",
      rule: "integers 0 ≤ count ≤ trials, trials ≥ 1, and 0 < confidence < 1 are needed",
      got: `count ${count}, trials ${trials}, confidence ${confidence}`,
    });
  }
  const frequency = count / trials;
  const z = -normalQuantile((1 - confidence) / 2);
  const middle = frequency + z ** 2 / (2 * trials);
  const half = z * Math.sqrt((frequency * (1 - frequency)) / trials + (z / (2 * trials)) ** 2);
  const norm = 1 + z ** 2 / trials;
  const low = count === 0 ? 0 : (middle - half) / norm;
  const high = count === trials ? 1 : (middle + half) / norm;
  return { count, trials, frequency, low, high };
}
