import { expect, test } from "vitest";
import { cloudFrom, measureOnce } from "../shared/test-model.test-helper.js";
import { massDefect } from "./index.js";

test("is what the weights lack or have too much", () => {
  const rows = [
    [1, 0],
    [0, 1],
  ];
  expect(measureOnce(massDefect, cloudFrom(rows, [0.5, 0.25]))[0]).toBe(0.25);
  expect(measureOnce(massDefect, cloudFrom(rows, [0.75, 0.5]))[0]).toBe(0.25);
  expect(measureOnce(massDefect, cloudFrom(rows))[0]).toBe(0);
});
