import { expect, test } from "vitest";
import type { Backend, PointBatch } from "../../src/foundation/backend/index.js";
import { sphere } from "../../src/geometry/sphere/index.js";
import { eachOverlapRow } from "../../src/observables/shared/overlaps.js";
import { normals } from "./arrays.js";
import { weighted } from "./weighted.js";

const rowShapes: readonly (readonly [count: number, m: number, d: number])[] = [
  [1, 1, 200],
  [31, 32, 8],
  [5, 33, 3],
  [7, 9, 17],
  [4, 130, 2],
];

/** Rows over their lengths, with the bits of the geometry. */
function expectNormalizedRows(backend: Backend): void {
  for (const [count, m, d] of rowShapes) {
    const start = normals(count * m * d, 17 * d + m, 3);
    const [got, wanted] = [start.slice(), start.slice()];
    sphere.retract(wanted, count * m, d);
    const mine = backend.rows?.normalize(got, count * m, d) === true;
    expect(got).toEqual(mine ? wanted : start);
  }
}

/** Shares of aligned pairs, with the bits of the observable that counts one system after the other. */
function expectAlignedPairs(backend: Backend): void {
  for (const [count, m, d] of rowShapes) {
    const { weights } = weighted(m, d, 5);
    const batch: PointBatch = { count, m, d, points: normals(count * m * d, m + d), weights };
    for (const above of [-1, 0, 0.4]) {
      const got = new Float64Array(count).fill(Number.NaN);
      if (!backend.rows?.alignedPairs(batch, above, got)) {
        expect(got.every(Number.isNaN)).toBe(true);
        continue;
      }
      const wanted = Array.from({ length: count }, (_, k) => {
        const points = batch.points.subarray(k * m * d, (k + 1) * m * d);
        let sum = 0;
        eachOverlapRow({ kind: "point-cloud", m, d, points, weights }, "test", (i, row) => {
          let mass = 0;
          for (let j = m - 1; j > i; j--) if (row[j]! > above) mass += weights[j]!;
          sum += weights[i]! * mass;
        });
        return sum;
      });
      expect([count, m, d, above, ...got]).toEqual([count, m, d, above, ...wanted]);
    }
  }
}

/** Rows that have no direction, or one that plain arithmetic does not find, are not the backend's. */
function expectDeclinedRows(backend: Backend): void {
  const [count, m, d] = [3, 32, 8];
  for (const value of [0, 1e-130, 1e130, Number.NaN, Number.POSITIVE_INFINITY]) {
    const points = normals(count * m * d, 3);
    points.fill(value, 50 * d, 51 * d);
    const out = new Float64Array(count).fill(Number.NaN);
    const batch: PointBatch = { count, m, d, points, weights: new Float64Array(m).fill(1 / m) };
    expect(backend.rows?.alignedPairs(batch, 0.5, out) === true).toBe(false);
    expect(out.every(Number.isNaN)).toBe(true);
  }
}

/** What a backend that works on many short rows must satisfy. */
export function rowsContract(backend: Backend): void {
  test("normalises rows bit for bit", () => expectNormalizedRows(backend));

  test("counts aligned pairs bit for bit", () => expectAlignedPairs(backend));

  test("leaves rows without a plain direction to the reference", () => expectDeclinedRows(backend));
}
