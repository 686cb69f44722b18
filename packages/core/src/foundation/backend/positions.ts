import { InputError } from "../errors/index.js";
import type { WeightedPoints } from "../shapes/index.js";

/** The positions of points under a mask. @throws InputError missing */
export function positionsOf({ positions }: WeightedPoints): Float64Array {
  if (positions !== undefined) return positions;
  throw new InputError({
    code: "missing",
    who: "masked attention",
    rule: "a mask needs positions on the keys and on the queries",
    got: "points without positions",
  });
}
