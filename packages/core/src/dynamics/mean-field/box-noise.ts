import { determinant } from "./box-frame.js";
import type { BoxState } from "./box-state.js";
import type { ChartGrid } from "./chart.js";
import { advect } from "./finite-volume.js";

/** z/(e^z − 1), in (0, ∞). */
function bernoulli(z: number): number {
  if (Math.abs(z) < 1e-5) return 1 - z / 2 + (z * z) / 12;
  return z / Math.expm1(z);
}

/** Log-slopes beyond this many per cell are those of an edge that the grid does not show. */
const steepest = 4;

/** What the noise of a slice needs to know of it; everything overwritten at each call. */
interface Spread {
  /** D = ½σ²(SᵀS)⁻¹, the diffusion in ξ. */
  readonly diffusion: Float64Array;
  /** ⟨ξ⟩, covariance C of ξ under the masses, and C⁻¹. */
  readonly mean: Float64Array;
  readonly cov: Float64Array;
  readonly precision: Float64Array;
  /** S⁻¹. */
  readonly inverse: Float64Array;
}

/** Inverse of a d×d matrix, d ≤ 2. */
function invert(matrix: Float64Array, d: number, out: Float64Array): void {
  const det = determinant(matrix, d);
  if (d === 1) {
    out[0] = 1 / det;
    return;
  }
  out[0] = matrix[3]! / det;
  out[1] = -matrix[1]! / det;
  out[2] = -matrix[2]! / det;
  out[3] = matrix[0]! / det;
}

function momentsInFrame({ nodes, m }: ChartGrid, d: number, masses: Float64Array, whole: number, out: Spread): void {
  const { mean, cov } = out;
  mean.fill(0);
  cov.fill(0);
  for (let j = 0; j < m; j++) for (let a = 0; a < d; a++) mean[a]! += (masses[j]! / whole) * nodes[j * d + a]!;
  for (let j = 0; j < m; j++) {
    for (let a = 0; a < d; a++) {
      const xi = (masses[j]! / whole) * (nodes[j * d + a]! - mean[a]!);
      for (let b = 0; b < d; b++) cov[a * d + b]! += xi * (nodes[j * d + b]! - mean[b]!);
    }
  }
  invert(cov, d, out.precision);
}

/** D = ½σ²S⁻¹S⁻ᵀ. */
function diffusionInFrame(scale: Float64Array, d: number, spread: number, { inverse, diffusion }: Spread): void {
  invert(scale, d, inverse);
  for (let a = 0; a < d; a++) {
    for (let b = 0; b < d; b++) {
      let sum = 0;
      for (let e = 0; e < d; e++) sum += inverse[a * d + e]! * inverse[b * d + e]!;
      diffusion[a * d + b] = spread * sum;
    }
  }
}

/** The frame grows with the Gaussian of the law's moments: Ṡ += ½σ²S⁻ᵀC⁻¹, ċ so that the mean stays. */
function growFrame({ inverse, precision, mean }: Spread, d: number, spread: number, out: BoxState): void {
  for (let a = 0; a < d; a++) {
    for (let b = 0; b < d; b++) {
      let grown = 0;
      for (let e = 0; e < d; e++) grown += spread * inverse[e * d + a]! * precision[e * d + b]!;
      out.scale[a * d + b]! += grown;
      out.centre[a]! -= grown * mean[b]!;
    }
  }
}

/** A slice in its frame: the grid of ξ, the width of its cells, and what is known of the law there. */
interface Slice {
  readonly grid: ChartGrid;
  readonly width: number;
  readonly found: Spread;
}

const strideOf = ({ grid: { chart } }: Slice, axis: number): number => (axis === chart.d - 1 ? 1 : chart.shape[1]!);

/** The place of cell j along an axis. */
const placeOf = (slice: Slice, j: number, axis: number): number =>
  Math.floor(j / strideOf(slice, axis)) % slice.grid.chart.shape[axis]!;

const isLast = (slice: Slice, j: number, axis: number): boolean =>
  placeOf(slice, j, axis) === slice.grid.chart.shape[axis]! - 1;

