import { InputError } from "../errors/index.js";

/** The largest order or degree taken: beyond it a table is a mistake rather than a wish. */
const largestOrder = 1e5;

/** Refuses an order that is not 0, ½, 1, 3/2, … up to 10⁵. @throws out-of-range (NaN too) */
export function requireOrder(who: string, order: number): void {
  if (order >= 0 && order <= largestOrder && Number.isInteger(2 * order)) return;
  throw new InputError({
    code: "out-of-range",
    who,
    rule: `the order must be an integer or half an odd integer in [0, ${largestOrder}]`,
    got: String(order),
    fix: "Use I_{−n} = I_n for negative integers; other orders are not computed",
  });
}

/** Refuses a degree that is not an integer in [0, largest]. @throws out-of-range (NaN too) */
export function requireDegree(who: string, name: string, degree: number, largest: number = largestOrder): void {
  if (Number.isInteger(degree) && degree >= 0 && degree <= largest) return;
  throw new InputError({
    code: "out-of-range",
    who,
    rule: `${name} must be an integer in [0, ${largest}]`,
    got: String(degree),
    fix: "Check how it was computed",
  });
}

/** Refuses a number that is not finite and at least `least`. @throws not-finite, out-of-range */
export function requireAtLeast(who: string, name: string, value: number, least: number): void {
  if (Number.isFinite(value) && value >= least) return;
  throw new InputError({
    code: Number.isFinite(value) ? "out-of-range" : "not-finite",
    who,
    rule: `${name} must be a finite number ≥ ${least}`,
    got: String(value),
    fix: "Check how it was computed",
  });
}

/** Refuses an output array that is not as long as the answer. @throws wrong-shape */
export function requireLength(who: string, out: Float64Array, length: number): void {
  if (out.length === length) return;
  throw new InputError({
    code: "wrong-shape",
    who,
    rule: `the output array must hold ${length} numbers`,
    got: `${out.length} numbers`,
    fix: "Leave it out to have it allocated",
  });
}

/** Refuses NaN and ±Infinity. @throws not-finite */
export function requireFinite(who: string, name: string, value: number): void {
  if (Number.isFinite(value)) return;
  throw new InputError({
    code: "not-finite",
    who,
    rule: `${name} must be a finite number`,
    got: String(value),
    fix: "Check how it was computed",
  });
}
