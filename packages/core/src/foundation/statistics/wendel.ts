import { InputError } from "../errors/index.js";

/**
 * P = 2^{−(n−1)} Σ_{k<d} C(n−1, k): the probability that n independent uniform points of S^{d−1} lie in one open hemisphere;
 * 1 for n ≤ d. It is that of at most d − 1 heads in n − 1 throws.
 *
 * @param n number of points, ≥ 1
 * @param d dimension of the space, ≥ 1
 * @throws InputError out-of-range
 * @cost min(n, d)
 * @accuracy 1e-12 relative up to n = 1000 (foundation/statistics/wendel.test.ts)
 * @source theory.md §3 (Wendel 1962)
 */
export function wendelProbability(n: number, d: number): number {
  for (const [name, value] of [
    ["n", n],
    ["d", d],
  ] as const) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new InputError({
      code: "out-of-range",
      who: "wendelProbability",
      rule: `${name} must be an integer from 1 on`,
      got: String(value),
    });
  }
  if (n <= d) return 1;
  // log C(n − 1, k) − (n − 1) log 2, so that n in the thousands does not underflow on the way.
  let logTerm = -(n - 1) * Math.LN2;
  let sum = Math.exp(logTerm);
  for (let k = 1; k < d; k++) {
    logTerm += Math.log((n - k) / k);
    sum += Math.exp(logTerm);
  }
  return Math.min(1, sum);
}
