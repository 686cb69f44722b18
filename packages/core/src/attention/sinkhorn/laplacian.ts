import { fresh, type Workspace } from "../../foundation/workspace/index.js";

/**
 * x with Lx = b and x_0 = 0, L the Laplacian of the weights a_jk ≥ 0, L_jk = −a_jk for j ≠ k with rows that sum to 0, and
 * Σb = 0. Elimination that takes every pivot as a sum of weights and never subtracts, so that x is right entry by entry
 * however near L is to coming apart. What no weight joins to the rest keeps 0.
 *
 * @param weights symmetric, shape [m, m]; the lower triangle is read and overwritten, the diagonal never read
 * @param work where the result and what is needed in between lie; new arrays when left out
 * @cost m³/3 multiply-adds
 * @accuracy attention/sinkhorn/newton.test.ts: two halves joined by 10^{−18}
 * @source Grassmann, Taksar, Heyman (1985), elimination without differences
 */
export function solveLaplacian(weights: Float64Array, b: Float64Array, work: Workspace = fresh): Float64Array {
  const m = b.length;
  const right = work.floats(m);
  right.set(b);
  const pivots = work.floats(m);
  for (let k = m - 1; k > 0; k--) {
    const row = k * m;
    let pivot = 0;
    for (let j = 0; j < k; j++) pivot += weights[row + j]!;
    pivots[k] = pivot;
    if (!(pivot > 0)) continue;
    for (let i = 1; i < k; i++) {
      const share = weights[row + i]! / pivot;
      if (share === 0) continue;
      right[i]! += share * right[k]!;
      for (let j = 0; j < i; j++) weights[i * m + j]! += share * weights[row + j]!;
    }
  }
  const x = work.floats(m);
  for (let k = 1; k < m; k++) {
    if (!(pivots[k]! > 0)) continue;
    let sum = right[k]!;
    for (let j = 0; j < k; j++) sum += weights[k * m + j]! * x[j]!;
    x[k] = sum / pivots[k]!;
  }
  return x;
}
