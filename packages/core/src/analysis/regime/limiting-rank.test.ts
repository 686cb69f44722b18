import { expect, test } from "vitest";
import { positive } from "../../../test/helpers/arrays.js";
import { InputError } from "../../foundation/errors/index.js";
import { inverse } from "../../foundation/linear-algebra/index.js";
import { limitingRank, type Sample } from "./limiting-rank.js";

/** (P + tC)⁻¹ with C = diag(1, 0, .01): one direction stays, one falls like 1/t soon, one late. */
const at = (t: number): Sample => {
  const P = inverse(positive(3, 1), 3);
  for (const [i, c] of [1, 0, 0.01].entries()) P[i * 4]! += t * c;
  return { t, cov: inverse(P, 3) };
};

test("what falls like 1/t vanishes, however large it still is", () => {
  const { rank, exponents } = limitingRank([at(1e5), at(4e5)], 3);
  expect(rank).toBe(1);
  // The falling exponents differ from −1 by the order of 1/(.01·t).
  const sorted = [...exponents].sort((a, b) => a - b);
  expect(Math.abs(sorted[0]! + 1)).toBeLessThan(0.02);
  expect(Math.abs(sorted[1]! + 1)).toBeLessThan(0.02);
  expect(Math.abs(sorted[2]!)).toBeLessThan(0.02);
});

test("too early, the slow direction has not begun to fall: the trend says so", () => {
  expect(limitingRank([at(0.5), at(1)], 3).rank).toBeGreaterThan(1);
});

test("relative to |Σ| under blow-up", () => {
  const escaping = (t: number): Sample => ({ t, cov: Float64Array.of(t, 0, 0, 0, 2 * t, 0, 0, 0, 5) });
  expect(limitingRank([escaping(1e3), escaping(1e5)], 3, { relative: true }).rank).toBe(2);
});

test.each([0, 1, -1, 2, Number.NaN])("the rank tolerance %d is refused", (rankTolerance) => {
  expect(() => limitingRank([at(1), at(2)], 3, { rankTolerance })).toThrow(InputError);
});

test("one sample, or samples out of order, are refused", () => {
  expect(() => limitingRank([at(1)], 3)).toThrow(InputError);
  expect(() => limitingRank([at(2), at(1)], 3)).toThrow(InputError);
  expect(() => limitingRank([at(1), { t: 2, cov: Float64Array.of(1, 0, 0, -1) }], 2)).toThrow(InputError);
});
