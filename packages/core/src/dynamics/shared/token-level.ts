import type { PointBatch } from "../../foundation/backend/index.js";
import { tokens } from "../../foundation/shapes/index.js";
import type { InitialLaw, PointCloud } from "../../laws/contract.js";
import type { Model } from "../../model/index.js";
import type { Problem } from "../../solve/index.js";
import type { BoundLevel, LevelContext } from "../contract.js";
import { jumpsOnStates } from "./jumps-on-states.js";
import { normalisedTokenProblem } from "./normalised-tokens.js";
import { offSphere, unextended } from "./off-sphere.js";
import { type Projection, withTokenNoise } from "./token-noise.js";

function retraction({ geometry, rows }: Model, n: number, d: number): Pick<Problem, "retract"> {
  return geometry.flat ? {} : { retract: (y) => geometry.retract(y, n, d, rows) };
}

/** ẋ_i = P_{x_i}[Γ_{μⁿ}(x_i) + f(x_i)] on n tokens, or without P for a layer. State: x of shape [n, d]. */
function tokenProblem(model: Model, cloud: PointCloud, projection: Projection): Problem {
  const { m: n, d } = cloud;
  const scratch = new Float64Array(n * d);
  const base = tokens(cloud.points, n, d);
  let view = base;
  const extension = projection === "tangent" ? offSphere(model.geometry, n, d, model.rows) : unextended;
  return {
    y0: cloud.points.slice(),
    layout: { x: { offset: 0, shape: [n, d] } },
    breakpoints: model.breakpoints,
    drift(t, y, out) {
      const points = extension.feet(y);
      if (view.points !== points) view = { ...base, points };
      model.fieldAt(view, view, t, out, scratch);
      extension.finish(y, out);
    },
    combine: model.linearAlgebra.combine,
    ...retraction(model, n, d),
    ...jumpsOnStates(
      model,
      (y) => ({ ...base, points: y }),
      (smooth) => tokenProblem(smooth, cloud, projection),
    ),
  };
}

/** The same for the clouds of runs first … first + count − 1. State: x of shape [count, n, d]. */
function stackedProblem(
  model: Model,
  initial: InitialLaw,
  projection: Projection,
  first: number,
  count: number,
): Problem {
  const { m, d, weights, positions } = initial.cloud(first);
  const size = count * m * d;
  const scratch = new Float64Array(size);
  const y0 = new Float64Array(size);
  for (let k = 0; k < count; k++) y0.set(initial.cloud(first + k).points, k * m * d);
  let view: PointBatch = { count, m, d, points: y0, weights, ...(positions && { positions }) };
  const extension = projection === "tangent" ? offSphere(model.geometry, count * m, d, model.rows) : unextended;
  return {
    y0,
    layout: { x: { offset: 0, shape: [count, m, d] } },
    breakpoints: model.breakpoints,
    drift(t, y, out) {
      const points = extension.feet(y);
      if (view.points !== points) view = { ...view, points };
      model.batchFieldAt(view, t, out, scratch);
      extension.finish(y, out);
    },
    combine: model.linearAlgebra.combine,
    ...retraction(model, count * m, d),
  };
}

/**
 * A level whose state is n tokens, with the noise of the model.
 * @param step the length of a layer, for a level of layers
 * @throws InputError off-manifold when the initial tokens are not on the geometry
 */
export function tokenLevel(
  name: string,
  { model, initial, calculus = "ito" }: Omit<LevelContext, "span">,
  projection: Projection,
  step?: number,
): BoundLevel {
  const cloud = initial.cloud();
  model.geometry.check(cloud.points, cloud.m, cloud.d);
  const plain = model.normalization.identity;
  const still = model.noise.traits.tokens === "none";
  const driftOf = (one: PointCloud) =>
    plain ? tokenProblem(model, one, projection) : normalisedTokenProblem(model, one, step);
  const problemOf = (one: PointCloud) => withTokenNoise(driftOf(one), model, one, projection, calculus);
  return {
    name,
    problem: problemOf(cloud),
    kind: "point-cloud",
    n: cloud.m,
    repeat: (run) => problemOf(initial.cloud(run)),
    ...(plain && still && { stacked: (first, count) => stackedProblem(model, initial, projection, first, count) }),
    law: (y) => ({ ...cloud, points: y }),
    events: [],
    confirmStops: false,
  };
}

/** Finite levels exist for every model; they need tokens. */
export function tokenObstacle(_model: Model, initial: InitialLaw): string | undefined {
  return initial.n === undefined ? `the law ${initial.name} has no tokens` : undefined;
}
