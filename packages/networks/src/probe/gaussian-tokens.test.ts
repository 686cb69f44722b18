import { InputError } from "@meanfield/core/foundation/errors";
import { stream } from "@meanfield/core/foundation/random";
import { expect, test } from "vitest";
import { drawLike, gaussianTokens } from "./gaussian-tokens.js";
import { cloudMoments } from "./moments.js";

// Three tokens in the plane x + y + z = 0 moved by (1, 2, 3): the covariance has rank 2.
const like = { n: 3, d: 3, points: Float64Array.of(2, 1, 3, 1, 3, 2, 0, 2, 4) };

test("many draws have the mean and covariance of the cloud, also where it is singular", () => {
  const n = 20_000;
  const drawn = drawLike(like, n, stream({ seed: 1, purpose: "test" }));
  const expected = cloudMoments(like);
  const actual = cloudMoments(drawn);
  // Five standard errors: entries of the covariance are below 1, their estimates deviate by about √(2/n).
  const within = 5 * Math.sqrt(2 / n);
  for (let a = 0; a < 3; a++) expect(Math.abs(actual.mean()[a]! - expected.mean()[a]!)).toBeLessThan(within);
  for (let k = 0; k < 9; k++)
    expect(Math.abs(actual.covariance()[k]! - expected.covariance()[k]!)).toBeLessThan(within);
  // The direction (1, 1, 1) has no spread in the cloud, so none in the draws beyond rounding.
  expect(actual.spectrum()[0]).toBeLessThan(1e-14);
});

test("a given mean and covariance are used instead of the cloud's", () => {
  const mean = Float64Array.of(10, 0, -10);
  const cov = Float64Array.of(4, 1, 0, 1, 2, 0, 0, 0, 0.5);
  const n = 20_000;
  const moments = cloudMoments(gaussianTokens({ n, mean, cov }, 3, undefined, 1));
  // Five standard errors with variances up to 4.
  const within = 5 * 4 * Math.sqrt(2 / n);
  for (let a = 0; a < 3; a++) expect(Math.abs(moments.mean()[a]! - mean[a]!)).toBeLessThan(within);
  for (let k = 0; k < 9; k++) expect(Math.abs(moments.covariance()[k]! - cov[k]!)).toBeLessThan(within);
  const half = cloudMoments(gaussianTokens({ n, mean }, 3, like, 1));
  expect(Math.abs(half.mean()[0]! - 10)).toBeLessThan(within);
  expect(Math.abs(half.covariance()[0]! - cloudMoments(like).covariance()[0]!)).toBeLessThan(within);
});

test("the same seed gives the same tokens, another seed others", () => {
  const draw = (seed: number) => gaussianTokens({ n: 4 }, 3, like, seed).points;
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});

test("wrong sizes and nothing to match are refused", () => {
  expect(() => gaussianTokens({ n: 4 }, 3, undefined, 1)).toThrow(/need texts to match/);
  expect(() => gaussianTokens({ n: 1 }, 3, like, 1)).toThrow(InputError);
  expect(() => gaussianTokens({ n: 4, mean: new Float64Array(2) }, 3, like, 1)).toThrow(/gaussian\.mean must hold 3/);
  expect(() => gaussianTokens({ n: 4, cov: new Float64Array(3) }, 3, like, 1)).toThrow(/gaussian\.cov must hold 9/);
  expect(() => gaussianTokens({ n: 4, cov: Float64Array.of(-1, 0, 0, 0, 1, 0, 0, 0, 1) }, 3, like, 1)).toThrow(
    InputError,
  );
});
