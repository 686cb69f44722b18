import { expect, test } from "vitest";
import { InputError } from "../errors/index.js";
import { histogram, wilsonInterval } from "./index.js";

function expectRefusal(f: () => unknown, code: string): void {
  try {
    f();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).code).toBe(code);
    return;
  }
  throw new Error("accepted");
}

test("Wilson's interval is SciPy's", () => {
  // scipy.stats.binomtest(k, n).proportion_ci(c, method="wilson"), SciPy 1.10.
  const cases: [number, number, number, number, number][] = [
    [0, 10, 0.95, 0, 0.27753279986288926],
    [3, 10, 0.95, 0.10779126740630102, 0.6032218525388546],
    [10, 10, 0.95, 0.7224672001371109, 1],
    [50, 1000, 0.99, 0.035025075722532446, 0.0709069726905337],
    [1, 1, 0.9, 0.2698659487840541, 1],
    [499, 1000, 0.95, 0.468073488750724, 0.529934164766247],
  ];
  for (const [count, trials, confidence, low, high] of cases) {
    const found = wilsonInterval(count, trials, confidence);
    // A few roundings; the normal quantile is exact to 1e-15.
    expect(Math.abs(found.low - low)).toBeLessThan(1e-14);
    expect(Math.abs(found.high - high)).toBeLessThan(1e-14);
  }
});

test("a histogram counts every value once, the last bin closed, what lies outside apart", () => {
  const found = histogram([0, 0.5, 1, 1.5, 2, 2.5, -1], { from: 0, to: 2, bins: 2 });
  expect(found).toEqual({ edges: [0, 1, 2], counts: [2, 3], below: 1, above: 1 });
});

test("bad input is refused", () => {
  expectRefusal(() => wilsonInterval(3, 2), "out-of-range");
  expectRefusal(() => wilsonInterval(1, 2, 1), "out-of-range");
  expectRefusal(() => histogram([1], { from: 0, to: 1, bins: 0 }), "out-of-range");
  expectRefusal(() => histogram([1], { from: 0, to: 0, bins: 1 }), "out-of-range");
  expectRefusal(() => histogram([Number.NaN], { from: 0, to: 1, bins: 1 }), "not-finite");
});
