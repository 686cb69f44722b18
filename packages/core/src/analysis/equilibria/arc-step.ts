import { frobeniusNorm, solveLinear, svd } from "../../foundation/linear-algebra/index.js";
import { combine } from "../shared/matrix-forms.js";
import {
  chartCoordinates,
  chartJacobian,
  chartRate,
  chartSize,
  type LocalSpectrum,
  localSpectrum,
  movedPoint,
  naturalRateAt,
  type StratumPoint,
} from "../shared/rank-stratum.js";
import { type Family, parameterSlope } from "./family.js";

/** A place on a branch: the equilibrium at q, with the unit tangent (δ̇, q̇) in the equilibrium's own chart. */
export interface BranchPlace extends LocalSpectrum {
  readonly q: number;
  readonly point: StratumPoint;
  readonly tangent: Float64Array;
}

const maxNewton = 10;
/** |rate|/|B| of a corrected point: rounding of the closure. */
const atRest = 1e-11;

/** [∂f/∂δ | ∂f/∂q] with one more row. */
function bordered(family: Family, at: StratumPoint, q: number, delta: Float64Array, row: Float64Array): Float64Array {
  const n = delta.length;
  const J = chartJacobian(family.flowAt(q), at, delta);
  const slope = parameterSlope(family, at, q, delta);
  const out = new Float64Array((n + 1) * (n + 1));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) out[i * (n + 1) + j] = J[i * n + j]!;
    out[i * (n + 1) + n] = slope[i]!;
  }
  out.set(row, n * (n + 1));
  return out;
}

/** An equilibrium as a place of its branch; the tangent points along `forward`, a change of (δ, q) in its chart. */
export function placeAt(family: Family, point: StratumPoint, q: number, forward: Float64Array): BranchPlace {
  const n = chartSize(point);
  const { v } = svd(bordered(family, point, q, new Float64Array(n), new Float64Array(n + 1)), n + 1, n + 1);
  const tangent = Float64Array.from({ length: n + 1 }, (_, i) => v[i * (n + 1) + n]!);
  const along = tangent.reduce((sum, value, i) => sum + value * forward[i]!, 0);
  const oriented = along < 0 ? tangent.map((value) => -value) : tangent;
  return { q, point, tangent: oriented, ...localSpectrum(family.flowAt(q), point) };
}

/** The way from one equilibrium to another, as a change of (δ, q) in the chart of the second. */
export function wayTo(from: BranchPlace, to: StratumPoint, q: number): Float64Array {
  const mean = combine(to.mean, from.point.mean, -1);
  const coordinates = chartCoordinates(to, combine(to.cov, from.point.cov, -1), mean);
  return Float64Array.from([...coordinates, q - from.q]);
}

/**
 * The place at arclength h along the tangent: Newton's method on the equilibrium's equations and ⟨tangent, (δ, q)⟩ = h, in
 * the chart of the place it starts from.
 * @returns undefined where it does not converge inside the range
 */
export function arcStep(family: Family, from: BranchPlace, h: number): BranchPlace | undefined {
  const n = from.tangent.length - 1;
  let x: Float64Array = from.tangent.map((value) => h * value);
  let best = Number.POSITIVE_INFINITY;
  // Of the parameter, which the closure at a small |B| need not resolve.
  const rounding = 4 * Number.EPSILON * frobeniusNorm(parameterSlope(family, from.point, from.q, new Float64Array(n)));
  for (let k = 0; k < maxNewton; k++) {
    const q = from.q + x[n]!;
    if (!(q >= 0 && q <= 1)) return undefined;
    const delta = x.slice(0, n);
    const f = chartRate(family.flowAt(q), from.point, delta);
    const size = frobeniusNorm(f);
    if (!Number.isFinite(size)) return undefined;
    const offset = from.tangent.reduce((sum, value, i) => sum + value * x[i]!, -h);
    const resting = size <= atRest * naturalRateAt(family.flowAt(q), from.point) + rounding;
    if (resting && k > 0 && !(size < best / 4)) break;
    if (k === maxNewton - 1 && !resting) return undefined;
    best = size;
    try {
      const step = solveLinear(
        bordered(family, from.point, q, delta, from.tangent),
        Float64Array.from([...f, offset]),
        n + 1,
        1,
      );
      x = combine(x, step, -1);
    } catch {
      return undefined;
    }
    // Beyond, this is another branch or nothing.
    if (!(frobeniusNorm(x) < 2 * h)) return undefined;
  }
  const point = movedPoint(from.point, x.slice(0, n));
  const q = from.q + x[n]!;
  if (!(q >= 0 && q <= 1)) return undefined;
  return placeAt(family, point, q, wayTo(from, point, q));
}
