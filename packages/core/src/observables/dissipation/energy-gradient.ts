import type { PointCloud } from "../../laws/contract.js";

/**
 * ∂/∂x_i of (1/2β)Σw_iw_je^{β⟨x_i,x_j⟩}: w_i Σ_j w_j e^{β⟨x_i,x_j⟩} x_j, shape [m, d].
 * @cost m² exponentials
 */
export function energyGradient({ m, d, points, weights }: PointCloud, beta: number): Float64Array {
  const out = new Float64Array(m * d);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) {
      let inner = 0;
      for (let a = 0; a < d; a++) inner += points[i * d + a]! * points[j * d + a]!;
      const mass = weights[i]! * weights[j]! * Math.exp(beta * inner);
      for (let a = 0; a < d; a++) out[i * d + a]! += mass * points[j * d + a]!;
    }
  }
  return out;
}
