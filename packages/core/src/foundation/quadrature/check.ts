import { InputError } from "../errors/index.js";

/** Refuses a count that is not an integer in [least, largest]. @throws out-of-range (NaN too) */
export function requireCount(who: string, name: string, count: number, least: number, largest: number): void {
  if (Number.isInteger(count) && count >= least && count <= largest) return;
  throw new InputError({
    code: "out-of-range",
    who,
    rule: `${name} must be an integer in [${least}, ${largest}]`,
    got: String(count),
    fix: "Check how it was computed",
  });
}

/** Refuses an exponent of a Jacobi weight that is not finite and above −1. @throws out-of-range, not-finite */
export function requireExponent(who: string, name: string, value: number, above: number): void {
  if (Number.isFinite(value) && value > above) return;
  throw new InputError({
    code: Number.isFinite(value) ? "out-of-range" : "not-finite",
    who,
    rule: `${name} must be a finite number above ${above}`,
    got: String(value),
    fix: "The weight is not integrable otherwise",
  });
}
