import type { WeightedPoints } from "../../foundation/shapes/index.js";
import type { Model } from "../../model/index.js";
import type { Jumps, Problem } from "../../solve/index.js";

/**
 * The jumps of a model on the states of a level.
 * @param seen the points the attention looks at, in a state
 * @param problemOf the level's problem for a model without jumps
 */
export function jumpsOnStates(
  { jumps }: Model,
  seen: (y: Float64Array) => WeightedPoints,
  problemOf: (model: Model) => Problem,
): { jumps: Jumps } | undefined {
  if (jumps === undefined) return undefined;
  return {
    jumps: {
      rule: jumps.rule,
      pieceAt(t, y) {
        const { model, margin } = jumps.pieceAt(seen(y), t);
        return { drift: problemOf(model).drift, margin: (time, state) => margin(seen(state), time) };
      },
    },
  };
}
