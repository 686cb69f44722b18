import type { Chart, ChartGrid } from "./chart.js";

/** Standard coordinates ξ on [−L, L]^d. */
export function standardChart(d: number, perAxis: number, halfWidth: number): Chart {
  return {
    d,
    box: Array.from({ length: d }, () => [-halfWidth, halfWidth] as const),
    shape: new Array<number>(d).fill(perAxis),
    periodic: new Array<boolean>(d).fill(false),
    point: (xi, out) => out.set(xi),
    volume: () => 1,
    gradient(axis, _xi, out) {
      out.fill(0);
      out[axis] = 1;
    },
  };
}

/** x_j = c + Sξ_j. */
export function place(xi: Float64Array, centre: Float64Array, scale: Float64Array, d: number, out: Float64Array): void {
  for (let j = 0; j * d < xi.length; j++) {
    for (let a = 0; a < d; a++) {
      let sum = centre[a]!;
      for (let b = 0; b < d; b++) sum += scale[a * d + b]! * xi[j * d + b]!;
      out[j * d + a] = sum;
    }
  }
}

/** Determinant of S, d ≤ 2. */
export const determinant = (s: Float64Array, d: number): number => (d === 1 ? s[0]! : s[0]! * s[3]! - s[1]! * s[2]!);

/** out ← S⁻¹ v, d ≤ 2. */
export function solveScale(s: Float64Array, d: number, v: Float64Array, out: Float64Array): void {
  const det = determinant(s, d);
  if (d === 1) {
    out[0] = v[0]! / det;
    return;
  }
  const x = v[0]!;
  const y = v[1]!;
  out[0] = (s[3]! * x - s[1]! * y) / det;
  out[1] = (s[0]! * y - s[2]! * x) / det;
}

/** S ↦ S⁻¹, d ≤ 2. */
export function scaleInverse(d: number) {
  const units = Array.from({ length: d }, (_, b) => Float64Array.from({ length: d }, (__, a) => (a === b ? 1 : 0)));
  const column = new Float64Array(d);
  return (s: Float64Array, out: Float64Array): void => {
    for (let b = 0; b < d; b++) {
      solveScale(s, d, units[b]!, column);
      for (let a = 0; a < d; a++) out[a * d + b] = column[a]!;
    }
  };
}

/**
 * ċ = ⟨v⟩ and Ṡ = ⟨(v − ⟨v⟩)(ξ − ⟨ξ⟩)ᵀ⟩ Cov(ξ)⁻¹: the affine motion nearest to the velocity in L²(μ). Where the velocity
 * is affine nothing moves in ξ, whatever the law.
 */
export function affineMotion({ nodes, m }: ChartGrid, d: number) {
  const [mean, column, solved] = [new Float64Array(d), new Float64Array(d), new Float64Array(d)];
  const [cross, spread] = [new Float64Array(d * d), new Float64Array(d * d)];
  return (masses: Float64Array, velocity: Float64Array, centreRate: Float64Array, scaleRate: Float64Array): void => {
    mean.fill(0);
    cross.fill(0);
    spread.fill(0);
    centreRate.fill(0);
    for (let j = 0; j < m; j++) {
      for (let a = 0; a < d; a++) {
        centreRate[a]! += masses[j]! * velocity[j * d + a]!;
        mean[a]! += masses[j]! * nodes[j * d + a]!;
      }
    }
    for (let j = 0; j < m; j++) {
      for (let a = 0; a < d; a++) {
        const xi = masses[j]! * (nodes[j * d + a]! - mean[a]!);
        for (let b = 0; b < d; b++) {
          cross[a * d + b]! += xi * (velocity[j * d + b]! - centreRate[b]!);
          spread[a * d + b]! += xi * (nodes[j * d + b]! - mean[b]!);
        }
      }
    }
    for (let b = 0; b < d; b++) {
      for (let a = 0; a < d; a++) column[a] = cross[a * d + b]!;
      solveScale(spread, d, column, solved);
      for (let a = 0; a < d; a++) scaleRate[b * d + a] = solved[a]!;
    }
    // The centre stands at ξ = 0, which need not be the mean any more.
    for (let a = 0; a < d; a++) for (let b = 0; b < d; b++) centreRate[a]! -= scaleRate[a * d + b]! * mean[b]!;
  };
}
