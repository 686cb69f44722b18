/** Writes −log Σ_j exp(logWeights_j + g_j − c_ij) over the rows of c, shape [rows, columns], in units of ε. */
export function softMinimum(c: Float64Array, logWeights: Float64Array, g: Float64Array, out: Float64Array): void {
  const columns = g.length;
  for (let i = 0; i < out.length; i++) {
    const row = i * columns;
    let most = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < columns; j++) {
      const value = logWeights[j]! + g[j]! - c[row + j]!;
      if (value > most) most = value;
    }
    let sum = 0;
    for (let j = 0; j < columns; j++) sum += Math.exp(logWeights[j]! + g[j]! - c[row + j]! - most);
    out[i] = -most - Math.log(sum);
  }
}

/** Σ w_i f_i. */
export function dot(weights: Float64Array, f: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < f.length; i++) sum += weights[i]! * f[i]!;
  return sum;
}

/** Σ w_i|e^{old_i − new_i} − 1|: by how much the marginal of the old potential is wrong. */
export function marginalError(weights: Float64Array, old: Float64Array, next: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i]! * Math.abs(Math.expm1(old[i]! - next[i]!));
  return sum;
}
