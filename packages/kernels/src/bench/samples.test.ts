import { expect, test } from "vitest";
import { ratioOf, timeInTurns, timingOf } from "./samples.js";

test("median, quartiles, minimum and spread of samples in any order", () => {
  expect(timingOf([5, 1, 3, 2, 4])).toEqual({ median: 3, min: 1, low: 2, high: 4, spread: 2 / 3 });
});

test("ratios are of samples of one round, so a slow phase of the machine cancels", () => {
  expect(ratioOf([2, 20, 4, 2, 6], [1, 10, 1, 2, 2])).toEqual({ median: 2, low: 2, high: 3 });
});

test("works take turns, short ones repeated until a sample is long enough", () => {
  let clock = 0;
  const order: string[] = [];
  const work = (name: string, ms: number) => ({
    run: () => {
      clock += ms;
      order.push(name);
    },
  });
  const samples = timeInTurns([work("a", 4), work("b", 30)], 2, 10, () => clock);
  expect(samples).toEqual([
    [4, 4],
    [30, 30],
  ]);
  // Twice each to warm up and to choose the count, then the turns.
  expect(order.slice(4).join("")).toBe("aaabaaab");
});
