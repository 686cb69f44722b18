import { SolveError } from "../../foundation/errors/index.js";
import { tokens } from "../../foundation/shapes/index.js";
import type { PointCloud } from "../../laws/contract.js";
import type { Model } from "../../model/index.js";
import type { Problem } from "../../solve/index.js";
import { jumpsOnStates } from "./jumps-on-states.js";

function lengthOf(x: Float64Array, row: number, d: number): number {
  let square = 0;
  for (let a = 0; a < d; a++) square += x[row + a]! * x[row + a]!;
  return Math.sqrt(square);
}

/** θ_i = x_i/|x_i|, and |x_i|. @throws SolveError not-finite (a token of length 0 has no direction) */
function directions(x: Float64Array, n: number, d: number, theta: Float64Array, lengths: Float64Array): void {
  for (let i = 0; i < n; i++) {
    const r = lengthOf(x, i * d, d);
    if (!(r > 0)) {
      throw new SolveError({
        code: "not-finite",
        who: "normalization",
        rule: "every token needs a direction",
        got: `|x_${i}| = ${r}`,
        fix: "Start from tokens that are not zero",
      });
    }
    lengths[i] = r;
    for (let a = 0; a < d; a++) theta[i * d + a] = x[i * d + a]! / r;
  }
}

/** v ← P_θ v for one token. */
function project(theta: Float64Array, v: Float64Array, row: number, d: number): void {
  let along = 0;
  for (let a = 0; a < d; a++) along += theta[row + a]! * v[row + a]!;
  for (let a = 0; a < d; a++) v[row + a]! -= along * theta[row + a]!;
}

/** v ← (r·N(x + τv) − x)/τ for one token: the layer as a difference quotient. */
function layer(x: Float64Array, v: Float64Array, row: number, d: number, r: number, step: number): void {
  for (let a = 0; a < d; a++) v[row + a] = x[row + a]! + step * v[row + a]!;
  const scale = r / lengthOf(v, row, d);
  for (let a = 0; a < d; a++) v[row + a] = (scale * v[row + a]! - x[row + a]!) / step;
}

/**
 * ẋ_i = gain·A_i or gain·P_θA_i of n tokens under a normalisation, A computed from the directions; with a `step` the
 * layer of that step as a difference quotient, so that one Euler step is one layer. A field of length 0 moves nothing.
 *
 * @source theory.md §3
 */
export function normalisedTokenProblem(model: Model, cloud: PointCloud, step: number | undefined): Problem {
  const { m: n, d } = cloud;
  const { normalization } = model;
  const theta = new Float64Array(n * d);
  const lengths = new Float64Array(n);
  const scratch = new Float64Array(n * d);
  const view = tokens(theta, n, d);
  const start = lengths.slice();
  directions(cloud.points, n, d, theta, start);
  const keepsAlways = [0, ...normalization.breakpoints].every((t) => normalization.keepsLength(t));
  return {
    y0: cloud.points.slice(),
    layout: { x: { offset: 0, shape: [n, d] } },
    breakpoints: model.breakpoints,
    drift(t, y, out) {
      directions(y, n, d, theta, lengths);
      model.fieldAt(view, view, t, out, scratch);
      const keeps = normalization.keepsLength(t);
      for (let i = 0; i < n; i++) {
        const size = lengthOf(out, i * d, d);
        if (size === 0) continue;
        const r = lengths[i]!;
        const gain = normalization.gain(t, r, size);
        for (let a = 0; a < d; a++) out[i * d + a]! *= gain;
        if (!keeps) continue;
        if (step === undefined) project(theta, out, i * d, d);
        else layer(y, out, i * d, d, r, step);
      }
    },
    ...(keepsAlways ? { retract: (y: Float64Array) => rescale(y, n, d, start) } : {}),
    ...jumpsOnStates(
      model,
      (y) => {
        const points = new Float64Array(n * d);
        directions(y, n, d, points, new Float64Array(n));
        return { ...view, points };
      },
      (smooth) => normalisedTokenProblem(smooth, cloud, step),
    ),
  };
}

/** x_i ← x_i scaled to its length at the start. */
function rescale(x: Float64Array, n: number, d: number, lengths: Float64Array): void {
  for (let i = 0; i < n; i++) {
    const scale = lengths[i]! / lengthOf(x, i * d, d);
    for (let a = 0; a < d; a++) x[i * d + a]! *= scale;
  }
}
