import { expect, test } from "vitest";
import { normals } from "../../../test/helpers/arrays.js";
import { clustersAt, singleLinkage } from "./index.js";

test("on a line the heights are the gaps, sorted", () => {
  const points = [0, 7, 1, 3, 12];
  const edges = singleLinkage(5, (i, j) => Math.abs(points[i]! - points[j]!));
  expect(edges.map(({ height }) => height)).toEqual([1, 2, 4, 5]);
  expect([...clustersAt(5, edges, 2)]).toEqual([0, 1, 0, 0, 4]);
  expect([...clustersAt(5, edges, 4.5)]).toEqual([0, 0, 0, 0, 4]);
  expect([...clustersAt(5, edges, 0)]).toEqual([0, 1, 2, 3, 4]);
});

test("clusters are the connected components of the graph of near pairs", () => {
  const n = 30;
  const x = normals(2 * n, 8);
  const distance = (i: number, j: number) => Math.hypot(x[2 * i]! - x[2 * j]!, x[2 * i + 1]! - x[2 * j + 1]!);
  const edges = singleLinkage(n, distance);
  expect(edges).toHaveLength(n - 1);
  for (const reach of [0.1, 0.3, 0.5, 0.8]) {
    // Components by spreading the least index until nothing changes.
    const label = Array.from({ length: n }, (_, i) => i);
    for (let changed = true; changed; ) {
      changed = false;
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          if (distance(i, j) > reach || label[j]! >= label[i]!) continue;
          label[i] = label[j]!;
          changed = true;
        }
      }
    }
    expect([...clustersAt(n, edges, reach)]).toEqual(label);
    expect(1 + edges.filter(({ height }) => height > reach).length).toBe(new Set(label).size);
  }
});

test("no point and one point have no edges", () => {
  expect(singleLinkage(0, () => 1)).toEqual([]);
  expect(singleLinkage(1, () => 1)).toEqual([]);
});
