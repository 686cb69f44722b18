import { describe, expect, test } from "vitest";
import { InputError } from "../errors/index.js";
import { checkGradient, type MinimisationProblem, minimise } from "./index.js";

function rosenbrock(n: number): MinimisationProblem {
  const x0 = Float64Array.from({ length: n }, (_, i) => (i % 2 === 0 ? -1.2 : 1));
  const evaluate = (x: Float64Array, gradient: Float64Array): number => {
    let value = 0;
    gradient.fill(0);
    for (let i = 0; i + 1 < n; i++) {
      const [a, b] = [x[i + 1]! - x[i]! ** 2, 1 - x[i]!];
      value += 100 * a * a + b * b;
      gradient[i]! += -400 * a * x[i]! - 2 * b;
      gradient[i + 1]! += 200 * a;
    }
    return value;
  };
  return { x0, evaluate };
}

/** ½Σ k^4·(x_k − 1)²: condition number n^4. */
function graded(n: number): MinimisationProblem {
  const evaluate = (x: Float64Array, gradient: Float64Array): number => {
    let value = 0;
    for (let i = 0; i < n; i++) {
      const weight = (i + 1) ** 4;
      gradient[i] = weight * (x[i]! - 1);
      value += 0.5 * weight * (x[i]! - 1) ** 2;
    }
    return value;
  };
  return { x0: new Float64Array(n), evaluate };
}

describe("minimise", () => {
  test.each([2, 10, 100])("Rosenbrock in dimension %i ends at (1, …, 1) or the other known minimum", (n) => {
    const found = minimise(rosenbrock(n));
    expect(found.status).toBe("converged");
    expect(found.gradientNorm).toBeLessThanOrEqual(1e-8);
    // The Hessian's least eigenvalue is above 0.3 at the minimum, so |x − x*| ≤ 1e-8·√n/0.3.
    if (n === 2) expect(Math.max(...found.x.map((value) => Math.abs(value - 1)))).toBeLessThanOrEqual(5e-8);
    // The values: 0 at (1, …, 1); the other minimum, near (−1, 1, …, 1), has f just below 4.
    else expect(Math.min(found.value, Math.abs(found.value - 3.987))).toBeLessThanOrEqual(2e-3);
  });

  test("a quadratic of condition 8e5 is solved to its gradient tolerance, so to 1e-8 in x (least eigenvalue 1)", () => {
    const found = minimise(graded(30), { memory: 40 });
    expect(found.status).toBe("converged");
    expect(Math.max(...found.x.map((value) => Math.abs(value - 1)))).toBeLessThanOrEqual(1e-8);
  });

  test("values never increase, and value and gradient belong to the x returned", () => {
    let previous = Number.POSITIVE_INFINITY;
    for (let k = 1; k <= 30; k++) {
      const found = minimise(rosenbrock(6), { maxIterations: k });
      expect(found.value).toBeLessThanOrEqual(previous);
      previous = found.value;
      const gradient = new Float64Array(6);
      expect(rosenbrock(6).evaluate(found.x, gradient)).toBe(found.value);
      expect(Math.max(...gradient.map(Math.abs))).toBe(found.gradientNorm);
    }
  });

  test("steps out of the domain are shortened: x − log x from 1e-6", () => {
    const evaluate = (x: Float64Array, gradient: Float64Array): number => {
      gradient[0] = 1 - 1 / x[0]!;
      return x[0]! - Math.log(x[0]!);
    };
    const found = minimise({ x0: Float64Array.of(1e-6), evaluate });
    expect(found.status).toBe("converged");
    // f″(1) = 1, so |x − 1| is the gradient tolerance.
    expect(Math.abs(found.x[0]! - 1)).toBeLessThanOrEqual(1.1e-8);
  });

  test("every other status can happen, and none throws", () => {
    expect(minimise(rosenbrock(2), { maxIterations: 3 })).toMatchObject({ status: "max-iterations", iterations: 3 });
    expect(minimise(rosenbrock(2), { cancel: { aborted: true } })).toMatchObject({
      status: "cancelled",
      iterations: 0,
    });
    const nan = minimise({ x0: Float64Array.of(1), evaluate: () => Number.NaN });
    expect(nan.status).toBe("not-finite");
    const isolated = (x: Float64Array, gradient: Float64Array): number => {
      gradient[0] = 1;
      return x[0] === 1 ? 0 : Number.POSITIVE_INFINITY;
    };
    expect(minimise({ x0: Float64Array.of(1), evaluate: isolated }).status).toBe("not-finite");
    const wrongSign = (x: Float64Array, gradient: Float64Array): number => {
      gradient[0] = -2 * x[0]!;
      return x[0]! ** 2;
    };
    expect(minimise({ x0: Float64Array.of(1), evaluate: wrongSign }).status).toBe("line-search-failed");
    const shifted = graded(30);
    const evaluate = (x: Float64Array, gradient: Float64Array): number => 1e9 + shifted.evaluate(x, gradient);
    const stuck = minimise({ x0: shifted.x0, evaluate }, { gradientTolerance: 0, maxIterations: 5000 });
    expect(stuck.status).toBe("stagnated");
    // Rounding of f, 1e9·eps = 2e-7, hides smaller gains per step; the sum of what is left after it is some hundred.
    expect(stuck.value - 1e9).toBeLessThanOrEqual(1e-4);
  });

  test("the same call gives the same bits", () => {
    expect(minimise(rosenbrock(10))).toEqual(minimise(rosenbrock(10)));
  });

  test("bad input", () => {
    const { evaluate } = rosenbrock(2);
    expect(() => minimise({ x0: new Float64Array(0), evaluate })).toThrow(InputError);
    expect(() => minimise({ x0: Float64Array.of(1, NaN), evaluate })).toThrow(/NaN at index 1/);
    expect(() => minimise(rosenbrock(2), { gradientTolerance: -1 })).toThrow(InputError);
    expect(() => minimise(rosenbrock(2), { gradientTolerance: NaN })).toThrow(InputError);
    expect(() => minimise(rosenbrock(2), { memory: 0 })).toThrow(InputError);
    expect(() => minimise(rosenbrock(2), { maxIterations: 1.5 })).toThrow(InputError);
  });
});

describe("checkGradient", () => {
  test("accepts a right gradient and points at the wrong coordinate of a wrong one", () => {
    // Fourth-order differences at h ≈ eps^{1/5}: truncation h⁴ and rounding eps/h are both about 1e-12 relative.
    expect(checkGradient(rosenbrock(8)).relativeError).toBeLessThanOrEqual(1e-10);
    const right = rosenbrock(8);
    const evaluate = (x: Float64Array, gradient: Float64Array): number => {
      const value = right.evaluate(x, gradient);
      gradient[5]! *= 1.001;
      return value;
    };
    const wrong = checkGradient({ x0: right.x0, evaluate });
    expect(wrong.index).toBe(5);
    expect(wrong.relativeError).toBeGreaterThan(1e-5);
  });

  test("bad input", () => {
    expect(() => checkGradient({ x0: Float64Array.of(1), evaluate: () => Number.NaN })).toThrow(InputError);
    expect(() => checkGradient(rosenbrock(2), { step: 0 })).toThrow(InputError);
  });
});
