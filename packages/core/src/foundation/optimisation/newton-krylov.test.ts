import { describe, expect, test } from "vitest";
import { InputError } from "../errors/index.js";
import { newtonKrylov, type RootProblem } from "./index.js";

/** Bratu: u″ + λe^u = 0 on (0, 1), u = 0 at the ends, n inner points. */
function bratu(n: number, lambda: number): RootProblem {
  const h = 1 / (n + 1);
  const residual = (x: Float64Array, out: Float64Array): void => {
    for (let i = 0; i < n; i++) {
      const neighbours = (i > 0 ? x[i - 1]! : 0) + (i + 1 < n ? x[i + 1]! : 0);
      out[i] = (neighbours - 2 * x[i]!) / (h * h) + lambda * Math.exp(x[i]!);
    }
  };
  return { x0: new Float64Array(n), residual };
}

describe("newtonKrylov", () => {
  test("Bratu's problem: the exact solution 2·log(cosh(q/4)/cosh(q(x − ½)/2)), q = √(2λ)·cosh(q/4), to O(h²)", () => {
    const errors = [31, 63].map((n) => {
      const found = newtonKrylov(bratu(n, 1), { tolerance: 1e-8, krylovDimension: n });
      expect(found.status).toBe("converged");
      expect(found.residualNorm).toBeLessThanOrEqual(1e-8);
      let q = 1.5;
      for (let k = 0; k < 200; k++) q = Math.SQRT2 * Math.cosh(q / 4);
      const exact = (x: number): number => 2 * Math.log(Math.cosh(q / 4) / Math.cosh((q * (x - 0.5)) / 2));
      return Math.max(...found.x.map((value, i) => Math.abs(value - exact((i + 1) / (n + 1)))));
    });
    // Second order: half the mesh, a quarter of the error.
    expect(errors[0]! / errors[1]!).toBeGreaterThan(3.9);
    expect(errors[0]! / errors[1]!).toBeLessThan(4.1);
    expect(errors[1]!).toBeLessThan(2e-5);
  });

  test("a given Jacobian–vector product finds the same zero with no more residuals than steps need", () => {
    const n = 31;
    const problem = bratu(n, 1);
    const h = 1 / (n + 1);
    const jacobianVector = (x: Float64Array, v: Float64Array, out: Float64Array): void => {
      for (let i = 0; i < n; i++) {
        const neighbours = (i > 0 ? v[i - 1]! : 0) + (i + 1 < n ? v[i + 1]! : 0);
        out[i] = (neighbours - 2 * v[i]!) / (h * h) + Math.exp(x[i]!) * v[i]!;
      }
    };
    const given = newtonKrylov({ ...problem, jacobianVector }, { tolerance: 1e-9 });
    const differenced = newtonKrylov(problem, { tolerance: 1e-9 });
    expect([given.status, differenced.status]).toEqual(["converged", "converged"]);
    // Both residuals are ≤ 1e-9 and the least eigenvalue of the Jacobian is about 8.
    for (let i = 0; i < n; i++) expect(Math.abs(given.x[i]! - differenced.x[i]!)).toBeLessThanOrEqual(2.5e-10);
    expect(given.jacobianProducts).toBeGreaterThan(0);
    expect(given.evaluations).toBeLessThanOrEqual(2 * given.iterations + 1);
    expect(differenced.jacobianProducts).toBe(0);
  });

  test("globalised: atan from 10, where Newton's full steps diverge; ‖F‖ never increases", () => {
    const residual = (x: Float64Array, out: Float64Array): void => {
      for (let i = 0; i < 3; i++) out[i] = Math.atan(x[i]! - i);
    };
    const x0 = Float64Array.of(10, 9, -8);
    const found = newtonKrylov({ x0, residual }, { tolerance: 1e-13 });
    expect(found.status).toBe("converged");
    // F′ = I at the zero.
    for (let i = 0; i < 3; i++) expect(Math.abs(found.x[i]! - i)).toBeLessThanOrEqual(1.1e-13);
    let previous = Number.POSITIVE_INFINITY;
    for (let k = 1; k < 8; k++) {
      const { residualNorm } = newtonKrylov({ x0, residual }, { maxIterations: k });
      expect(residualNorm).toBeLessThanOrEqual(previous);
      previous = residualNorm;
    }
  });

  test("a continuum of zeros, |x| = 1 with a singular Jacobian: one of them is found", () => {
    const residual = (x: Float64Array, out: Float64Array): void => {
      const excess = x[0]! ** 2 + x[1]! ** 2 - 1;
      out[0] = x[0]! * excess;
      out[1] = x[1]! * excess;
    };
    const found = newtonKrylov({ x0: Float64Array.of(1.5, -0.7), residual }, { tolerance: 1e-12 });
    expect(found.status).toBe("converged");
    // ‖F‖ = |x|·| |x|² − 1 |.
    expect(Math.abs(Math.hypot(found.x[0]!, found.x[1]!) - 1)).toBeLessThanOrEqual(1e-12);
  });

  test("every other status can happen, and none throws", () => {
    const noZero = (x: Float64Array, out: Float64Array): void => {
      out[0] = 1 + x[0]! ** 2;
    };
    expect(newtonKrylov({ x0: Float64Array.of(0), residual: noZero }).status).toBe("line-search-failed");
    expect(newtonKrylov(bratu(9, 1), { maxIterations: 1 })).toMatchObject({ status: "max-iterations", iterations: 1 });
    expect(newtonKrylov(bratu(9, 1), { cancel: { aborted: true } }).status).toBe("cancelled");
    const nan = (_: Float64Array, out: Float64Array): void => void out.fill(Number.NaN);
    expect(newtonKrylov({ x0: Float64Array.of(0), residual: nan }).status).toBe("not-finite");
    // x² = 2 has no float64 zero with residual 0.
    const root = (x: Float64Array, out: Float64Array): void => {
      out[0] = x[0]! ** 2 - 2;
    };
    const stuck = newtonKrylov({ x0: Float64Array.of(1), residual: root }, { tolerance: 0 });
    expect(stuck.status).toBe("stagnated");
    // The two float64 next to √2 are within eps of it.
    expect(Math.abs(stuck.x[0]! - Math.SQRT2)).toBeLessThanOrEqual(2.3e-16);
  });

  test("bad input", () => {
    const problem = bratu(3, 1);
    expect(() => newtonKrylov({ ...problem, x0: new Float64Array(0) })).toThrow(InputError);
    expect(() => newtonKrylov({ ...problem, x0: Float64Array.of(1, Infinity, 0) })).toThrow(/index 1/);
    expect(() => newtonKrylov(problem, { tolerance: NaN })).toThrow(InputError);
    expect(() => newtonKrylov(problem, { krylovDimension: 0 })).toThrow(InputError);
    expect(() => newtonKrylov(problem, { maxIterations: 0 })).toThrow(InputError);
  });
});
