import type { Workspace } from "@meanfield/core/foundation/workspace";
import { triangle } from "./legendre.js";
import type { SphereMoments } from "./moments.js";

/**
 * Coefficients s_lm of four real series Σ_{l, m≥0} Re(s_lm P̄_lm e^{imφ}): total, and the mean's x, y, z; complex
 * numbers at [2·(4·triangle(l, m) + f)].
 */
export type SphereSeries = Float64Array;

/** c_lm, or 0 outside the triangle. */
const at = (part: Float64Array, l: number, m: number): number => (m > l || l < 0 ? 0 : part[triangle(l, m)]!);

/** Moments of (x + iy) and (x − iy) times the harmonic, by the recurrences of sin θ·P̄_lm: [re, im] of both, to `out`. */
function planar({ re, im }: SphereMoments, l: number, m: number, out: Float64Array): void {
  const upper = (2 * l + 1) * (2 * l + 3);
  const lower = (2 * l - 1) * (2 * l + 1);
  const a = Math.sqrt(((l + m + 1) * (l + m + 2)) / upper);
  out[0] = a * at(re, l + 1, m + 1);
  out[1] = a * at(im, l + 1, m + 1);
  if (l - m >= 2) {
    const b = Math.sqrt(((l - m) * (l - m - 1)) / lower);
    out[0]! -= b * at(re, l - 1, m + 1);
    out[1]! -= b * at(im, l - 1, m + 1);
  }
  if (m === 0) {
    out[2] = out[0]!;
    out[3] = -out[1]!;
    return;
  }
  const c = Math.sqrt(((l - m + 1) * (l - m + 2)) / upper);
  const e = Math.sqrt(((l + m) * (l + m - 1)) / lower);
  out[2] = e * at(re, l - 1, m - 1) - c * at(re, l + 1, m - 1);
  out[3] = e * at(im, l - 1, m - 1) - c * at(im, l + 1, m - 1);
}

/** z·P̄_lm = α_{l+1,m}P̄_{l+1,m} + α_{lm}P̄_{l−1,m}, α_lm = √((l² − m²)/(4l² − 1)): [re, im], to `out`. */
function axial({ re, im }: SphereMoments, l: number, m: number, out: Float64Array): void {
  const above = Math.sqrt(((l + 1) ** 2 - m * m) / (4 * (l + 1) ** 2 - 1));
  const below = l === m ? 0 : Math.sqrt((l * l - m * m) / (4 * l * l - 1));
  out[0] = above * at(re, l + 1, m) + below * at(re, l - 1, m);
  out[1] = above * at(im, l + 1, m) + below * at(im, l - 1, m);
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
  const [p, z] = [work.floats(4), work.floats(2)];
  for (let l = 0; l < degrees; l++) {
    for (let m = 0; m <= l; m++) {
      const scale = ((m === 0 ? 4 : 8) * Math.PI * spectrum[l]!) / (2 * l + 1);
      const to = 8 * triangle(l, m);
      planar(moments, l, m, p);
      axial(moments, l, m, z);
      const half = 0.5 * radius * scale;
      series[to] = scale * at(moments.re, l, m);
      series[to + 1] = -scale * at(moments.im, l, m);
      series[to + 2] = half * (p[0]! + p[2]!);
      series[to + 3] = -half * (p[1]! + p[3]!);
      // (plus − minus)/2i
      series[to + 4] = half * (p[1]! - p[3]!);
      series[to + 5] = half * (p[0]! - p[2]!);
      series[to + 6] = radius * scale * z[0]!;
      series[to + 7] = -radius * scale * z[1]!;
    }
  }
  return series;
}
