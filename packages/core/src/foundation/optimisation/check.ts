import { InputError } from "../errors/index.js";
import { firstNonFinite } from "../shapes/index.js";

/** Refuses a starting point that is empty or not finite. @throws empty, not-finite */
export function requireStart(who: string, x0: Float64Array): void {
  if (x0.length === 0) {
    throw new InputError({
      code: "empty",
      who,
      rule: "x0 must hold at least one number",
      fix: "Pass a starting point",
    });
  }
  const bad = firstNonFinite(x0);
  if (bad < 0) return;
  throw new InputError({
    code: "not-finite",
    who,
    rule: "every entry of x0 must be finite",
    got: `${x0[bad]} at index ${bad}`,
    fix: "Find where that value was made",
  });
}

/** Refuses a tolerance that is not finite and ≥ 0 (> 0 with `least` "positive"). @throws out-of-range */
export function requireTolerance(who: string, name: string, value: number, least: "zero" | "positive" = "zero"): void {
  if (Number.isFinite(value) && (least === "zero" ? value >= 0 : value > 0)) return;
  throw new InputError({
    code: "out-of-range",
    who,
    rule: `${name} must be a finite number ${least === "zero" ? "≥" : ">"} 0`,
    got: String(value),
    fix: "Leave it out for the default",
  });
}

/** Refuses a count that is not an integer ≥ 1. @throws out-of-range */
export function requirePositiveInteger(who: string, name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new InputError({
    code: "out-of-range",
    who,
    rule: `${name} must be an integer ≥ 1`,
    got: String(value),
    fix: "Leave it out for the default",
  });
}
