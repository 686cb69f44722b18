import { InputError } from "../errors/index.js";

/** Refuses a relative rank tolerance outside [0, 1). @throws out-of-range */
export function requireRankTolerance(who: string, tolerance: number): void {
  if (tolerance >= 0 && tolerance < 1) return;
  throw new InputError({
    code: "out-of-range",
    who,
    rule: "rankTolerance must lie in [0, 1)",
    got: String(tolerance),
    fix: "Leave it out for the size times eps",
  });
}
