import { describe, expect, test } from "vitest";
import { InputError } from "../errors/index.js";
import { parseExpression } from "./index.js";

const value = (text: string, theta = 0.7) => parseExpression(text, ["theta"])([theta]);

test.each([
  ["1 + 0.1*cos(4*theta)", 1 + 0.1 * Math.cos(2.8)],
  ["2 - 3 - 4", -5],
  ["12 / 3 / 2 * 5", 10],
  ["2^3^2", 512],
  ["-2^2", -4],
  ["2**-1", 0.5],
  ["(1 + 2) * -3", -9],
  ["exp(-theta^2/2)/sqrt(2*pi)", Math.exp(-0.245) / Math.sqrt(2 * Math.PI)],
  ["max(0, min(theta, .5))", 0.5],
  ["1.5e-3*2E2", 0.3],
  ["atan2(1, -1)", Math.atan2(1, -1)],
  ["--theta", 0.7],
])("%s", (text, expected) => {
  // The same operations in the same order, but for one multiplication.
  expect(Math.abs(value(text) - expected)).toBeLessThan(1e-15);
});

describe("refuses, naming the character", () => {
  const refusal = (text: unknown): InputError => {
    try {
      parseExpression(text, ["theta"]);
    } catch (error) {
      if (error instanceof InputError) return error;
    }
    throw new Error("nothing was refused");
  };

  test.each([
    ["1 + ", 4, "expected a number"],
    ["1 + 2 3", 6, "expected an operator"],
    ["cos(theta", 9, 'expected ")"'],
    ["1 + 0.1*cosine(theta)", 8, "no such function"],
    ["thets", 0, 'Did you mean "theta"'],
    ["1 ; 2", 2, "no such sign"],
    ["cos(1, 2)", 0, "takes 1 values"],
    ["constructor", 0, "no such name"],
    ["toString(1)", 0, "no such function"],
    ["", 0, "expected a number"],
    [`${"(".repeat(500)}1${")".repeat(500)}`, 200, "nests deeper"],
  ])("%s", (text, at, said) => {
    const error = refusal(text);
    expect([error.code, error.details["at"]]).toEqual(["syntax", at]);
    expect(error.message).toContain(said);
  });

  test("what is no text", () => expect(refusal(3).code).toBe("wrong-type"));
});
