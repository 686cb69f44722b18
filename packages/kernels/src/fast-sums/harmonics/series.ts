import type { Workspace } from "@meanfield/core/foundation/workspace";
import { triangle } from "./legendre.js";
import type { SphereMoments } from "./moments.js";

/**
 * Coefficients s_lm of four real series Σ_{l, m≥0} Re(s_lm P̄_lm e^{imφ}): total, and the mean's x, y, z; complex
 * numbers at [2·(4·triangle(l, m) + f)].
 */
export type SphereSeries = Float64Array;

/** c_lm or 0 outside the triangle, into pair[at], pair[at + 1]. */
function pick({ re, im }: SphereMoments, l: number, m: number): readonly [number, number] {
  return m > l || l < 0 ? [0, 0] : [re[triangle(l, m)]!, im[triangle(l, m)]!];
}

/** Moments of (x + iy) and (x − iy) times the harmonic, by the recurrences of sin θ·P̄_lm. */
function planar(moments: SphereMoments, l: number, m: number) {
  const upper = (2 * l + 1) * (2 * l + 3);
  const lower = (2 * l - 1) * (2 * l + 1);
  const [a, b] = [Math.sqrt(((l + m + 1) * (l + m + 2)) / upper), Math.sqrt(((l - m) * (l - m - 1)) / lower)];
  const [up, down] = [pick(moments, l + 1, m + 1), pick(moments, l - 1, m + 1)];
  const plus = l - m < 2 ? [a * up[0], a * up[1]] : [a * up[0] - b * down[0], a * up[1] - b * down[1]];
  if (m === 0) return { plus, minus: [plus[0]!, -plus[1]!] };
  const [c, e] = [Math.sqrt(((l - m + 1) * (l - m + 2)) / upper), Math.sqrt(((l + m) * (l + m - 1)) / lower)];
  const [upLeft, downLeft] = [pick(moments, l + 1, m - 1), pick(moments, l - 1, m - 1)];
  return { plus, minus: [e * downLeft[0] - c * upLeft[0], e * downLeft[1] - c * upLeft[1]] };
}

/** z·P̄_lm = α_{l+1,m}P̄_{l+1,m} + α_{lm}P̄_{l−1,m}, α_lm = √((l² − m²)/(4l² − 1)). */
function axial(moments: SphereMoments, l: number, m: number): readonly [number, number] {
  const above = Math.sqrt(((l + 1) ** 2 - m * m) / (4 * (l + 1) ** 2 - 1));
  const below = l === m ? 0 : Math.sqrt((l * l - m * m) / (4 * l * l - 1));
  const [up, down] = [pick(moments, l + 1, m), pick(moments, l - 1, m)];
  return [above * up[0] + below * down[0], above * up[1] + below * down[1]];
}

/**
 * The four series of Σ_j a_j e^{κ(⟨q̂, ŷ_j⟩ − 1)} (1, y_j): 4π/(2l + 1)·ν_l·conj(moment), doubled for m > 0.
 * @param spectrum ν_l, l = 0 … L
 * @param moments up to degree L + 1
 */
export function sphereSeries(
  moments: SphereMoments,
  spectrum: Float64Array,
  radius: number,
  work: Workspace,
): SphereSeries {
  const degrees = spectrum.length;
  const series = work.floats(8 * triangle(degrees, 0));
  for (let l = 0; l < degrees; l++) {
    for (let m = 0; m <= l; m++) {
      const scale = ((m === 0 ? 4 : 8) * Math.PI * spectrum[l]!) / (2 * l + 1);
      const at = 8 * triangle(l, m);
      const own = pick(moments, l, m);
      const { plus, minus } = planar(moments, l, m);
      const z = axial(moments, l, m);
      const half = 0.5 * radius * scale;
      series[at] = scale * own[0];
      series[at + 1] = -scale * own[1];
      series[at + 2] = half * (plus[0]! + minus[0]!);
      series[at + 3] = -half * (plus[1]! + minus[1]!);
      // (plus − minus)/2i
      series[at + 4] = half * (plus[1]! - minus[1]!);
      series[at + 5] = half * (plus[0]! - minus[0]!);
      series[at + 6] = radius * scale * z[0];
      series[at + 7] = -radius * scale * z[1];
    }
  }
  return series;
}
