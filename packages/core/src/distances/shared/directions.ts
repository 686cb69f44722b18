import { frobeniusNorm } from "../../foundation/linear-algebra/index.js";
import { stream } from "../../foundation/random/index.js";

/**
 * `count` independent uniform directions on S^{d−1}; direction k depends only on (seed, purpose, k, d), so more
 * directions begin with the fewer. In d = 1 there is only one direction, up to its sign: [1].
 * @returns shape [count, d]; [1, 1] when d = 1
 * @cost O(count·d)
 * @source derived (rotation invariance of the normal law)
 */
export function randomDirections(count: number, d: number, seed: number, purpose: string): Float64Array {
  if (d === 1) return Float64Array.of(1);
  const out = new Float64Array(count * d);
  for (let k = 0; k < count; k++) {
    const direction = out.subarray(k * d, k * d + d);
    stream({ seed, purpose, token: k }).fillNormal(direction);
    const norm = frobeniusNorm(direction);
    for (let a = 0; a < d; a++) direction[a]! /= norm;
  }
  return out;
}
