import { describe, expect, test } from "vitest";
import { type Axis, resolveAxis } from "./axis.js";
import { type Dimension, resolveDimensions } from "./dimension.js";
import goldens from "./goldens.json" with { type: "json" };
import { halton } from "./halton.js";

const valuesOf = ({ size, at }: Axis | Dimension): unknown[] => Array.from({ length: size }, (_, k) => at(k));
const axis = (value: unknown) => resolveAxis(value, "sweep.x", ["sweep", "x"]);
const only = (key: string, value: unknown): Dimension => resolveDimensions(key, value)[0]!;

describe("ranges", () => {
  test("a linear range has its ends exactly and equal differences", () => {
    expect(valuesOf(axis({ range: [0.1, 9], count: 90 }))).toEqual(
      Array.from({ length: 90 }, (_, k) => (k === 89 ? 9 : 0.1 + (9 - 0.1) * (k / 89))),
    );
  });

  test("a log range has equal ratios", () => {
    const values = valuesOf(axis({ range: [1e-3, 10], count: 5, scale: "log" })) as number[];
    expect(values[0]).toBe(1e-3);
    expect(values[4]).toBe(10);
    // One power and one product: a few ulp.
    for (let k = 1; k < 5; k++) expect(values[k]! / values[k - 1]!).toBeCloseTo(10, 12);
  });

  test("between two values lies a value; every halving of the steps keeps the values there were", () => {
    for (const scale of ["linear", "log"]) {
      const coarse = axis({ range: [0.3, 7], count: 5, scale });
      const fine = axis({ range: [0.3, 7], count: 33, scale });
      for (let k = 0; k < 33; k++) expect(coarse.at(k / 8)).toBe(fine.at(k));
    }
  });

  test("round gives integers", () => {
    expect(valuesOf(axis({ range: [16, 1024], count: 7, scale: "log", round: true }))).toEqual([
      16, 32, 64, 128, 256, 512, 1024,
    ]);
  });

  test.each([
    [{ range: [0, 1], count: 3, scale: "log" }, /log scale needs both ends > 0/],
    [{ range: [1, 4], count: 9, scale: "log", round: true }, /must differ.*Give a smaller count/],
    [{ range: [2, 2], count: 3 }, /must differ/],
    [{ range: [1], count: 3 }, /range/],
    [{ range: [1, 2] }, /count: is needed/],
    [{ range: [1, 2], cuont: 3 }, /"cuont" is not a key here. Did you mean "count"\?/],
    [{ range: [1, Number.NaN], count: 2 }, /range/],
    [[], /sweep.x/],
    [[1, 2, 1], /must differ.*got 1 at places 1 and 3/],
    [[{ a: 1 }, { a: 1 }], /must differ/],
    [7, /sweep.x/],
  ])("%j is refused", (value, says) => {
    expect(() => axis(value)).toThrow(says);
  });
});

describe("several paths at once", () => {
  test("zip goes through its paths together, list through its points", () => {
    const zip = only("zip", { a: [1, 2, 3], b: { range: [10, 30], count: 3 } });
    expect(zip.columns).toEqual(["a", "b"]);
    expect(valuesOf(zip)).toEqual([
      [1, 10],
      [2, 20],
      [3, 30],
    ]);
    const list = only("list", [
      { a: 1, b: "x" },
      { b: "y", a: 2 },
    ]);
    expect(valuesOf(list)).toEqual([
      [1, "x"],
      [2, "y"],
    ]);
    expect(list.numeric).toEqual([true, false]);
  });

  test("zip may be several groups; each is a dimension", () => {
    const groups = [
      { a: [1, 2], b: [3, 4] },
      { c: [5, 6], d: [7, 8] },
    ];
    expect(resolveDimensions("zip", groups).map(({ columns }) => columns)).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
  });

  test("seeds are a number of them, a list, or from … on", () => {
    expect(valuesOf(only("seeds", 3))).toEqual([[1], [2], [3]]);
    expect(valuesOf(only("seeds", [5, 9]))).toEqual([[5], [9]]);
    expect(valuesOf(only("seeds", { from: 100, count: 2 }))).toEqual([[100], [101]]);
  });

  test.each([
    ["zip", { a: [1, 2], b: [1, 2, 3] }, /equally many values, got a: 2, b: 3/],
    ["zip", { a: [1, 2] }, /at least two paths/],
    ["list", [{ a: 1 }, { b: 1 }], /every point must give a, as the first does, got b/],
    ["list", [], /needs points/],
    ["list", [{ a: 1 }, { a: 1 }], /must differ/],
    ["seeds", -1, /sweep.seeds/],
    ["seeds", [1, 1], /must differ/],
    ["sample", { count: 3, over: {} }, /at least one path/],
    ["sample", { count: 3, method: "sobol", over: { a: { range: [0, 1] } } }, /random, halton|random\|halton/],
  ])("%s %j is refused", (key, value, says) => {
    expect(() => resolveDimensions(key, value)).toThrow(says);
  });
});

describe("samples of a box", () => {
  const over = { a: { range: [0, 1] }, b: { range: [1e-3, 1e3], scale: "log" } };

  test("Halton's sequence is SciPy's", () => {
    goldens.index.forEach((k, row) => {
      // Both add at most six digits times a power of the base: a few ulp of numbers below 1.
      for (let j = 0; j < 12; j++) expect(Math.abs(halton(k, j) - goldens.halton[row]![j]!)).toBeLessThan(1e-15);
    });
  });

  test.each(["random", "halton"])("%s: more points keep those there are; another seed has others", (method) => {
    const points = (count: number, seed = 1) => valuesOf(only("sample", { count, method, seed, over }));
    expect(points(40).slice(0, 15)).toEqual(points(15));
    expect(points(15, 2)).not.toEqual(points(15));
  });

  test.each(["random", "halton"])("%s: points fill the box evenly", (method) => {
    const count = 4096;
    const points = valuesOf(only("sample", { count, method, over })) as [number, number][];
    const u = points.map(([a, b]) => [a, (Math.log10(b) + 3) / 6] as const);
    for (const j of [0, 1] as const) {
      const mean = u.reduce((sum, one) => sum + one[j], 0) / count;
      // Five standard errors of the mean of a uniform, 1/√(12·4096) = .0045; Halton is far nearer.
      expect(Math.abs(mean - 0.5)).toBeLessThan(0.0226);
    }
    const quarter = u.filter(([a, b]) => a < 0.5 && b < 0.5).length / count;
    // Five standard deviations of a binomial with p = 1/4: √(.1875/4096) = .0068.
    expect(Math.abs(quarter - 0.25)).toBeLessThan(0.034);
  });

  test("Halton's points are more even than random ones: the discrepancy of intervals falls like log n / n", () => {
    const discrepancy = (method: string) => {
      const points = valuesOf(only("sample", { count: 1024, method, over })) as [number, number][];
      const sorted = points.map(([a]) => a).sort((a, b) => a - b);
      return Math.max(...sorted.map((a, k) => Math.abs(a - (k + 0.5) / 1024)));
    };
    // In base 2 with a shift: at most (2 + log2 n)/n of each interval; random: Kolmogorov's 1.2/√n = .04 typically.
    expect(discrepancy("halton")).toBeLessThan(12 / 1024);
    expect(discrepancy("random")).toBeGreaterThan(12 / 1024);
  });
});
