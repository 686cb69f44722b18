import { SolveError } from "../../foundation/errors/index.js";
import { scaleInverse } from "./box-frame.js";
import type { BoxState } from "./box-state.js";
import type { ChartGrid } from "./chart.js";
import { decompose, type LatticeDirections, latticeDirections } from "./lattice-directions.js";

/** z/(e^z − 1), in (0, ∞). */
function bernoulli(z: number): number {
  if (Math.abs(z) < 1e-5) return 1 - z / 2 + (z * z) / 12;
  return z / Math.expm1(z);
}

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
  /** D as jumps from cell to cell. */
  readonly jumps: LatticeDirections;
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
}

/** D = ½σ²S⁻¹S⁻ᵀ. */
function diffusionInFrame(d: number, spread: number, { inverse, diffusion }: Spread): void {
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

/** C⁻¹e in direction b, for a jump e. */
function pullAlong({ precision }: Spread, e: readonly [number, number], b: number, d: number): number {
  return d === 1 ? e[0] * precision[0]! : e[0] * precision[b]! + e[1] * precision[2 + b]!;
}

/** Diffusion and pull along one direction of jumps, by the flux of Scharfetter and Gummel between a cell and the one e away. */
function flowAlong(slice: Slice, masses: Float64Array, k: number, out: Float64Array, outflow: Float64Array): void {
  const { grid, width, found } = slice;
  const { d, shape } = grid.chart;
  const { weights, steps } = found.jumps;
  const exchange = weights[k]! / (width * width);
  if (!(exchange > 0)) return;
  const e = [steps[2 * k]!, steps[2 * k + 1]!] as const;
  const pull = [pullAlong(found, e, 0, d), d === 1 ? 0 : pullAlong(found, e, 1, d)] as const;
  const count = shape[d - 1]!;
  const rows = grid.m / count;
  const [down, across] = d === 1 ? [0, e[0]] : e;
  for (let j = 0; j < grid.m; j++) {
    const [row, column] = [Math.floor(j / count) + down, (j % count) + across];
    if (row < 0 || row >= rows || column < 0 || column >= count) continue;
    const to = row * count + column;
    let along = 0;
    for (let b = 0; b < d; b++) along += pull[b]! * (grid.nodes[j * d + b]! + (e[b]! * width) / 2 - found.mean[b]!);
    const step = along * width;
    const there = exchange * bernoulli(step) * masses[j]!;
    const back = exchange * bernoulli(-step) * masses[to]!;
    out[j]! += back - there;
    out[to]! += there - back;
    outflow[j]! += there;
    outflow[to]! += back;
  }
}

/**
 * ½σ²Δ on one slice of a box whose frame grows with it: what is left in ξ is ∂_tρ = div(D(∇ρ + ρC⁻¹(ξ − ⟨ξ⟩))), which a
 * Gaussian stands still under, on the grid too. D = Σ_k w_k e_k e_kᵀ with jumps e_k from cell to cell and w_k ≥ 0, and along
 * each the flux of Scharfetter and Gummel, exact where ∇log ρ is constant: positive and conservative for every D.
 *
 * @returns adds to the rates of masses, centre and scale, and to what leaves each cell
 * @accuracy order 2 in the width of a cell; Gaussians to the steps (mean-field/noise.test.ts)
 * @throws SolveError no-convergence, where a jump would be longer than a standard deviation of the law along it
 * @source derived; the flux: Scharfetter and Gummel, IEEE Transactions on Electron Devices 16 (1969); jumps for an anisotropic D:
 *   Fehrenbach and Mirebeau, Journal of Mathematical Imaging and Vision 49 (2014)
 */
export function noiseInFrame(grid: ChartGrid, slices: number) {
  const { chart } = grid;
  const { d } = chart;
  const perAxis = chart.shape[0]!;
  const invert = scaleInverse(d);
  const square = () => new Float64Array(d * d);
  const found: Spread = {
    ...{ diffusion: square(), mean: new Float64Array(d), cov: square() },
    ...{ precision: square(), inverse: square(), jumps: latticeDirections() },
  };
  const slice: Slice = { grid, width: (2 * chart.box[0]![1]) / perAxis, found };
  return ({ masses, scale }: BoxState, spread: number, out: BoxState, outflow: Float64Array): void => {
    momentsInFrame(grid, d, masses, 1 / slices, found);
    invert(found.cov, found.precision);
    invert(scale, found.inverse);
    diffusionInFrame(d, spread, found);
    growFrame(found, d, spread, out);
    const fits = decompose(found.diffusion, d, perAxis, found.jumps);
    const length = fits ? longestJump(found, d, slice.width) : Number.POSITIVE_INFINITY;
    if (length > mostDeviations) refuseTurned(length, perAxis);
    for (let k = 0; k < 3; k++) flowAlong(slice, masses, k, out.masses, outflow);
  };
}

/** Longest jump in standard deviations of the law along it, beyond which its shape is not seen between the cells. */
const mostDeviations = 1;

/** max_k √(e_kᵀC⁻¹e_k) times the width of a cell, over the jumps that are made; on one axis none is longer than a cell. */
function longestJump({ jumps: { weights, steps }, precision }: Spread, d: number, width: number): number {
  if (d === 1) return 0;
  let longest = 0;
  for (let k = 0; k < 3; k++) {
    const [x, y] = [steps[2 * k]!, steps[2 * k + 1]!];
    if (!(weights[k]! > 0) || Math.abs(x) + Math.abs(y) <= 1) continue;
    const square = x * x * precision[0]! + 2 * x * y * precision[1]! + y * y * precision[3]!;
    longest = Math.max(longest, Math.sqrt(square) * width);
  }
  return longest;
}

function refuseTurned(length: number, perAxis: number): never {
  throw new SolveError({
    code: "no-convergence",
    who: "level mean-field",
    rule: "noise must not be further from isotropic in the frame of the box than the grid can show",
    got: Number.isFinite(length)
      ? `jumps of ${length.toFixed(1)} standard deviations on ${perAxis} × ${perAxis} cells`
      : `jumps of more than ${perAxis} cells`,
    fix: "The law is far thinner in one direction than in the other, or sheared: raise grid, or end the span before",
    details: { perAxis },
  });
}
