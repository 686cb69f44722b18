import type { Cloud } from "./contract.js";

/** Coordinates of the tokens along the directions, shape [n, count]. @cost O(n·d·count) */
export function project({ n, d, points }: Cloud, directions: Float64Array): Cloud {
  const count = directions.length / d;
  const out = new Float64Array(n * count);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < count; k++) {
      let sum = 0;
      for (let a = 0; a < d; a++) sum += points[i * d + a]! * directions[k * d + a]!;
      out[i * count + k] = sum;
    }
  }
  return { n, d: count, points: out };
}
