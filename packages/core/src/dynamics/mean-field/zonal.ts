import { InputError } from "../../foundation/errors/index.js";
import type { PointCloud } from "../../foundation/law/index.js";
import { zonalRule } from "../../foundation/quadrature/index.js";
import type { InitialLaw } from "../../laws/contract.js";
import type { Model } from "../../model/index.js";
import type { BoundLevel } from "../contract.js";
import { type Chart, type ChartGrid, facesOf, gridOver, massesOf } from "./chart.js";
import { gridLevel } from "./grid-level.js";

/** The angle ψ from the last axis e of R^d; the point is cos ψ e + sin ψ f, f the first axis. Volume sin^{d−2}ψ dψ. */
function zonalChart(d: number, n: number): Chart {
  return {
    d,
    box: [[0, Math.PI]],
    shape: [n],
    periodic: [false],
    point([psi], out) {
      out.fill(0);
      out[0] = Math.sin(psi!);
      out[d - 1] = Math.cos(psi!);
    },
    volume: ([psi]) => Math.sin(psi!) ** (d - 2),
    gradient(_axis, [psi], out) {
      out.fill(0);
      out[0] = Math.cos(psi!);
      out[d - 1] = -Math.sin(psi!);
    },
  };
}

const isScalar = (matrix: Float64Array, d: number): boolean =>
  matrix.every((entry, i) => entry === (i % (d + 1) === 0 ? matrix[0]! : 0));

/** Whether Wx + b points along x: it then moves nothing on the sphere. */
const isRadial = ({ W, b }: { readonly W: Float64Array; readonly b: Float64Array }, d: number): boolean =>
  isScalar(W, d) && b.every((entry) => entry === 0);

/** The greatest |β|·|A| of heads that do not see rotations. @throws InputError incompatible */
function isotropicScale(model: Model, start: number): number {
  const { d } = model;
  const refuse = (got: string): never => {
    throw new InputError({
      code: "incompatible",
      who: "level mean-field",
      rule: "scheme zonal needs a model that does not see rotations: KᵀQ and V multiples of the identity, no feed-forward",
      got,
      fix: "Take scheme: finite-volume",
      path: ["scheme"],
    });
  };
  const depths = [start, ...model.breakpoints];
  for (const one of model.feedforward) {
    const still = one.traits.affine && depths.every((t) => isRadial(one.affine!(t), d));
    if (!still) refuse(`the feed-forward ${one.name}`);
  }
  let greatest = 0;
  for (const one of model.attention) {
    if (one.kernel === undefined) refuse(`${one.name} attention`);
    for (const t of depths) {
      for (const { queryKey, value, beta } of one.kernel!(t).heads) {
        if (!isScalar(queryKey, d) || !isScalar(value, d)) refuse(`a head of ${one.name} with other matrices`);
        greatest = Math.max(greatest, Math.abs(beta * queryKey[0]!));
      }
    }
  }
  return greatest;
}

/**
 * Each ring of cells as points of the plane of queries: y = cos ψ e + sin ψ (s f + √(1 − s²) g), s by the rule of one
 * coordinate on S^{d−2}. What they pull along g falls out: the flow is read along e and f only.
 */
function ringSource({ m, nodes, chart }: ChartGrid, scale: number) {
  const { d } = chart;
  // Exact for e^{b s}, |b| ≤ scale, to rounding: degree 2n − 1 against a series that ends at about scale + 8√scale + 20.
  const rule = zonalRule(Math.ceil(12 + scale / 2 + 4 * Math.sqrt(scale)), d - 1);
  const count = rule.nodes.length;
  const points = new Float64Array(m * count * d);
  const weights = new Float64Array(m * count);
  for (let j = 0; j < m; j++) {
    const [across, along] = [nodes[j * d]!, nodes[j * d + d - 1]!];
    for (let k = 0; k < count; k++) {
      const row = (j * count + k) * d;
      const s = rule.nodes[k]!;
      points[row + d - 1] = along;
      points[row] = across * s;
      points[row + 1] = across * Math.sqrt(1 - s * s);
    }
  }
  return (masses: Float64Array) => {
    for (let j = 0; j < m; j++) for (let k = 0; k < count; k++) weights[j * count + k] = masses[j]! * rule.weights[k]!;
    return { m: m * count, d, points, weights };
  };
}

/** The law on S^{d−1} with each ring at 2(d − 1) points ±f_a: moments up to the third are exact. */
function ringLaw({ m, nodes, chart, cells }: ChartGrid) {
  const { d } = chart;
  const around = 2 * (d - 1);
  const points = new Float64Array(m * around * d);
  for (let j = 0; j < m; j++) {
    for (let k = 0; k < around; k++) {
      const row = (j * around + k) * d;
      points[row + (k >> 1)] = (k % 2 === 0 ? 1 : -1) * nodes[j * d]!;
      points[row + d - 1] = nodes[j * d + d - 1]!;
    }
  }
  const spread = (values: Float64Array) =>
    Float64Array.from({ length: m * around }, (_, i) => values[Math.floor(i / around)]! / around);
  const ringCells = { volumes: spread(cells.volumes), shape: [m, around], periodic: [false, true] };
  return (masses: Float64Array): PointCloud => ({
    kind: "point-cloud",
    m: m * around,
    d,
    points,
    weights: spread(masses),
    cells: ringCells,
  });
}

/**
 * A law on S^{d−1} that does not see rotations about the last axis, under a model that sees none: one angle for any d.
 *
 * @cost n² × about (β/2 + 4√β + 12) weights for each evaluation
 * @accuracy order 2 (mean-field/sphere.test.ts)
 */
export function zonalLevel(model: Model, initial: InitialLaw, n: number, tolerance: number, start: number): BoundLevel {
  const grid = gridOver(zonalChart(model.d, n));
  const source = ringSource(grid, isotropicScale(model, start));
  const flow = { model, grid, faces: [facesOf(grid, 0)], source, law: ringLaw(grid) };
  return gridLevel(flow, massesOf(grid, initial.density!), tolerance);
}
