import { describe, expect, test } from "vitest";
import { eulerMaruyama } from "../methods/euler-maruyama/index.js";
import { heunStratonovich } from "../methods/heun-stratonovich/index.js";
import { fixed, inItoSense, inStratonovichSense, type Problem, solve, withSphereNoise } from "./index.js";

const quiet = (y0: number[]): Problem => ({
  y0: Float64Array.from(y0),
  layout: {},
  drift: (_t, _y, out) => out.fill(0),
});

/** dy_1 = sin(y_2) dW_1 + cos(y_1) dW_2, dy_2 = y_1 dW_1. */
const curved: Problem = {
  ...quiet([0.7, -1.1]),
  diffusion: {
    noiseDimension: 2,
    kind: "general",
    calculus: "stratonovich",
    apply: (_t, y, dW, out) => {
      out[0] = Math.sin(y[1]!) * dW[0]! + Math.cos(y[0]!) * dW[1]!;
      out[1] = y[0]! * dW[0]!;
    },
  },
};

function driftOf(problem: Problem): Float64Array {
  const out = new Float64Array(problem.y0.length);
  problem.drift(0, problem.y0, out);
  return out;
}

describe("conversion", () => {
  test("adds half of the columns' derivatives along themselves", () => {
    const [a, b] = curved.y0 as unknown as [number, number];
    // (∇g_1)g_1 = (cos b·a, sin b), (∇g_2)g_2 = (−sin a·cos a, 0).
    const exact = [0.5 * (Math.cos(b) * a - Math.sin(a) * Math.cos(a)), 0.5 * Math.sin(b)];
    // Central differences with ∛eps: 10⁻¹⁰.
    driftOf(inItoSense(curved)).forEach((value, i) => {
      expect(Math.abs(value - exact[i]!)).toBeLessThan(1e-9);
    });
  });

  test("there and back is the identity", () => {
    const back = inStratonovichSense(inItoSense(curved));
    expect(back.diffusion!.calculus).toBe("stratonovich");
    driftOf(back).forEach((value) => {
      expect(Math.abs(value)).toBeLessThan(1e-14);
    });
    expect(inStratonovichSense(curved)).toBe(curved);
    expect(() => inItoSense(quiet([1]))).toThrow("must have a diffusion");
  });

  test("Euler–Maruyama on the Itô form and Heun on the Stratonovich form follow the same path", () => {
    const gap = (dt: number) => {
      let sum = 0;
      for (let run = 0; run < 100; run++) {
        const options = { span: [0, 0.5] as const, steps: fixed(dt), seed: 8, run };
        const ito = solve(inItoSense(curved), eulerMaruyama.bind({}), options).yEnd;
        const stratonovich = solve(curved, heunStratonovich.bind({}), options).yEnd;
        const wrong = solve(
          { ...curved, diffusion: { ...curved.diffusion!, calculus: "ito" } },
          eulerMaruyama.bind({}),
          options,
        ).yEnd;
        expect(wrong[0]).not.toBe(ito[0]);
        sum += (ito[0]! - stratonovich[0]!) ** 2;
      }
      return Math.sqrt(sum / 100);
    };
    // Strong order ½: sixteen times finer is four times closer, to a statistical fifth.
    const ratio = gap(1 / 32) / gap(1 / 512);
    expect(ratio).toBeGreaterThan(2.8);
  });
});

describe("Brownian motion on the sphere", () => {
  const [n, d] = [400, 4];
  const start = Array.from({ length: n * d }, (_, k) => (k % d === 0 ? 1 : 0));
  const retract = (y: Float64Array): void => {
    for (let i = 0; i < n; i++) {
      const length = Math.hypot(...y.subarray(i * d, i * d + d));
      for (let a = 0; a < d; a++) y[i * d + a]! /= length;
    }
  };
  const free = { ...quiet(start), retract };

  test.each([
    ["ito", eulerMaruyama],
    ["stratonovich", heunStratonovich],
  ] as const)("%s: E<X_t, x_0> = exp(-(d-1)t/2), states of length 1", (calculus, plugin) => {
    const problem = withSphereNoise(free, { offset: 0, n, d }, 1, calculus);
    let [sum, square, count] = [0, 0, 0];
    for (let run = 0; run < 5; run++) {
      const { yEnd } = solve(problem, plugin.bind({}), { span: [0, 0.5], steps: fixed(1 / 64), seed: 2, run });
      for (let i = 0; i < n; i++) {
        sum += yEnd[i * d]!;
        square += yEnd[i * d]! ** 2;
        count++;
        expect(Math.abs(Math.hypot(...yEnd.subarray(i * d, i * d + d)) - 1)).toBeLessThan(1e-14);
      }
    }
    const mean = sum / count;
    const standardError = Math.sqrt((square / count - mean * mean) / count);
    // Four standard errors and the weak error of steps of 1/64, a few times 1/64 of the rate.
    expect(Math.abs(mean - Math.exp(-0.75))).toBeLessThan(4 * standardError + 0.01);
    // Far from what no correction or twice the correction would give.
    expect(4 * standardError + 0.01).toBeLessThan(0.07);
  });

  test("the Itô correction is the one of the definition: -(d-1)/2 x", () => {
    const ito = withSphereNoise(free, { offset: 0, n, d }, 0.6, "ito");
    const [x] = [ito.y0.slice(0, d)];
    const one = { ...quiet(Array.from(x)), retract };
    const converted = inItoSense(withSphereNoise(one, { offset: 0, n: 1, d }, 0.6, "stratonovich"));
    const direct = withSphereNoise(one, { offset: 0, n: 1, d }, 0.6, "ito");
    // Central differences of a quadratic: rounding over ∛eps.
    driftOf(converted).forEach((value, a) => {
      expect(Math.abs(value - driftOf(direct)[a]!)).toBeLessThan(1e-9);
    });
    expect(driftOf(direct)[0]).toBeCloseTo(-0.5 * 0.36 * 3, 12);
  });

  test("refuses a strength that is negative or not finite", () => {
    expect(() => withSphereNoise(free, { offset: 0, n, d }, -1, "ito")).toThrow("sigma");
  });
});
