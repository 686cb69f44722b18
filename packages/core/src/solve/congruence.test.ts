import { describe, expect, test } from "vitest";
import { distanceMax, logSlope } from "../../test/helpers/slope.js";
import { matMul, symmetricEigen } from "../foundation/linear-algebra/index.js";
import { stream } from "../foundation/random/index.js";
import { dop853 } from "../methods/dop853/index.js";
import { adaptive, congruenceStep, covarianceOf, type Generator, type Problem, solve } from "./index.js";

const [d, r] = [5, 2];
const numbers = stream({ seed: 9, purpose: "congruence" });
const random = (size: number, scale: number) => Float64Array.from({ length: size }, () => scale * numbers.normal());
const [V, A, W, L0] = [random(d * d, 0.3), random(d * d, 0.3), random(d * d, 0.3), random(d * r, 0.7)];

/** F = W cos t + VΣA. */
const generator: Generator = (t, cov, out) => {
  const product = new Float64Array(d * d);
  matMul(V, cov, d, d, d, product);
  matMul(product, A, d, d, d, out);
  for (let k = 0; k < d * d; k++) out[k]! += Math.cos(t) * W[k]!;
};

function run(count: number, end: number): Float64Array {
  let L: Float64Array = L0;
  for (let k = 0; k < count; k++) L = congruenceStep(generator, (end * k) / count, end / count, L, d, r);
  return L;
}

const plain: Problem = {
  y0: covarianceOf(L0, d, r),
  layout: {},
  drift(t, y, out) {
    const [F, product] = [new Float64Array(d * d), new Float64Array(d * d)];
    generator(t, y, F);
    matMul(F, y, d, d, d, product);
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) out[i * d + j] = product[i * d + j]! + product[j * d + i]!;
  },
};

describe("the congruence step", () => {
  test("has order 2 against the plain equation", () => {
    const exact = solve(plain, dop853.bind({}), { span: [0, 1], steps: adaptive({ rtol: 1e-12, atol: 1e-13 }) }).yEnd;
    const counts = [20, 40, 80, 160];
    const errors = counts.map((count) => distanceMax(covarianceOf(run(count, 1), d, r), exact));
    const slope = logSlope(
      counts.map((count) => 1 / count),
      errors,
    );
    // The next term of the expansion is some per cent at 20 steps.
    expect(Math.abs(slope - 2)).toBeLessThan(0.1);
  });

  test("keeps rank and sign at any step, however long", () => {
    for (const [count, end] of [
      [1, 3],
      [7, 10],
      [400, 4],
    ] as const) {
      const cov = covarianceOf(run(count, end), d, r);
      const values = Array.from(symmetricEigen(cov, d).values).sort((a, b) => b - a);
      const top = values[0]!;
      // Rounding of LLᵀ and of the eigenvalues.
      for (const value of values.slice(r)) expect(Math.abs(value)).toBeLessThan(1e-14 * top);
      expect(values[r - 1]!).toBeGreaterThan(1e-10 * top);
    }
  });

  test("keeps them where an explicit step loses both", () => {
    // F = −4I, Σ̇ = −8Σ: the explicit Euler step of length 0.4 turns Σ into −2.2Σ, and one of 1/8 wipes it out.
    const decay: Generator = (_t, _cov, out) => {
      out.fill(0);
      for (let i = 0; i < d; i++) out[i * d + i] = -4;
    };
    for (const dt of [0.125, 0.4, 0.5]) {
      const kept = covarianceOf(congruenceStep(decay, 0, dt, L0, d, r), d, r);
      // e^{−8 dt}Σ to the rounding of two products.
      expect(
        distanceMax(
          kept,
          covarianceOf(L0, d, r).map((value) => Math.exp(-8 * dt) * value),
        ),
      ).toBeLessThan(1e-14);
    }
  });

  test("refuses a factor of another shape", () => {
    expect(() => congruenceStep(generator, 0, 0.1, L0, d, r + 1)).toThrow("congruenceStep");
  });
});
