import { tokens } from "../../foundation/shapes/index.js";
import type { InitialLaw, PointCloud } from "../../laws/contract.js";
import type { Model } from "../../model/index.js";
import type { Problem } from "../../solve/index.js";
import type { BoundLevel } from "../contract.js";
import { normalisedTokenProblem } from "./normalised-tokens.js";

/** Whether the field is projected on the tangent space (a flow) or not (a layer, which normalises afterwards). */
export type Projection = "tangent" | "ambient";

/** ẋ_i = P_{x_i}[Γ_{μⁿ}(x_i) + f(x_i)] on n tokens, or without P for a layer. State: x of shape [n, d]. */
function tokenProblem(model: Model, cloud: PointCloud, projection: Projection): Problem {
  const { m: n, d } = cloud;
  const scratch = new Float64Array(n * d);
  const base = tokens(cloud.points, n, d);
  let view = base;
  return {
    y0: cloud.points.slice(),
    layout: { x: { offset: 0, shape: [n, d] } },
    breakpoints: model.breakpoints,
    drift(t, y, out) {
      if (view.points !== y) view = { ...base, points: y };
      model.fieldAt(view, view, t, out, scratch);
      if (projection === "tangent") model.geometry.tangent(y, out, n, d);
    },
    ...(model.geometry.flat ? {} : { retract: (y: Float64Array) => model.geometry.retract(y, n, d) }),
  };
}

/**
 * A level whose state is n tokens.
 * @param step the length of a layer, for a level of layers
 * @throws InputError off-manifold when the initial tokens are not on the geometry
 */
export function tokenLevel(
  name: string,
  model: Model,
  initial: InitialLaw,
  projection: Projection,
  step?: number,
): BoundLevel {
  const cloud = initial.cloud();
  model.geometry.check(cloud.points, cloud.m, cloud.d);
  return {
    name,
    problem: model.normalization.identity
      ? tokenProblem(model, cloud, projection)
      : normalisedTokenProblem(model, cloud, step),
    kind: "point-cloud",
    n: cloud.m,
    law: (y) => ({ ...cloud, points: y }),
    events: [],
    confirmStops: false,
  };
}

/** Finite levels exist for every model; they need tokens. */
export function tokenObstacle(_model: Model, initial: InitialLaw): string | undefined {
  return initial.n === undefined ? `the law ${initial.name} has no tokens` : undefined;
}
