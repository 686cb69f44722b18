import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stream } from "../random/index.js";
import { addToMoments, emptyMoments, mergeMoments, type RunningMoments } from "./running-moments.js";

const size = 3;

function sample(count: number, offset: number, spread: number, seed = 1): Float64Array[] {
  const random = stream({ seed, purpose: "moments test" });
  return Array.from({ length: count }, () => {
    const [a, b, c] = [random.normal(), random.normal(), random.normal()];
    return Float64Array.of(offset + spread * a, offset + spread * (a + 0.5 * b), offset - spread * c);
  });
}

function taken(vectors: readonly Float64Array[]): RunningMoments {
  const moments = emptyMoments(2, size, true);
  for (const x of vectors) addToMoments(moments, 1, x);
  return moments;
}

/** The definitions in two passes: an independent way to the same numbers. */
function twoPass(vectors: readonly Float64Array[]) {
  const n = vectors.length;
  const mean = [0, 1, 2].map(
    (a) => vectors.reduce((sum, x) => sum + (x[a]! - vectors[0]![a]!), 0) / n + vectors[0]![a]!,
  );
  const product = (a: number, b: number) =>
    vectors.reduce((sum, x) => sum + (x[a]! - mean[a]!) * (x[b]! - mean[b]!), 0);
  return { mean, products: [0, 1, 2].flatMap((a) => [0, 1, 2].map((b) => product(a, b))) };
}

function expectMoments(moments: RunningMoments, vectors: readonly Float64Array[], offset: number): void {
  const { mean, products } = twoPass(vectors);
  expect(moments.count).toEqual(Float64Array.of(0, vectors.length));
  const scale = Math.max(products[0]!, products[4]!, products[8]!);
  for (let a = 0; a < size; a++) {
    // Rounding of numbers of the size of the offset, a few of them in each sum.
    expect(Math.abs(moments.mean[size + a]! - mean[a]!)).toBeLessThan(8 * Number.EPSILON * (1 + Math.abs(offset)));
    // n roundings of relative size 2⁻⁵³ of the values' distance from the mean, and of the offset once a value.
    const bound = scale * (vectors.length * Number.EPSILON + 1e-15 * (1 + Math.abs(offset)));
    expect(Math.abs(moments.squares[size + a]! - products[4 * a]!)).toBeLessThan(bound);
    for (let b = 0; b < size; b++) {
      const found = moments.products![(size + a) * size + b]!;
      expect(Math.abs(found - products[a * size + b]!)).toBeLessThan(bound);
      expect(found).toBe(moments.products![(size + b) * size + a]!);
    }
    expect(moments.least[size + a]).toBe(Math.min(...vectors.map((x) => x[a]!)));
    expect(moments.greatest[size + a]).toBe(Math.max(...vectors.map((x) => x[a]!)));
  }
}

describe("running moments", () => {
  test.each([0, 1e4, -1e8])("are those of the definitions, also far from the origin: offset %d", (offset) => {
    const vectors = sample(500, offset, 1);
    expectMoments(taken(vectors), vectors, offset);
  });

  test("of parts, merged, are those of the whole, however it is cut", () => {
    const vectors = sample(200, 10, 1);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 6 }), (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), 200];
        const whole = emptyMoments(2, size, true);
        edges.slice(1).forEach((to, k) => {
          mergeMoments(whole, taken(vectors.slice(edges[k], to)));
        });
        expectMoments(whole, vectors, 10);
      }),
      { numRuns: 50 },
    );
  });

  test("merged into nothing are the same bits", () => {
    const part = taken(sample(7, 3, 1));
    const whole = emptyMoments(2, size, true);
    mergeMoments(whole, part);
    expect(whole).toEqual(part);
  });

  test("of equal values have no spread", () => {
    const moments = taken(Array.from({ length: 100 }, () => Float64Array.of(0.1, 0.1, 1e300)));
    expect(Array.from(moments.squares.slice(size))).toEqual([0, 0, 0]);
  });
});
