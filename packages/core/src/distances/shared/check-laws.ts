import { InputError } from "../../foundation/errors/index.js";
import { firstNonFinite } from "../../foundation/shapes/index.js";
import type { Law } from "../../laws/contract.js";

/** Rounding of a sum of up to a million weights. */
const massTolerance = 1e-9;

function refuse(who: string, code: "wrong-shape" | "not-finite" | "out-of-range", rule: string, got: string): never {
  throw new InputError({ code, who, rule, got, fix: "Check how the law was made" });
}

function checkArray(who: string, what: string, data: Float64Array, size: number): void {
  if (data.length !== size) refuse(who, "wrong-shape", `${what} must hold ${size} numbers`, String(data.length));
  const bad = firstNonFinite(data);
  if (bad >= 0) refuse(who, "not-finite", `${what} must be finite`, `${data[bad]} at ${bad}`);
}

function checkLaw(who: string, law: Law): void {
  if (law.kind === "gaussian") {
    checkArray(who, "the mean", law.mean, law.d);
    checkArray(who, "the covariance", law.cov, law.d * law.d);
    return;
  }
  if (law.m < 1) refuse(who, "wrong-shape", "a cloud needs at least one point", String(law.m));
  checkArray(who, "the points", law.points, law.m * law.d);
  checkArray(who, "the weights", law.weights, law.m);
  let mass = 0;
  for (const weight of law.weights) {
    if (weight < 0) refuse(who, "out-of-range", "weights must not be negative", String(weight));
    mass += weight;
  }
  if (!(Math.abs(mass - 1) <= massTolerance)) refuse(who, "out-of-range", "weights must sum to 1", String(mass));
}

/**
 * Refuses two laws that no distance can compare.
 * @throws wrong-shape (different d, wrong lengths, no points), not-finite, out-of-range (weights)
 * @cost one pass over both laws
 */
export function requireComparable(who: string, a: Law, b: Law): void {
  if (a.d !== b.d) {
    throw new InputError({
      code: "wrong-shape",
      who,
      rule: "both laws must have the same dimension",
      got: `d = ${a.d} and d = ${b.d}`,
      fix: "Compare levels of one model",
    });
  }
  checkLaw(who, a);
  checkLaw(who, b);
}
