import { createReferenceBackend, type KernelDescription } from "@meanfield/core/foundation/backend";
import { tokens, type WeightedPoints } from "@meanfield/core/foundation/shapes";
import { describe, expect, test } from "vitest";
import { flip, normals, product } from "../../../core/test/helpers/arrays.js";
import { openWasm } from "./index.js";

const dense = { dense: true, logWeight: () => 0, decay: 0 };

function onSphere(raw: Float64Array, d: number): Float64Array {
  const out = raw.slice();
  for (let i = 0; i < out.length; i += d) {
    const norm = Math.hypot(...out.subarray(i, i + d));
    for (let a = i; a < i + d; a++) out[a]! /= norm;
  }
  return out;
}

/** Tokens that are hard on a kernel: spread out, in tight clusters, at two poles, nearly the same. */
const clouds = {
  uniform: (n: number, d: number) => onSphere(normals(n * d, 1), d),
  clustered: (n: number, d: number) => {
    const centres = normals(3 * d, 2);
    return onSphere(
      normals(n * d, 3, 1e-3).map((value, k) => value + centres[(Math.floor(k / d) % 3) * d + (k % d)]!),
      d,
    );
  },
  antipodal: (n: number, d: number) => {
    const pole = normals(d, 4);
    return onSphere(
      normals(n * d, 5, 1e-2).map((value, k) => value + (Math.floor(k / d) % 2 === 0 ? 1 : -1) * pole[k % d]!),
      d,
    );
  },
  duplicates: (n: number, d: number) => {
    const one = normals(d, 6);
    return onSphere(
      normals(n * d, 7, 1e-9).map((value, k) => value + one[k % d]!),
      d,
    );
  },
};

function maxNorm(points: Float64Array, d: number): number {
  let largest = 0;
  for (let i = 0; i < points.length; i += d) largest = Math.max(largest, Math.hypot(...points.subarray(i, i + d)));
  return largest;
}

/** Greatest distance of two fields relative to the greatest ‖x‖ (V = I). */
function distance(a: Float64Array, b: Float64Array, cloud: WeightedPoints): number {
  return (
    maxNorm(
      a.map((value, k) => value - b[k]!),
      cloud.d,
    ) / maxNorm(cloud.points, cloud.d)
  );
}

/** ‖A‖₂ by power iteration on AᵀA. */
function spectralNorm(a: Float64Array, d: number): number {
  let x = normals(d, 9);
  let size = 0;
  for (let step = 0; step < 100; step++) {
    const y = product(flip(a, d, d), product(a, x, d, d, 1), d, d, 1);
    size = Math.hypot(...y);
    x = y.map((value) => value / size);
  }
  return Math.sqrt(size);
}

/**
 * f64: a score of size 1000 is off by some 1e-13 on either side, and so is its weight; measured at most 5.5e-14.
 * f32: 6e-8 is half a unit in the last place; a score β⟨q,k⟩ carries it, and so does a sum; measured at most .6 of this.
 */
const boundOf = (precision: "f64" | "f32", scores: number): number =>
  precision === "f64" ? 1e-13 : 10 * (1 + scores) * 6e-8;

const betas = [0.01, 1, 30, 1000];
const sizes = [
  [257, 2],
  [300, 3],
  [129, 17],
  [90, 64],
] as const;
const reference = createReferenceBackend();

describe.each(["f64", "f32"] as const)("accuracy of %s", (precision) => {
  for (const simd of ["relaxed", "plain"] as const) {
    test.each(Object.keys(clouds) as (keyof typeof clouds)[])(`${simd}: tokens %s`, async (name) => {
      const backend = await openWasm({ precision, simd });
      for (const [n, d] of sizes) {
        const cloud = tokens(clouds[name](n, d), n, d);
        const identity = Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? 1 : 0));
        const random = normals(d * d, 8, 1 / Math.sqrt(d));
        for (const beta of betas) {
          for (const queryKey of [identity, random]) {
            const kernel: KernelDescription = {
              weight: "exponential",
              normalisation: "partition",
              heads: [{ beta, queryKey, value: identity }],
            };
            const [got, wanted] = [new Float64Array(n * d), new Float64Array(n * d)];
            expect(backend.field(kernel, cloud, cloud, dense, { field: got })).toBe(true);
            reference.field(kernel, cloud, cloud, dense, { field: wanted });
            expect(distance(got, wanted, cloud)).toBeLessThan(boundOf(precision, beta * spectralNorm(queryKey, d)));
          }
        }
      }
    });
  }
});
