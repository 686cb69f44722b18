import { describe, expect, test } from "vitest";
import { euclidean } from "../../geometry/euclidean/index.js";
import { cloudFrom, measureOnce, testModel, unitCloud } from "../shared/test-model.test-helper.js";
import { clusterCount } from "./index.js";

const onCircle = (angles: readonly number[]) => cloudFrom(angles.map((angle) => [Math.cos(angle), Math.sin(angle)]));
const flat = (d: number) => ({ model: testModel(d, { geometry: euclidean }) });

describe("cluster count", () => {
  test("geodesic distance on the sphere: a pair at .009 is one cluster, at .011 two", () => {
    expect(measureOnce(clusterCount, onCircle([1, 1.009]))[0]).toBe(1);
    expect(measureOnce(clusterCount, onCircle([1, 1.011]))[0]).toBe(2);
    const wide = { params: { radius: 3.1 } };
    expect(measureOnce(clusterCount, onCircle([0, 3.05]), wide)[0]).toBe(1);
    expect(measureOnce(clusterCount, onCircle([0, Math.PI]), wide)[0]).toBe(2);
  });

  test("single linkage: a chain is one cluster, in any order", () => {
    const chain = Array.from({ length: 50 }, (_, i) => 0.009 * ((i * 17) % 50));
    expect(measureOnce(clusterCount, onCircle([...chain, 3, 3.005, -2]))[0]).toBe(3);
  });

  test("radius 0 joins equal tokens only", () => {
    const cloud = onCircle([0.3, 0.3, 0.4]);
    expect(measureOnce(clusterCount, cloud, { params: { radius: 0 } })[0]).toBe(2);
  });

  test("against the components of the thresholded graph, by repeated squaring", () => {
    const [n, radius] = [40, 0.5];
    const cloud = unitCloud(n, 3, 2);
    const joined = Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_, j) => {
        let inner = 0;
        for (let a = 0; a < 3; a++) inner += cloud.points[3 * i + a]! * cloud.points[3 * j + a]!;
        return i === j || Math.acos(Math.min(1, inner)) <= radius;
      }),
    );
    for (let k = 0; k < n; k++) {
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) joined[i]![j] ||= joined[i]![k]! && joined[k]![j]!;
    }
    const components = new Set(joined.map((row) => row.indexOf(true))).size;
    expect(components).toBeGreaterThan(1);
    expect(components).toBeLessThan(n);
    expect(measureOnce(clusterCount, cloud, { params: { radius } })[0]).toBe(components);
  });

  test("in flat space the count does not depend on the scale", () => {
    const rows = [
      [1, 0],
      [1.005, 0],
      [0, 1],
      [-1, -1],
    ];
    for (const scale of [1e-150, 1, 1e6]) {
      const cloud = cloudFrom(rows.map((row) => row.map((value) => scale * value)));
      expect(measureOnce(clusterCount, cloud, flat(2))[0]).toBe(3);
    }
    expect(
      measureOnce(
        clusterCount,
        cloudFrom([
          [0, 0],
          [0, 0],
        ]),
        flat(2),
      )[0],
    ).toBe(1);
  });

  test("points without weight are not there", () => {
    expect(
      measureOnce(
        clusterCount,
        cloudFrom(
          [
            [1, 0],
            [0, 1],
          ],
          [1, 0],
        ),
      )[0],
    ).toBe(1);
  });
});
