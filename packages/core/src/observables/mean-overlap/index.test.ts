import { expect, test } from "vitest";
import { equiangular } from "../../laws/equiangular/index.js";
import { cloudFrom, measureOnce, unitCloud } from "../shared/test-model.test-helper.js";
import { meanOverlap } from "./index.js";

test.each([0, 0.3, -0.2, 1])("equiangular tokens have their overlap, ρ = %d", (overlap) => {
  const cloud = equiangular.bind({ d: 7, n: 5, overlap }).cloud();
  expect(measureOnce(meanOverlap, cloud)[0]).toBeCloseTo(overlap, 14);
});

test("is (n|m|² − 1)/(n − 1) for n unit tokens with mean m", () => {
  const n = 50;
  const cloud = unitCloud(n, 4);
  let square = 0;
  for (let a = 0; a < 4; a++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += cloud.points[i * 4 + a]!;
    square += (sum / n) ** 2;
  }
  // 1225 roundings, averaged.
  expect(measureOnce(meanOverlap, cloud)[0]).toBeCloseTo((n * square - 1) / (n - 1), 13);
});

test("lengths do not count, weights do", () => {
  const cloud = cloudFrom([[2], [5], [-0.1]], [0.5, 0.25, 0.25]);
  expect(measureOnce(meanOverlap, cloud)[0]).toBeCloseTo((0.125 - 0.125 - 0.0625) / 0.3125, 14);
});
