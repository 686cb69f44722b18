import { InputError } from "../../foundation/errors/index.js";
import type { PointCloud } from "../../foundation/law/index.js";
import { psdSqrt } from "../../foundation/linear-algebra/index.js";
import type { InitialLaw } from "../../laws/contract.js";
import type { Model } from "../../model/index.js";
import { adaptive, type SolveEvent } from "../../solve/index.js";
import type { BoundLevel } from "../contract.js";
import { type Chart, type ChartGrid, gridOver } from "./chart.js";
import { advect, positiveStep } from "./finite-volume.js";
import { positiveSteps } from "./positive-steps.js";
import { requireResolved, underResolved } from "./resolution.js";

/** Mass in the outermost cells from which on the box cuts the law. */
const greatestRim = 1e-6;

/** Standard coordinates ξ on [−L, L]^d. */
function standardChart(d: number, perAxis: number, halfWidth: number): Chart {
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
function place(xi: Float64Array, centre: Float64Array, scale: Float64Array, d: number, out: Float64Array): void {
  for (let j = 0; j * d < xi.length; j++) {
    for (let a = 0; a < d; a++) {
      let sum = centre[a]!;
      for (let b = 0; b < d; b++) sum += scale[a * d + b]! * xi[j * d + b]!;
      out[j * d + a] = sum;
    }
  }
}

/** Determinant of S, d ≤ 2. */
const determinant = (s: Float64Array, d: number): number => (d === 1 ? s[0]! : s[0]! * s[3]! - s[1]! * s[2]!);

/** out ← S⁻¹ v, d ≤ 2. */
function solveScale(s: Float64Array, d: number, v: Float64Array, out: Float64Array): void {
  const det = determinant(s, d);
  if (d === 1) {
    out[0] = v[0]! / det;
    return;
  }
  const [x, y] = [v[0]!, v[1]!];
  out[0] = (s[3]! * x - s[1]! * y) / det;
  out[1] = (s[0]! * y - s[2]! * x) / det;
}

/** Views of a state: masses [m], centre c [d], scale S [d, d]. */
interface BoxState {
  readonly masses: Float64Array;
  readonly centre: Float64Array;
  readonly scale: Float64Array;
}

function partsOf(y: Float64Array, m: number, d: number): BoxState {
  return { masses: y.subarray(0, m), centre: y.subarray(m, m + d), scale: y.subarray(m + d) };
}

/**
 * ċ = ⟨v⟩ and Ṡ = ⟨(v − ⟨v⟩)(ξ − ⟨ξ⟩)ᵀ⟩ Cov(ξ)⁻¹: the affine motion nearest to the velocity in L²(μ). Where the velocity
 * is affine nothing moves in ξ, whatever the law.
 */
function affineMotion({ nodes, m }: ChartGrid, d: number) {
  const [mean, column, solved] = [new Float64Array(d), new Float64Array(d), new Float64Array(d)];
  const [cross, spread] = [new Float64Array(d * d), new Float64Array(d * d)];
  return (masses: Float64Array, velocity: Float64Array, centreRate: Float64Array, scaleRate: Float64Array): void => {
    for (const sums of [mean, cross, spread, centreRate]) sums.fill(0);
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

/** The value half a cell above cell j along an axis: cubic between four nodes, straight next to the ends. */
function aboveCell(values: Float64Array, j: number, along: number, count: number, stride: number): number {
  const [here, up] = [values[j]!, values[j + stride]!];
  if (along === 0 || along >= count - 2) return (here + up) / 2;
  return (9 * (here + up) - values[j - stride]! - values[j + 2 * stride]!) / 16;
}

function boxFlow(model: Model, grid: ChartGrid) {
  const { m, chart, nodes } = grid;
  const { d, shape } = chart;
  const width = (2 * chart.box[0]![1]) / shape[0]!;
  const points = new Float64Array(m * d);
  const nodeWeights = new Float64Array(m).fill(1 / m);
  const [field, scratch] = [new Float64Array(m * d), new Float64Array(m * d)];
  const relative = shape.map(() => new Float64Array(m));
  const [rates, outflow] = [new Float64Array(m), new Float64Array(m)];
  const follow = affineMotion(grid, d);
  const [moved, solved] = [new Float64Array(d), new Float64Array(d)];
  const rate = (t: number, y: Float64Array, out: Float64Array): void => {
    const { masses, centre, scale } = partsOf(y, m, d);
    const { masses: massRates, centre: centreRate, scale: scaleRate } = partsOf(out, m, d);
    place(nodes, centre, scale, d, points);
    const queries = { m, d, points, weights: nodeWeights };
    model.fieldAt({ m, d, points, weights: masses }, queries, t, field, scratch);
    follow(masses, field, centreRate, scaleRate);
    for (let j = 0; j < m; j++) {
      for (let a = 0; a < d; a++) {
        let grown = centreRate[a]!;
        for (let b = 0; b < d; b++) grown += scaleRate[a * d + b]! * nodes[j * d + b]!;
        moved[a] = field[j * d + a]! - grown;
      }
      solveScale(scale, d, moved, solved);
      for (let a = 0; a < d; a++) relative[a]![j] = solved[a]! / width;
    }
    massRates.fill(0);
    outflow.fill(0);
    relative.forEach((values, axis) => {
      const count = shape[axis]!;
      const stride = axis === d - 1 ? 1 : count;
      for (let j = 0; j < m; j++) {
        const along = Math.floor(j / stride) % count;
        if (along < count - 1) rates[j] = aboveCell(values, j, along, count, stride);
      }
      advect(grid.cells, axis, masses, rates, massRates, outflow);
    });
  };
  return { rate, outflow };
}

/** Mass in the outermost cells of any axis. */
function rimMass(masses: Float64Array, shape: readonly number[]): number {
  const n = shape[0]!;
  if (shape.length === 1) return masses[0]! + masses[n - 1]!;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) if (i === 0 || j === 0 || i === n - 1 || j === n - 1) sum += masses[i * n + j]!;
  }
  return sum;
}

/** ρ at the nodes, which sums smooth laws faster than any power of the width. @throws InputError out-of-range */
function startOf(grid: ChartGrid, initial: InitialLaw): Float64Array {
  const { m, chart, nodes } = grid;
  const { d } = chart;
  const { mean, cov } = initial.moments();
  const y = new Float64Array(m + d + d * d);
  const { masses, centre, scale } = partsOf(y, m, d);
  centre.set(mean);
  scale.set(psdSqrt(cov, d).sqrt);
  const points = new Float64Array(m * d);
  place(nodes, centre, scale, d, points);
  let total = 0;
  for (let j = 0; j < m; j++) {
    masses[j] = initial.density!.at(points.subarray(j * d, (j + 1) * d));
    total += masses[j]!;
  }
  for (let j = 0; j < m; j++) masses[j]! /= total;
  const rim = rimMass(masses, chart.shape);
  if (rim < greatestRim) return y;
  throw new InputError({
    code: "out-of-range",
    who: "level mean-field",
    rule: `the box must hold the law (mass in its outermost cells below ${greatestRim})`,
    got: `${rim.toExponential(1)} within ${chart.box[0]![1]} standard deviations`,
    fix: "Raise box",
    path: ["box"],
  });
}

/**
 * The continuity equation on R or R² in coordinates that move with the law: x = c + Sξ, ξ on a fixed box of ±`halfWidth`
 * standard deviations, c and S following the affine motion nearest to the flow. The masses of the cells move with what
 * the velocity is beyond that; a Gaussian under a field that keeps Gaussians does not move in ξ at all. Tails beyond the
 * box are not there: near a blow-up of the moments, where e^{β⟨Qx,Ky⟩} weighs them up, the law on a box grows more slowly.
 *
 * State: mass, then centre [d], scale [d, d].
 *
 * @accuracy order 2 in the width of a cell; Gaussian closures to the tolerance of the steps (mean-field/box.test.ts)
 * @source derived: arbitrary Lagrangian–Eulerian form of the continuity equation under x = c + Sξ
 */
export function boxLevel(
  model: Model,
  initial: InitialLaw,
  perAxis: number,
  halfWidth: number,
  tolerance: number,
): BoundLevel {
  const { d } = initial;
  const grid = gridOver(standardChart(d, perAxis, halfWidth));
  const { m, cells, nodes } = grid;
  const y0 = startOf(grid, initial);
  requireResolved(cells, y0.subarray(0, m));
  const { rate, outflow } = boxFlow(model, grid);
  const ignored = new Float64Array(y0.length);
  const method = positiveSteps({
    masses: m,
    at(t, y) {
      rate(t, y, ignored);
      return positiveStep(y, outflow);
    },
  });
  const boxReached: SolveEvent = {
    name: "box-reached",
    direction: "up",
    terminal: false,
    g: (_t, y) => rimMass(y, grid.chart.shape) / greatestRim - 1,
  };
  return {
    name: "mean-field",
    problem: {
      y0,
      layout: {
        mass: { offset: 0, shape: grid.chart.shape },
        centre: { offset: m, shape: [d] },
        scale: { offset: m + d, shape: [d, d] },
      },
      breakpoints: model.breakpoints,
      drift: rate,
    },
    kind: "point-cloud",
    law(y): PointCloud {
      const { masses, centre, scale } = partsOf(y, m, d);
      const points = new Float64Array(m * d);
      place(nodes, centre, scale, d, points);
      const size = Math.abs(determinant(scale, d));
      const volumes = cells.volumes.map((volume) => volume * size);
      return { kind: "point-cloud", m, d, points, weights: masses, cells: { ...cells, volumes } };
    },
    events: [underResolved(cells, (y) => y.subarray(0, m)), boxReached],
    own: { method, stepping: adaptive({ rtol: tolerance, atol: tolerance / m }) },
    confirmStops: false,
  };
}
