/** A point of the page, in the units of the axes. */
export interface PlanePoint {
  readonly u: number;
  readonly v: number;
}

/** Mean and covariance of a law seen in a plane. */
export interface PlaneMoments {
  readonly mean: readonly [number, number];
  /** Variances along u and v, and the covariance between them. */
  readonly uu: number;
  readonly uv: number;
  readonly vv: number;
}

/**
 * Points of {mean + sigmas·Lw : |w| = 1}, LLᵀ the covariance, closed (the first point comes again). A singular covariance
 * gives a segment or a point.
 */
export function ellipsePoints({ mean, uu, uv, vv }: PlaneMoments, sigmas: number, count = 96): PlanePoint[] {
  const l11 = Math.sqrt(Math.max(0, uu));
  const l21 = l11 > 0 ? uv / l11 : 0;
  const l22 = Math.sqrt(Math.max(0, vv - l21 * l21));
  return Array.from({ length: count + 1 }, (_, i) => {
    const [c, s] = [sigmas * Math.cos((2 * Math.PI * i) / count), sigmas * Math.sin((2 * Math.PI * i) / count)];
    return { u: mean[0] + l11 * c, v: mean[1] + l21 * c + l22 * s };
  });
}

/** Moments of N(mean, cov) along two directions through an origin; row-major, d = axes' length. @cost O(d²) */
export function planeMoments(
  mean: ArrayLike<number>,
  cov: ArrayLike<number>,
  axes: readonly [Float64Array, Float64Array],
  origin: ArrayLike<number>,
): PlaneMoments {
  const d = axes[0].length;
  const along = (axis: Float64Array) => axis.reduce((sum, entry, a) => sum + entry * (mean[a]! - origin[a]!), 0);
  const form = (a: Float64Array, b: Float64Array) => {
    let sum = 0;
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) sum += a[i]! * cov[i * d + j]! * b[j]!;
    return sum;
  };
  const [first, second] = axes;
  return {
    mean: [along(first), along(second)],
    uu: form(first, first),
    uv: form(first, second),
    vv: form(second, second),
  };
}
