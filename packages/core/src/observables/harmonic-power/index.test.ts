import { expect, test } from "vitest";
import { cloudOf } from "../../foundation/law/index.js";
import { sphereRule } from "../../foundation/quadrature/index.js";
import { cloudFrom, measureOnce, unitCloud } from "../shared/test-model.test-helper.js";
import { harmonicPower } from "./index.js";

test("one direction has power 1 in every degree, in any dimension", () => {
  for (const d of [1, 2, 3, 6]) {
    const point = Array.from({ length: d }, (_, a) => (a === 0 ? 3 : 0));
    for (const value of measureOnce(harmonicPower, cloudFrom([point, point]))) expect(value).toBeCloseTo(1, 14);
  }
});

test("k equal tokens on the circle: 1 in the multiples of k, 0 elsewhere", () => {
  const angles = [0, 1, 2].map((j) => (2 * Math.PI * j) / 3 + 0.4);
  const cloud = cloudFrom(angles.map((angle) => [Math.cos(angle), Math.sin(angle)]));
  const power = measureOnce(harmonicPower, cloud, { params: { degree: 6 } });
  [0, 0, 1, 0, 0, 1].forEach((exact, k) => {
    expect(power[k]!).toBeCloseTo(exact, 14);
  });
});

test("on the circle it is the sum over pairs, R_k(cos θ) = cos kθ", () => {
  const cloud = unitCloud(20, 2);
  const power = measureOnce(harmonicPower, cloud);
  for (let k = 1; k <= 8; k++) {
    let sum = 0;
    for (let i = 0; i < 20; i++) {
      for (let j = 0; j < 20; j++) {
        const gap =
          Math.atan2(cloud.points[2 * i + 1]!, cloud.points[2 * i]!) -
          Math.atan2(cloud.points[2 * j + 1]!, cloud.points[2 * j]!);
        sum += Math.cos(k * gap) / 400;
      }
    }
    expect(Math.abs(power[k - 1]! - sum)).toBeLessThan(1e-14);
  }
});

test("1 + εP_2(z) on S²: ε²/25 in degree 2 and nothing else (addition theorem)", () => {
  const { m, points, weights } = sphereRule(12);
  const tilted = weights.map((w, j) => w * (1 + 0.3 * (1.5 * points[3 * j + 2]! ** 2 - 0.5)));
  const power = measureOnce(harmonicPower, { ...cloudOf(points, m, 3), weights: tilted }, { params: { degree: 4 } });
  // ∫P_2(z)P_2(z) = 1/5, twice: (0.3/5)².
  [0, 0.0036, 0, 0].forEach((exact, k) => {
    expect(Math.abs(power[k]! - exact)).toBeLessThan(1e-14);
  });
});
