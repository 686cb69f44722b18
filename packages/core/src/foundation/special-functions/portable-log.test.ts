import { expect, test } from "vitest";
import { portableLog } from "./portable-log.js";

/** Numbers of all sizes in (0, 1], and both sides of every place where the formula changes. */
function samples(): number[] {
  const random = Array.from({ length: 20_000 }, (_, i) => ((i * 0.618_033_988_749_894_8) % 1) * 2 ** -(i % 1070));
  const edges = [0x6147a, 0x6a09c, 0x6b851, 1, 0xffffe].flatMap((high) =>
    [-1, 0, 1].map((step) => (1 + high / 2 ** 20 + step * 2 ** -52) / 2),
  );
  return [...random.filter((x) => x > 0), ...edges, 1, 0.5, 2 ** -1022, Number.MIN_VALUE];
}

test("is Math.log to the last place", () => {
  for (const x of samples()) {
    const wanted = Math.log(x);
    // fdlibm promises less than one unit, and an engine's own logarithm no less.
    expect(Math.abs(portableLog(x) - wanted)).toBeLessThanOrEqual(2 ** -52 * Math.abs(wanted));
  }
});

test("turns products into sums", () => {
  for (const x of samples().filter((value) => value > 1e-300)) {
    // Three logarithms of at most 700, each half a unit off.
    const gap = portableLog(x) + portableLog(0.3) - portableLog(x * 0.3);
    expect(Math.abs(gap)).toBeLessThan(2 ** -51 * (1 + Math.abs(Math.log(x))));
  }
  expect(portableLog(1)).toBe(0);
});

test("three values to the last bit", () => {
  // Rounded from 40 digits by mpmath.
  expect([1e-5, 0.07, 0.7].map(portableLog)).toEqual([-11.512925464970229, -2.659260036932778, -0.35667494393873245]);
});
