import type { KernelDescription, Visibility } from "@meanfield/core/foundation/backend";
import { describe, expect, test } from "vitest";
import { normals } from "../../../core/test/helpers/arrays.js";
import { openWasm } from "./index.js";

const dense: Visibility = { dense: true, logWeight: () => 0, decay: 0 };

/** One head whose maps are multiples of the identity. */
function kernelOf(d: number): KernelDescription {
  const scaled = (factor: number) => Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? factor : 0));
  const head = { beta: 2, queryKey: scaled(0.7), value: scaled(-1.3) };
  return { weight: "exponential", normalisation: "partition", heads: [head] };
}

// At n = 32, d = 16 four groups of systems, the last of them short.
const count = 53;

describe.each(["f64", "f32"] as const)("systems of a batch, %s", (precision) => {
  test.each([1, 2, 3, 5, 8, 9, 16, 17])(
    "have the bits they have alone, on one thread and on two, d = %i",
    async (d) => {
      const [one, two] = [await openWasm({ precision }), await openWasm({ precision, threads: 2 })];
      const kernel = kernelOf(d);
      for (const m of [1, 3, 16, 31, 32, 33, 70]) {
        const points = normals(count * m * d, 7 * m + d).map((x) => x / Math.sqrt(d));
        const weights = Float64Array.from({ length: m }, (_, j) => (2 + j) / (m * (m + 3)) / 0.5);
        const batch = { count, m, d, points, weights };
        const arrays = () => ({ field: new Float64Array(count * m * d), logPartition: new Float64Array(count * m) });
        const [together, shared] = [arrays(), arrays()];
        expect(one.fieldBatch!(kernel, batch, dense, together)).toBe(true);
        expect(two.fieldBatch!(kernel, batch, dense, shared)).toBe(true);
        expect(shared).toEqual(together);
        const lean = { field: new Float64Array(count * m * d) };
        expect(one.fieldBatch!(kernel, batch, dense, lean)).toBe(true);
        expect(lean.field).toEqual(together.field);
        for (const k of [0, 15, 16, count - 1]) {
          const cloud = { m, d, points: points.slice(k * m * d, (k + 1) * m * d), weights };
          const alone = { field: new Float64Array(m * d), logPartition: new Float64Array(m) };
          expect(one.field(kernel, cloud, cloud, dense, alone)).toBe(true);
          expect(together.field.slice(k * m * d, (k + 1) * m * d)).toEqual(alone.field);
          expect(together.logPartition.slice(k * m, (k + 1) * m)).toEqual(alone.logPartition);
        }
      }
      one.close();
      two.close();
    },
  );

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 1e200])(
    "are declined with nothing written for a coordinate %s, wherever it stands",
    async (bad) => {
      const backend = await openWasm({ precision });
      const [m, d] = [3, 7];
      const weights = new Float64Array(m).fill(1 / m);
      for (let at = 0; at < m * d; at++) {
        const points = normals(m * d, 3);
        points[at] = bad;
        const field = new Float64Array(m * d).fill(7);
        const batch = { count: 1, m, d, points, weights };
        expect(backend.fieldBatch!(kernelOf(d), batch, dense, { field })).toBe(false);
        expect(field).toEqual(new Float64Array(m * d).fill(7));
      }
      backend.close();
    },
  );
});
