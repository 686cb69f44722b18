import { InputError } from "../../foundation/errors/index.js";
import type { Law } from "../../laws/contract.js";

/** How far from length 1 a point may be: errors of a step before its retraction. */
const tolerance = 1e-6;

/**
 * Refuses a law that does not live on the unit circle.
 * @throws incompatible (a Gaussian; d other than 2), off-manifold
 * @cost one pass over the points
 */
export function requireCircle(who: string, law: Law): void {
  const fix = "Take wasserstein or sliced-wasserstein";
  if (law.kind !== "point-cloud" || law.d !== 2) {
    const got = `${law.kind} in d = ${law.d}`;
    throw new InputError({ code: "incompatible", who, rule: "compares laws on the circle, d = 2", got, fix });
  }
  for (let i = 0; i < law.m; i++) {
    const length = Math.hypot(law.points[2 * i]!, law.points[2 * i + 1]!);
    if (Math.abs(length - 1) <= tolerance) continue;
    throw new InputError({
      code: "off-manifold",
      who,
      rule: "points must have length 1",
      got: `|x_${i}| = ${length}`,
      fix,
      details: { index: i, length },
    });
  }
}
