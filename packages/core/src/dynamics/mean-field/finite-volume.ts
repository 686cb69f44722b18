/** A grid as the flux sees it: cells along each axis, row-major, and which axes close on themselves. */
export interface TensorGrid {
  readonly shape: readonly number[];
  readonly periodic: readonly boolean[];
}

/** How far apart neighbours along an axis stand in a row-major array. */
function strideOf(shape: readonly number[], axis: number): number {
  let stride = 1;
  for (let later = axis + 1; later < shape.length; later++) stride *= shape[later]!;
  return stride;
}

/** The value at the face beyond a cell: a parabola through three averages, kept in [0, 2·mass]. */
function edgeValue(here: number, beyond: number, behind: number): number {
  const edge = here + (beyond - here) / 3 + (here - behind) / 6;
  return edge < 0 ? 0 : edge > 2 * here ? 2 * here : edge;
}

/**
 * Adds to `out` what flows along one axis: ẇ_j = F_{j−½} − F_{j+½}, F = r·(upwind value at the face), r in cells per
 * depth. What leaves a cell enters its neighbour, so the sum of `out` is 0 to rounding; an empty cell loses nothing.
 *
 * @param w masses, shape [m], non-negative
 * @param rates of the faces above each cell, shape [m]; the last of an axis that does not close is not read
 * @param outflow shape [m]: what leaves each cell is added; an Euler step of dt keeps w ≥ 0 iff dt·outflow ≤ w
 * @accuracy order 3 in space for smooth w where no edge is cut off; laws by midpoint masses 2 (circle.test.ts)
 * @source van Leer's κ = 1/3 reconstruction; positivity: Zhang and Shu, Journal of Computational Physics 229 (2010)
 */
export function advect(
  { shape, periodic }: TensorGrid,
  axis: number,
  w: Float64Array,
  rates: Float64Array,
  out: Float64Array,
  outflow: Float64Array,
): void {
  const count = shape[axis]!;
  const stride = strideOf(shape, axis);
  const closes = periodic[axis]!;
  const wrap = (count - 1) * stride;
  for (let j = 0; j < w.length; j++) {
    const along = Math.floor(j / stride) % count;
    if (along === count - 1 && !closes) continue;
    const up = along === count - 1 ? j - wrap : j + stride;
    const rate = rates[j]!;
    if (rate > 0) {
      const behind = along > 0 ? j - stride : closes ? j + wrap : j;
      const flux = rate * edgeValue(w[j]!, w[up]!, w[behind]!);
      out[j]! -= flux;
      out[up]! += flux;
      outflow[j]! += flux;
    } else {
      const upAlong = along === count - 1 ? 0 : along + 1;
      const behind = upAlong < count - 1 ? up + stride : closes ? up - wrap : up;
      const flux = -rate * edgeValue(w[up]!, w[j]!, w[behind]!);
      out[up]! -= flux;
      out[j]! += flux;
      outflow[up]! += flux;
    }
  }
}

/** A grid with the volumes of its cells. */
export interface DiffusiveGrid extends TensorGrid {
  /** Shape [m]. */
  readonly volumes: Float64Array;
}

/**
 * Adds `strength` times the Laplacian along one axis: ẇ_j = Σ_faces strength·g(ρ_up − ρ_j), ρ = w/volume, g the area of the
 * face over the distance of its cells. The uniform law does not move, the sum of `out` is 0 to rounding, and no cell can
 * fall below 0.
 *
 * @param conductances g of the faces above each cell, shape [m]
 * @param outflow shape [m]: what leaves each cell is added, as `advect` does
 * @accuracy order 2 in space (mean-field/noise.test.ts)
 */
export function diffuse(
  { shape, periodic, volumes }: DiffusiveGrid,
  axis: number,
  w: Float64Array,
  conductances: Float64Array,
  strength: number,
  out: Float64Array,
  outflow: Float64Array,
): void {
  const count = shape[axis]!;
  const stride = strideOf(shape, axis);
  for (let j = 0; j < w.length; j++) {
    const last = Math.floor(j / stride) % count === count - 1;
    if (last && !periodic[axis]) continue;
    const up = last ? j - (count - 1) * stride : j + stride;
    const exchange = strength * conductances[j]!;
    const rising = (exchange * w[j]!) / volumes[j]!;
    const falling = (exchange * w[up]!) / volumes[up]!;
    const flux = rising - falling;
    out[j]! -= flux;
    out[up]! += flux;
    outflow[j]! += rising;
    outflow[up]! += falling;
  }
}

/** The longest Euler step that leaves no cell negative: min w_j/outflow_j. @cost m */
export function positiveStep(w: Float64Array, outflow: Float64Array): number {
  let limit = Number.POSITIVE_INFINITY;
  for (let j = 0; j < outflow.length; j++) {
    if (outflow[j]! > 0) limit = Math.min(limit, w[j]! / outflow[j]!);
  }
  return limit;
}
