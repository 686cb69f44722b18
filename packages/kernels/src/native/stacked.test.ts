import type { KernelDescription, Visibility } from "@meanfield/core/foundation/backend";
import { createReferenceBackend } from "@meanfield/core/foundation/backend";
import { describe, expect, test } from "vitest";
import { normals } from "../../../core/test/helpers/arrays.js";
import { everyMachine } from "../../test/helpers/native-machines.js";

const dense: Visibility = { dense: true, logWeight: () => 0, decay: 0 };
const scaled = (d: number, factor: number) =>
  Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? factor : 0));

function kernelOf(d: number, normalisation: "partition" | "mass"): KernelDescription {
  const heads = [
    { beta: 2, queryKey: scaled(d, 0.5), value: scaled(d, -1) },
    { beta: -1, queryKey: scaled(d, 1), value: scaled(d, 0.7) },
  ];
  return { weight: "shifted-exponential", normalisation, heads };
}

// More systems than three stacks of the widest vector, not a multiple; n across blocks of queries and remainders, and n that
// fills the lanes with even and odd numbers of vectors.
const count = 53;
const sizes = [1, 2, 5, 32, 47, 48, 60];

everyMachine.suite("systems of a batch", ({ instructionSets, tryOpen }) =>
  describe.each(instructionSets)("%s", (instructions) => {
    for (const precision of ["f64", "f32"] as const) {
      test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 19, 24])(`have the bits they have alone, ${precision}, d = %i`, (d) => {
        const [one, three] = [1, 3].map((threads) => tryOpen({ precision, instructions, threads }));
        if (!("backend" in one!) || !("backend" in three!)) throw new Error("it was there before");
        const reference = createReferenceBackend();
        for (const m of sizes) {
          const kernel = kernelOf(d, m % 2 === 0 ? "partition" : "mass");
          const points = normals(count * m * d, 7 * m + d).map((x) => x / Math.sqrt(d));
          const weights = Float64Array.from({ length: m }, (_, j) => (2 + j) / (m * (m + 3)) / 0.5);
          const batch = { count, m, d, points, weights };
          const arrays = () => ({
            field: new Float64Array(count * m * d),
            logPartition: new Float64Array(count * 2 * m),
          });
          const [together, shared] = [arrays(), arrays()];
          expect(one.backend.fieldBatch!(kernel, batch, dense, together)).toBe(true);
          expect(three.backend.fieldBatch!(kernel, batch, dense, shared)).toBe(true);
          expect(shared).toEqual(together);
          for (const k of [0, 15, 16, count - 1]) {
            const cloud = { m, d, points: points.slice(k * m * d, (k + 1) * m * d), weights };
            const alone = { field: new Float64Array(m * d), logPartition: new Float64Array(2 * m) };
            expect(one.backend.field(kernel, cloud, cloud, dense, alone)).toBe(true);
            expect(together.field.slice(k * m * d, (k + 1) * m * d)).toEqual(alone.field);
            expect(together.logPartition.slice(k * 2 * m, (k + 1) * 2 * m)).toEqual(alone.logPartition);
            const wanted = new Float64Array(m * d);
            reference.field(kernel, cloud, cloud, dense, { field: wanted });
            const size = Math.max(...wanted.map(Math.abs), 1);
            // The bounds of docs/kernels.md: 1e-13, and 10(1 + β|q||k|)·6e-8 with β|q||k| below 20 here; both relative to
            // max|Vx|, which is at most 5 at these sizes, and of two heads.
            const bound = precision === "f64" ? 1e-12 : 1e-4;
            for (const [i, x] of alone.field.entries()) expect(Math.abs(x - wanted[i]!)).toBeLessThan(bound * size);
          }
        }
        one.backend.close();
        three.backend.close();
      });
    }
  }),
);
