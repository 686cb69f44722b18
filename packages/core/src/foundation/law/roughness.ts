import type { Cells } from "./law.js";

/**
 * How rough a density is on its grid: the greatest over the axes of ½Σ(ρ_{j+1} − ρ_j)²/Σρ_j², in [0, 2]. A Gaussian peak
 * whose standard deviation is s cells has 1 − e^{−1/4s²} ≈ 1/4s²; mass in single cells has 1; the uniform law has 0.
 *
 * @param masses of the cells, shape [m]
 * @param axes those that are looked at; all, unless one of them is no coordinate of the density
 * @cost axes × m
 * @source derived: Σ g(j)g(j+1)/Σ g(j)² = e^{−1/4s²} for a Gaussian g
 */
export function roughness(
  masses: Float64Array,
  { volumes, shape, periodic }: Cells,
  axes: readonly number[] = shape.map((_, axis) => axis),
): number {
  const density = (j: number): number => masses[j]! / volumes[j]!;
  let square = 0;
  for (let j = 0; j < masses.length; j++) square += density(j) ** 2;
  let worst = 0;
  let stride = masses.length;
  shape.forEach((count, axis) => {
    stride /= count;
    if (!axes.includes(axis)) return;
    let jumps = 0;
    for (let j = 0; j < masses.length; j++) {
      const along = Math.floor(j / stride) % count;
      const last = along === count - 1;
      if (last && !periodic[axis]) continue;
      jumps += (density(last ? j - (count - 1) * stride : j + stride) - density(j)) ** 2;
    }
    worst = Math.max(worst, jumps / (2 * square));
  });
  return worst;
}
