/**
 * S = Q√Λ with SSᵀ = C = QΛQᵀ, d ≤ 2: the frame in which the law has unit variance along its own axes, so that isotropic
 * noise is diagonal in it. Q turns by at most 45°: a diagonal C has a diagonal S.
 *
 * @param cov shape [d, d], positive semidefinite
 * @param out shape [d, d]
 * @source derived
 */
export function frameRoot(cov: Float64Array, d: number, out: Float64Array): void {
  if (d === 1) {
    out[0] = Math.sqrt(cov[0]!);
    return;
  }
  const [a, b, c] = [cov[0]!, (cov[1]! + cov[2]!) / 2, cov[3]!];
  let angle = Math.atan2(2 * b, a - c) / 2;
  if (Math.abs(angle) > Math.PI / 4) angle -= (Math.sign(angle) * Math.PI) / 2;
  const [x, y] = [Math.cos(angle), b === 0 ? 0 : Math.sin(angle)];
  // Variances along (x, y) and (−y, x); a law on a line may come out a rounding below 0.
  const along = Math.sqrt(Math.max(0, a * x * x + 2 * b * x * y + c * y * y));
  const across = Math.sqrt(Math.max(0, a * y * y - 2 * b * x * y + c * x * x));
  out[0] = x * along;
  out[1] = -y * across;
  out[2] = y * along;
  out[3] = x * across;
}
