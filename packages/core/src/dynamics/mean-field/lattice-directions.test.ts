import { describe, expect, test } from "vitest";
import { positive } from "../../../test/helpers/arrays.js";
import { decompose, latticeDirections } from "./lattice-directions.js";

/** Σ_k w_k e_k e_kᵀ. */
function composed({ weights, steps }: ReturnType<typeof latticeDirections>): number[] {
  return [0, 1, 2, 3].map((at) => {
    const [a, b] = [at >> 1, at & 1];
    return [0, 1, 2].reduce((sum, k) => sum + weights[k]! * steps[2 * k + a]! * steps[2 * k + b]!, 0);
  });
}

/** Of eigenvalues 1 and 1/κ, the first at some angle. */
function thin(kappa: number, angle: number): Float64Array {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const mixed = (1 - 1 / kappa) * c * s;
  return Float64Array.of(c * c + (s * s) / kappa, mixed, mixed, s * s + (c * c) / kappa);
}

describe("a diffusion matrix as jumps on the lattice", () => {
  test("D = Σ w e eᵀ with no negative weight, for random matrices and for thin ones at any angle", () => {
    const found = latticeDirections();
    const randoms = Array.from({ length: 50 }, (_, seed) => positive(2, seed + 1));
    const thins = [10, 1000, 1e5].flatMap((kappa) =>
      Array.from({ length: 40 }, (_, k) => thin(kappa, (Math.PI * (k + 0.3)) / 40)),
    );
    for (const D of [...randoms, ...thins]) {
      expect(decompose(D, 2, 1e6, found)).toBe(true);
      expect(Math.min(...found.weights)).toBeGreaterThanOrEqual(0);
      const size = Math.max(...D.map(Math.abs));
      composed(found).forEach((value, k) => {
        // Products cancel to the least eigenvalue over at most √κ·|e|² = 3e2·1e5 roundings of |D|.
        expect(Math.abs(value - D[k]!)).toBeLessThan(1e-8 * size);
      });
    }
  });

  test("a diagonal D takes the axes alone, one on the line its only one", () => {
    const found = latticeDirections();
    decompose(Float64Array.of(2, 0, 0, 3), 2, 10, found);
    const used = [0, 1, 2].filter((k) => found.weights[k]! > 0);
    expect(used.map((k) => [found.weights[k], ...found.steps.slice(2 * k, 2 * k + 2).map(Math.abs)]).sort()).toEqual([
      [2, 1, 0],
      [3, 0, 1],
    ]);
    decompose(Float64Array.of(0.7), 1, 10, found);
    expect([[...found.weights], found.steps[0]]).toEqual([[0.7, 0, 0], 1]);
  });

  test("says where a direction would be longer than asked", () => {
    const D = thin(1e5, 0.5);
    const found = latticeDirections();
    expect(decompose(D, 2, 10, found)).toBe(false);
    expect(decompose(D, 2, 1000, found)).toBe(true);
  });
});
