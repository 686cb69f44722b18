import { describe, expect, test } from "vitest";
import { experiment, runExperiment } from "../src/experiment/index.js";
import { flip, normals, product, rowsOf } from "./helpers/arrays.js";

const h = 1e-3;
const d = 3;
const root = normals(d * d, 4, 0.5);
/** A symmetric matrix of both signs. */
const symmetric = root.map((value, k) => value + flip(root, d, d)[k]!);
const negative = symmetric.map((value) => -value);
const rows = (m: Float64Array) => rowsOf(m, d, d);

function run(attention: object, functional: object | string, start = 0) {
  const at = [-2, -1, 0, 1, 2].map((k) => 0.5 + k * h);
  const bound = experiment({
    model: { attention },
    initial: { gaussian: { mean: [0.2, 0, -0.1], cov: { scale: 0.5 }, n: 12, seed: 1 + start } },
    levels: { particles: {} },
    solve: { span: [0, 1], method: "dop853", steps: { adaptive: { rtol: 1e-13, atol: 1e-14 } } },
    observe: { value: { what: functional, at }, path: { what: functional, every: 0.05 } },
    save: { at },
  });
  const { outcome, series, states } = runExperiment(bound).levels["particles"]!;
  expect(outcome).toEqual({ status: "completed" });
  const value = series["value"]!.value.data;
  const x = states["x"]!.data.subarray(2 * 12 * d, 3 * 12 * d);
  const slope = (value[0]! - 8 * value[1]! + 8 * value[3]! - value[4]!) / (12 * h);
  const velocity = new Float64Array(12 * d);
  bound.levels[0]!.level.problem.drift(0.5, x, velocity);
  return { slope, x: x.slice(), velocity, path: series["path"]!.value.data };
}

describe("Sinkhorn attention with QᵀK = KᵀQ = −V is Wasserstein gradient descent of ½ max_π ∫⟨Qx,Ky⟩/ε dπ − ½KL(π|μ⊗μ)", () => {
  const attention = (V: Float64Array) => ({
    sinkhorn: { epsilon: 0.8, Q: rows(symmetric), K: "identity", V: rows(V), tolerance: 1e-13 },
  });

  test("the value falls at the rate (1/n)Σ|ẋ_i|², at every depth", () => {
    for (const start of [0, 1, 2]) {
      const { slope, velocity, path } = run(attention(negative), "log-partition", start);
      const rate = velocity.reduce((sum, value) => sum + value ** 2, 0) / 12;
      // A difference of fourth order over 1e-3 of values known to 1e-13.
      expect(Math.abs(slope + rate)).toBeLessThan(1e-8 * Math.max(1, rate));
      expect(rate).toBeGreaterThan(1e-3);
      for (let k = 1; k < path.length; k++) expect(path[k]!).toBeLessThan(path[k - 1]!);
    }
  });

  test("with V = +QᵀK it rises, and with another V it is no gradient flow", () => {
    const up = run(attention(symmetric), "log-partition");
    const rate = up.velocity.reduce((sum, value) => sum + value ** 2, 0) / 12;
    expect(Math.abs(up.slope - rate)).toBeLessThan(1e-8 * Math.max(1, rate));
    const other = run(attention(negative.map((value, k) => value + (k === 1 ? 0.5 : 0))), "log-partition");
    const found = other.velocity.reduce((sum, value) => sum + value ** 2, 0) / 12;
    expect(Math.abs(other.slope / found + 1)).toBeGreaterThan(1e-2);
  });
});

describe("softmax with V = βKᵀQ symmetric is gradient ascent of ½∬e^{β⟨Qx,Ky⟩} in the metric twisted by Z", () => {
  test("it rises at the rate (1/n)ΣZ_i|ẋ_i|², not (1/n)Σ|ẋ_i|²", () => {
    const softmax = { softmax: { beta: 1, Q: rows(symmetric), V: rows(symmetric) } };
    const n = 12;
    const { x, velocity } = run(softmax, "log-partition");
    const image = product(x, flip(symmetric, d, d), n, d, d);
    /** Z at token i, and the functional, of tokens moved by s along the velocity. */
    const at = (s: number) => {
      const y = x.map((value, k) => value + s * velocity[k]!);
      const turned = s === 0 ? image : product(y, flip(symmetric, d, d), n, d, d);
      const Z = new Float64Array(n);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          let score = 0;
          for (let a = 0; a < d; a++) score += turned[i * d + a]! * y[j * d + a]!;
          Z[i]! += Math.exp(score) / n;
        }
      }
      return { Z, value: Z.reduce((sum, z) => sum + z, 0) / (2 * n) };
    };
    const step = h / 10;
    const slope = (at(-2 * step).value - 8 * at(-step).value + 8 * at(step).value - at(2 * step).value) / (12 * step);
    const { Z } = at(0);
    let [twisted, plain] = [0, 0];
    velocity.forEach((value, k) => {
      twisted += (Z[Math.floor(k / d)]! * value ** 2) / n;
      plain += value ** 2 / n;
    });
    // Fourth order over 1e-4 of exponentials of large scores, and rounding 1e-16 over the step.
    expect(Math.abs(slope / twisted - 1)).toBeLessThan(1e-8);
    expect(Math.abs(slope / plain - 1)).toBeGreaterThan(1e-2);
  });
});
