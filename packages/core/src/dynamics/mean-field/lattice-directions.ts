/** A positive semidefinite D as jumps on a lattice: D = Σ_k weights_k e_k e_kᵀ, weights ≥ 0, e_k of whole numbers. */
export interface LatticeDirections {
  /** Shape [3]; one direction suffices on the line, and those that are not needed have weight 0. */
  readonly weights: Float64Array;
  /** e_k, shape [3, 2]; on the line only the first number of each counts. */
  readonly steps: Int32Array;
}

export const latticeDirections = (): LatticeDirections => ({
  weights: new Float64Array(3),
  steps: new Int32Array(6),
});

/** Pairs of a superbase, and the vector that is in none of them. */
const pairs = [
  [1, 2, 0],
  [0, 2, 1],
  [0, 1, 2],
] as const;

/**
 * Selling's decomposition: a superbase b_0 + b_1 + b_2 = 0 of Z² is made obtuse, ⟨b_i, Db_j⟩ ≤ 0; then
 * D = −Σ_{i<j} ⟨b_i, Db_j⟩ b_k^⊥ b_k^⊥ᵀ. The weights are continuous in D, and a diagonal D takes the axes.
 *
 * @param D symmetric positive definite d×d, d ≤ 2
 * @param longest of a coordinate of e_k
 * @returns whether no direction is longer than that; otherwise `out` is of no use
 * @cost O(√(condition of D)) at worst
 * @accuracy rounding (noise.test.ts)
 * @source E. Selling, Journal für die reine und angewandte Mathematik 77 (1874)
 */
export function decompose(D: Float64Array, d: number, longest: number, out: LatticeDirections): boolean {
  const { weights, steps } = out;
  weights.fill(0);
  steps.fill(0);
  if (d === 1) {
    weights[0] = D[0]!;
    steps[0] = 1;
    return true;
  }
  // b_0, b_1, b_2, in `steps` until they are turned into directions.
  steps[0] = 1;
  steps[3] = 1;
  steps[4] = -1;
  steps[5] = -1;
  while (reduce(D, steps)) for (let k = 0; k < 6; k++) if (Math.abs(steps[k]!) > longest) return false;
  for (const [i, j, k] of pairs) weights[k] = Math.max(0, -product(D, steps, i, j));
  for (let k = 0; k < 3; k++) {
    const [x, y] = [steps[2 * k]!, steps[2 * k + 1]!];
    steps[2 * k] = -y;
    steps[2 * k + 1] = x;
  }
  return true;
}

/** ⟨b_i, Db_j⟩. */
function product(D: Float64Array, b: Int32Array, i: number, j: number): number {
  const [x, y, u, v] = [b[2 * i]!, b[2 * i + 1]!, b[2 * j]!, b[2 * j + 1]!];
  return x * (D[0]! * u + D[1]! * v) + y * (D[2]! * u + D[3]! * v);
}

/** b ← (−b_i, b_j, b_i − b_j) for a pair at an acute angle; false where there is none. */
function reduce(D: Float64Array, b: Int32Array): boolean {
  for (const [i, j, k] of pairs) {
    if (!(product(D, b, i, j) > 0)) continue;
    for (let a = 0; a < 2; a++) {
      b[2 * k + a] = b[2 * i + a]! - b[2 * j + a]!;
      b[2 * i + a]! *= -1;
    }
    return true;
  }
  return false;
}
