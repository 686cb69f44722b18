import { tokens, type WeightedPoints } from "../../src/foundation/shapes/index.js";
import { normals } from "./arrays.js";

/** A Gaussian cloud of m points, each of a mass of its own. */
export function weighted(m: number, d: number, seed: number): WeightedPoints {
  const raw = normals(m, seed + 1).map((value) => value * value + 0.1);
  const total = raw.reduce((a, b) => a + b, 0);
  return { ...tokens(normals(m * d, seed), m, d), weights: raw.map((value) => value / total) };
}
