import { expect, test } from "vitest";
import { zeroContour } from "./zero-contour.js";

const grid = (low: number, high: number, count: number) =>
  Array.from({ length: count + 1 }, (_, k) => low + ((high - low) * k) / count);

function circle(count: number): { worst: number; length: number } {
  const at = grid(-1.5, 1.5, count);
  const segments = zeroContour(at, at, (i, j) => at[i]! ** 2 + at[j]! ** 2 - 1);
  const worst = Math.max(...segments.map(({ x1, y1 }) => Math.abs(Math.hypot(x1, y1) - 1)));
  return { worst, length: segments.reduce((sum, { x1, y1, x2, y2 }) => sum + Math.hypot(x2 - x1, y2 - y1), 0) };
}

test("the circle: distance to it of order h², its length 2π", () => {
  const [coarse, fine] = [circle(30), circle(60)];
  // Linear interpolation of a parabola along a side of h = .1: h²/8 over the slope 2.
  expect(coarse.worst).toBeLessThan(0.1 ** 2 / 8);
  // Order two halves-squared: between 3 and 6, as the worst place moves with the grid.
  expect(coarse.worst / fine.worst).toBeGreaterThan(2.5);
  expect(Math.abs(fine.length / (2 * Math.PI) - 1)).toBeLessThan(1e-3);
});

test("a saddle gives two pieces that do not cross, on the side of the centre", () => {
  const values = [
    [1, -1],
    [-1, 1.5],
  ];
  const pieces = zeroContour([0, 1], [0, 1], (i, j) => values[i]![j]!);
  expect(pieces.length).toBe(2);
  // The centre is positive, so the positive corners (0, 0) and (1, 1) are joined: each piece cuts off a negative corner.
  for (const { x1, y1, x2, y2 } of pieces) {
    const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2];
    expect((x - y) * (x - y)).toBeGreaterThan(0.2);
  }
});

test("no piece where a corner has no value or nothing changes sign", () => {
  expect(zeroContour([0, 1], [0, 1], (i, j) => (i + j === 2 ? undefined : i - 0.5))).toEqual([]);
  expect(zeroContour([0, 1, 2], [0, 1], () => 1)).toEqual([]);
});
