import { expect, test } from "vitest";
import { jsonText } from "./emit.js";

test("an answer never holds a number that JSON cannot say", () => {
  expect(jsonText({ regime: { tStar: 0.1 } })).toBe('{"regime":{"tStar":0.1}}');
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY])
    expect(() => jsonText({ regime: { tError: bad } })).toThrow("tError");
});
