import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { brownianPath } from "./brownian.js";

const key = { seed: 11, purpose: "test" };

function increment(dimension: number, from: number, to: number, run = 0): Float64Array {
  const out = new Float64Array(dimension);
  brownianPath({ ...key, run }, dimension).increment(from, to, out);
  return out;
}

describe("a pure function of key and interval", () => {
  test("the same bits whatever was asked before, in any order", () => {
    const times = [-2.5, -1, -0.3, 0, 0.1, 0.25, 0.5, 1 / 3, 1, 1.75, 7.0625, 1000.1].sort((a, b) => a - b);
    const intervals = times.flatMap((a) => times.filter((b) => b >= a).map((b) => [a, b] as const));
    const path = brownianPath(key, 3);
    const out = new Float64Array(3);
    for (const order of [intervals, [...intervals].reverse(), intervals.toSorted((p, q) => p[1] - q[1])]) {
      for (const [a, b] of order) {
        path.increment(a, b, out);
        expect(out).toEqual(increment(3, a, b));
      }
    }
  });

  test("component k does not depend on the dimension", () => {
    const wide = increment(7, 0.3, 2.9);
    for (const dimension of [1, 2, 3, 6]) {
      expect(increment(dimension, 0.3, 2.9)).toEqual(wide.slice(0, dimension));
    }
  });

  test("seeds, purposes and runs make other paths", () => {
    const values = [
      { seed: 11, purpose: "test" },
      { seed: 12, purpose: "test" },
      { seed: 11 + 2 ** 32, purpose: "test" },
      { seed: 11, purpose: "tests" },
      { seed: 11, purpose: "test", run: 1 },
    ].map((one) => {
      const out = new Float64Array(1);
      brownianPath(one, 1).increment(0, 0.37, out);
      return out[0];
    });
    expect(new Set(values).size).toBe(values.length);
  });
});

test("increments add up under any refinement", () => {
  const time = fc.double({ min: -3, max: 5, noNaN: true });
  fc.assert(
    fc.property(fc.array(time, { minLength: 2, maxLength: 12 }), (draws) => {
      const times = draws.toSorted((a, b) => a - b);
      const path = brownianPath(key, 2);
      const [sum, out] = [new Float64Array(2), new Float64Array(2)];
      for (let k = 0; k + 1 < times.length; k++) {
        path.increment(times[k]!, times[k + 1]!, out);
        for (let i = 0; i < 2; i++) sum[i]! += out[i]!;
      }
      const whole = increment(2, times[0]!, times.at(-1)!);
      // A dozen sums of numbers up to about 5.
      for (let i = 0; i < 2; i++) expect(Math.abs(sum[i]! - whole[i]!)).toBeLessThan(5e-14);
    }),
    { numRuns: 200, seed: 3 },
  );
});

test("dyadic refinement to 2^-30 keeps the path", () => {
  const path = brownianPath(key, 1);
  const [coarse, left, right] = [new Float64Array(1), new Float64Array(1), new Float64Array(1)];
  for (let level = 0; level < 30; level++) {
    const h = 2 ** -level;
    const from = 3 + h * Math.floor(0.37 / h);
    path.increment(from, from + h, coarse);
    path.increment(from, from + h / 2, left);
    path.increment(from + h / 2, from + h, right);
    expect(Math.abs(left[0]! + right[0]! - coarse[0]!)).toBeLessThan(1e-14);
  }
});

describe("the law", () => {
  /** Increments of 20 000 disjoint intervals of length h, in units of √h. */
  function normalized(h: number, count = 20_000): Float64Array {
    const path = brownianPath({ seed: 1, purpose: "law" }, 1);
    const out = new Float64Array(1);
    return Float64Array.from({ length: count }, (_, k) => {
      path.increment(k * h, (k + 1) * h, out);
      return out[0]! / Math.sqrt(h);
    });
  }

  test.each([2 ** -10, 0.01, 1 / 3, 1, 2.7])("increments over h = %f are normal and uncorrelated", (h) => {
    const z = normalized(h);
    const mean = (f: (value: number, k: number) => number) =>
      z.reduce((sum, value, k) => sum + f(value, k), 0) / z.length;
    // Five standard errors of each statistic: 1, √2, √15, √96 over √20000.
    expect(Math.abs(mean((v) => v))).toBeLessThan(5 / Math.sqrt(z.length));
    expect(Math.abs(mean((v) => v * v) - 1)).toBeLessThan((5 * Math.SQRT2) / Math.sqrt(z.length));
    expect(Math.abs(mean((v) => v ** 3))).toBeLessThan((5 * Math.sqrt(15)) / Math.sqrt(z.length));
    expect(Math.abs(mean((v) => v ** 4) - 3)).toBeLessThan((5 * Math.sqrt(96)) / Math.sqrt(z.length));
    for (const lag of [1, 2, 3, 8, 100]) {
      expect(Math.abs(mean((v, k) => v * (z[k + lag] ?? 0)))).toBeLessThan(5 / Math.sqrt(z.length));
    }
  });

  test("components and runs are uncorrelated", () => {
    const count = 5000;
    let [components, runs] = [0, 0];
    for (let k = 0; k < count; k++) {
      const [a, b] = [increment(2, 0, 0.6, k), increment(2, 0, 0.6, k + 1)];
      components += (a[0]! * a[1]!) / 0.6;
      runs += (a[0]! * b[0]!) / 0.6;
    }
    expect(Math.abs(components / count)).toBeLessThan(5 / Math.sqrt(count));
    expect(Math.abs(runs / count)).toBeLessThan(5 / Math.sqrt(count));
  });
});

test("refuses what has no meaning", () => {
  const path = brownianPath(key, 1);
  const out = new Float64Array(1);
  expect(() => path.increment(1, 0, out)).toThrow("from <= to");
  expect(() => path.increment(Number.NaN, 1, out)).toThrow("brownianPath.increment");
  expect(() => path.increment(0, Number.POSITIVE_INFINITY, out)).toThrow("brownianPath.increment");
  expect(() => brownianPath({ seed: -1, purpose: "x" }, 1)).toThrow("seed");
  expect(() => brownianPath({ seed: 0, purpose: "x", run: 0.5 }, 1)).toThrow("run");
  expect(() => brownianPath(key, -1)).toThrow("dimension");
  path.increment(0.5, 0.5, out);
  expect(out[0]).toBe(0);
});