/** C⁻¹(ξ − ⟨ξ⟩) in direction a, half a cell above node j along `axis`. */
function pullAt({ grid, width, found }: Slice, j: number, axis: number, a: number): number {
  const { d } = grid.chart;
  let sum = 0;
  for (let b = 0; b < d; b++) {
    const xi = grid.nodes[j * d + b]! + (b === axis ? width / 2 : 0);
    sum += found.precision[a * d + b]! * (xi - found.mean[b]!);
  }
  return sum;
}

/** Diffusion and pull along one axis, by the flux of Scharfetter and Gummel. */
function flowAlong(slice: Slice, masses: Float64Array, axis: number, out: Float64Array, outflow: Float64Array): void {
  const { grid, width, found } = slice;
  const stride = strideOf(slice, axis);
  const exchange = found.diffusion[axis * grid.chart.d + axis]! / (width * width);
  for (let j = 0; j < grid.m; j++) {
    if (isLast(slice, j, axis)) continue;
    const step = pullAt(slice, j, axis, axis) * width;
    const up = exchange * bernoulli(step) * masses[j]!;
    const down = exchange * bernoulli(-step) * masses[j + stride]!;
    out[j]! += down - up;
    out[j + stride]! += up - down;
    outflow[j]! += up;
    outflow[j + stride]! += down;
  }
}

/** ∂_b log ρ at node j; undefined at the rim and next to empty cells. */
function slopeAt(slice: Slice, masses: Float64Array, j: number, b: number): number | undefined {
  const place = placeOf(slice, j, b);
  if (place === 0 || isLast(slice, j, b)) return undefined;
  const stride = strideOf(slice, b);
  const [below, above] = [masses[j - stride]!, masses[j + stride]!];
  if (!(below > 0 && above > 0)) return undefined;
  const slope = Math.log(above / below) / 2;
  return Math.max(-steepest, Math.min(steepest, slope)) / slice.width;
}

/** On the plane: cells per depth at the faces across `axis` by what diffusion mixes from the other one. */
function mixedRates(slice: Slice, masses: Float64Array, axis: number, rates: Float64Array): void {
  const other = 1 - axis;
  const mixing = slice.found.diffusion[2 * axis + other]!;
  const stride = strideOf(slice, axis);
  for (let j = 0; j < rates.length; j++) {
    rates[j] = 0;
    if (isLast(slice, j, axis)) continue;
    const here = slopeAt(slice, masses, j, other);
    const beyond = slopeAt(slice, masses, j + stride, other);
    if (here === undefined || beyond === undefined) continue;
    rates[j] = (-mixing * ((here + beyond) / 2 + pullAt(slice, j, axis, other))) / slice.width;
  }
}

/**
 * ½σ²Δ on one slice of a box whose frame grows with it: what is left in ξ is ∂_tρ = div(D(∇ρ + ρC⁻¹(ξ − ⟨ξ⟩))), which a
 * Gaussian stands still under, on the grid too. Along each axis the flux of Scharfetter and Gummel, exact where ∇log ρ is
 * constant, so positive and conservative; the entry of D that mixes two axes moves mass as a velocity.
 *
 * @returns adds to the rates of masses, centre and scale, and to what leaves each cell
 * @accuracy order 2 in the width of a cell; Gaussians to the steps (mean-field/noise.test.ts)
 * @source derived; the flux: Scharfetter and Gummel, IEEE Transactions on Electron Devices 16 (1969)
 */
export function noiseInFrame(grid: ChartGrid, slices: number) {
  const { m, chart, cells } = grid;
  const { d } = chart;
  const square = () => new Float64Array(d * d);
  const found: Spread = {
    ...{ diffusion: square(), mean: new Float64Array(d), cov: square() },
    ...{ precision: square(), inverse: square() },
  };
  const slice: Slice = { grid, width: (2 * chart.box[0]![1]) / chart.shape[0]!, found };
  const rates = new Float64Array(m);
  return ({ masses, scale }: BoxState, spread: number, out: BoxState, outflow: Float64Array): void => {
    momentsInFrame(grid, d, masses, 1 / slices, found);
    diffusionInFrame(scale, d, spread, found);
    growFrame(found, d, spread, out);
    for (let axis = 0; axis < d; axis++) {
      flowAlong(slice, masses, axis, out.masses, outflow);
      if (d === 1 || found.diffusion[1] === 0) continue;
      mixedRates(slice, masses, axis, rates);
      advect(cells, axis, masses, rates, out.masses, outflow);
    }
  };
}
