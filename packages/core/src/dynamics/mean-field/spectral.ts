import { InputError } from "../../foundation/errors/index.js";
import { type FourierTransform, fourierTransform, isPowerOfTwo } from "../../foundation/fourier/index.js";
import type { InitialLaw } from "../../laws/contract.js";
import { dop853 } from "../../methods/dop853/index.js";
import type { Model } from "../../model/index.js";
import { adaptive, type Problem, type SolveEvent } from "../../solve/index.js";
import type { BoundLevel } from "../contract.js";
import { type ChartGrid, gridOver, lawOn } from "./chart.js";
import { circleChart, nodesAsSource } from "./circle.js";
import { modelOnCircle } from "./circle-attention.js";

/** Greatest share of the last third of the modes: beyond it the series no longer stands for the density. */
const greatestTail = 1e-6;

/** Modes that are kept: |k| ≤ n/3, so that the product of two of them does not fold back onto a third. */
const keptModes = (n: number): number => Math.floor(n / 3);

/** |k| of entry k of a transform of length n. */
const frequency = (k: number, n: number): number => Math.min(k, n - k);

/**
 * How much of a density stands in its last modes: the greatest |ρ̂_k| with ⅔K < |k| ≤ K = n/3, relative to ρ̂_0; or what
 * is missing to positivity, −min ρ_j relative to the mean, where that is more.
 */
function tailOf(masses: Float64Array, re: Float64Array, im: Float64Array, transform: FourierTransform): number {
  const n = masses.length;
  re.set(masses);
  im.fill(0);
  transform.forward(re, im);
  const kept = keptModes(n);
  let tail = 0;
  for (let k = Math.floor((2 * kept) / 3) + 1; k <= kept; k++) tail = Math.max(tail, Math.hypot(re[k]!, im[k]!));
  let least = 0;
  for (let j = 0; j < n; j++) least = Math.min(least, masses[j]!);
  return Math.max(tail / re[0]!, -least * n);
}

/** Sets the modes beyond |k| ≤ n/3 to 0. */
function truncate(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  const kept = keptModes(n);
  for (let k = 0; k < n; k++) {
    if (frequency(k, n) <= kept) continue;
    re[k] = 0;
    im[k] = 0;
  }
}

/** Values at the nodes, as masses: pointwise density times the width, summing to 1, without the modes that are not kept. */
function nodalMasses({ m, nodes }: ChartGrid, { density }: InitialLaw, transform: FourierTransform): Float64Array {
  const masses = Float64Array.from({ length: m }, (_, j) => density!.at(nodes.subarray(2 * j, 2 * j + 2)));
  const total = masses.reduce((sum, value) => sum + value, 0);
  for (let j = 0; j < m; j++) masses[j]! /= total;
  const im = new Float64Array(m);
  transform.forward(masses, im);
  truncate(masses, im);
  transform.inverse(masses, im);
  return masses;
}

/** ẇ = −∂_θ(w⟨τ, Γ⟩) + ½σ²∂_θ²w at the nodes, the derivatives taken of the trigonometric interpolant. */
function spectralProblem(model: Model, grid: ChartGrid, y0: Float64Array, transform: FourierTransform): Problem {
  const { m, nodes } = grid;
  const source = nodesAsSource(grid);
  const queries = source(new Float64Array(m).fill(1 / m));
  const [field, scratch] = [new Float64Array(2 * m), new Float64Array(2 * m)];
  const [re, im] = [new Float64Array(m), new Float64Array(m)];
  const [massRe, massIm] = [new Float64Array(m), new Float64Array(m)];
  return {
    y0,
    layout: { mass: { offset: 0, shape: [m] } },
    breakpoints: model.breakpoints,
    drift(t, y, out) {
      model.fieldAt(source(y), queries, t, field, scratch);
      for (let j = 0; j < m; j++) {
        re[j] = y[j]! * (nodes[2 * j]! * field[2 * j + 1]! - nodes[2 * j + 1]! * field[2 * j]!);
      }
      im.fill(0);
      transform.forward(re, im);
      truncate(re, im);
      for (let k = 0; k < m; k++) {
        // −ik: the signed frequency times −i.
        const signed = k <= m / 2 ? k : k - m;
        const real = re[k]!;
        re[k] = signed * im[k]!;
        im[k] = -signed * real;
      }
      const spread = 0.5 * model.noise.sigma(t) ** 2;
      if (spread > 0) {
        massRe.set(y);
        massIm.fill(0);
        transform.forward(massRe, massIm);
        truncate(massRe, massIm);
        for (let k = 0; k < m; k++) {
          const decay = spread * frequency(k, m) ** 2;
          re[k]! -= decay * massRe[k]!;
          im[k]! -= decay * massIm[k]!;
        }
      }
      transform.inverse(re, im);
      out.set(re);
    },
  };
}

function requireSpectral(n: number, initial: InitialLaw, tail: number): void {
  if (tail < greatestTail) return;
  throw new InputError({
    code: "out-of-range",
    who: "level mean-field",
    rule: `the initial density of scheme spectral must be smooth on its grid (last modes below ${greatestTail} of the mean)`,
    got: `${tail.toExponential(1)} with ${n} points for the law ${initial.name}`,
    fix: "Raise grid, or take scheme: finite-volume",
    details: { tail, most: greatestTail },
    path: ["grid"],
  });
}

/**
 * The Fourier method on the circle: n equally spaced values, modes |k| ≤ n/3, dop853 in depth. The mean mode
 * does not move, so mass is kept to rounding; positivity is not built in but watched. The run stops with the event
 * `under-resolved` when the last third of the kept modes, or a negative value, reaches 10⁻⁶ of the mean.
 *
 * @cost one field at the nodes and two transforms for each evaluation, three with noise, whose steps are no longer than
 *   about 100/(σn)²
 * @accuracy faster than any power of 1/n while resolved (mean-field/circle.test.ts)
 */
export function spectralLevel(model: Model, initial: InitialLaw, n: number, tolerance: number): BoundLevel {
  if (!isPowerOfTwo(n)) {
    throw new InputError({
      code: "out-of-range",
      who: "level mean-field",
      rule: "scheme spectral needs a power of two for grid",
      got: String(n),
      fix: `Take ${2 ** Math.max(3, Math.round(Math.log2(n)))}`,
      path: ["grid"],
    });
  }
  const transform = fourierTransform(n);
  const grid = gridOver(circleChart(n));
  const masses = nodalMasses(grid, initial, transform);
  const [re, im] = [new Float64Array(n), new Float64Array(n)];
  requireSpectral(n, initial, tailOf(masses, re, im, transform));
  const event: SolveEvent = {
    name: "under-resolved",
    direction: "up",
    terminal: true,
    g: (_t, y) => tailOf(y, re, im, transform) / greatestTail - 1,
  };
  return {
    name: "mean-field",
    problem: spectralProblem(modelOnCircle(model, grid.nodes, 0), grid, masses, transform),
    kind: "point-cloud",
    law: (y) => lawOn(grid, y),
    events: [event],
    // Absolute errors are measured by the mean mass 1/n: noise in the last modes is what ends the run.
    own: { method: dop853.bind({}), stepping: adaptive({ rtol: tolerance, atol: tolerance / n }) },
    confirmStops: false,
  };
}
