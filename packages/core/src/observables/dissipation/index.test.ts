import { describe, expect, test } from "vitest";
import { experiment, runExperiment } from "../../experiment/index.js";
import { normalizationCatalog } from "../../normalization/index.js";

const h = 1e-3;
const depth = 0.2;

const perceptron = {
  perceptron: {
    a: [
      [1, 0.5, -0.3],
      [0.2, -1, 0.4],
    ],
    omega: [0.7, -0.4],
    activation: "tanh",
  },
};
const tilt = {
  affine: {
    W: [
      [0.1, 0.4, 0],
      [-0.3, 0, 0.2],
      [0, 0.1, -0.2],
    ],
  },
};

/** Energy around a depth, and its rate there in two parts, in total and by token. */
function measured(
  model: object,
  normalisation = "survey",
  initial: object = { gaussian: { mean: [1, 0.2, 0], cov: { scale: 0.2 }, n: 7, seed: 3 } },
) {
  const at = [-2, -1, 0, 1, 2].map((k) => depth + k * h);
  const bound = experiment({
    model,
    initial,
    levels: { particles: {} },
    solve: { span: [0, 0.25], method: "dop853", steps: { adaptive: { rtol: 1e-13, atol: 1e-14 } } },
    observe: {
      energy: { what: { energy: { normalisation, beta: 1.5 } }, at },
      total: { what: { dissipation: { normalisation, beta: 1.5 } }, at: [depth] },
      tokens: { what: { dissipation: { normalisation, beta: 1.5, of: "tokens" } }, at: [depth] },
    },
    save: { at },
  });
  const { outcome, series, states } = runExperiment(bound).levels["particles"]!;
  expect(outcome).toEqual({ status: "completed" });
  const data = (name: string) => series[name]!.value.data;
  return { energy: data("energy"), total: data("total"), tokens: data("tokens"), x: states["x"]! };
}

/** Central difference of fourth order. */
const slope = (e: Float64Array) => (e[0]! - 8 * e[1]! + 8 * e[3]! - e[4]!) / (12 * h);

/** (1/2β)n⁻²Σe^{β⟨θ_i,θ_j⟩} of the directions. */
function energyOfDirections(x: Float64Array, n: number, d: number): number {
  const unit = (i: number) => {
    const row = x.subarray(i * d, i * d + d);
    return row.map((value) => value / Math.hypot(...row));
  };
  let sum = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) sum += Math.exp(1.5 * unit(i).reduce((s, value, a) => s + value * unit(j)[a]!, 0));
  }
  return sum / (3 * n ** 2);
}

const schemes: Record<string, unknown> = { "mix-ln": { "mix-ln": { switch: 0.1 } }, ngpt: { ngpt: { alpha: 0.7 } } };

describe.each(normalizationCatalog.map(({ name }) => name))("normalization %s", (name) => {
  test("the rate is that of the energy of the directions, tokens add up to it, and both parts are there", () => {
    const normalization = schemes[name] ?? name;
    const { x, energy, total, tokens } = measured({
      attention: {
        softmax: {
          beta: 1.2,
          V: [
            [1, 0.3, 0],
            [0, 0.8, 0.1],
            [0.2, 0, 1.1],
          ],
        },
      },
      feedforward: [tilt, perceptron],
      normalization,
    });
    const size = 21;
    const flat = name === "none";
    const energies = flat
      ? energy
      : Float64Array.from({ length: 5 }, (_, k) => energyOfDirections(x.data.subarray(k * size, (k + 1) * size), 7, 3));
    const found = slope(energies);
    const rate = total[0]! + total[1]!;
    // h⁴/30 times a fifth derivative, which is 10⁴ times the energy where it grows at a rate of six, and rounding.
    expect(Math.abs(rate - found)).toBeLessThan(1e-8 * Math.max(1, Math.abs(energies[2]!)));
    expect(Math.min(...total.map(Math.abs))).toBeGreaterThan(1e-4);
    for (const part of [0, 1]) {
      const sum = tokens.reduce((s, value, k) => (k % 2 === part ? s + value : s), 0);
      // The same terms in one order.
      expect(Math.abs(sum - total[part]!)).toBeLessThan(1e-14 * Math.max(1, Math.abs(total[part]!)));
    }
  });
});

describe.each(["survey", "metastability", "synchronisation"])("energy %s on the sphere", (normalisation) => {
  test.each(["softmax", "unnormalised", "sigmoid"])("%s, with a perceptron", (kind) => {
    const initial = { "uniform-sphere": { d: 3, n: 7, seed: 2 } };
    const model = { attention: { [kind]: { beta: 1.5 } }, feedforward: perceptron, geometry: "sphere" };
    const { energy, total } = measured(model, normalisation, initial);
    // As above, for energies up to five.
    expect(Math.abs(total[0]! + total[1]! - slope(energy))).toBeLessThan(1e-8);
  });
});

test("softmax and unnormalised attention never lower it: Σ w Z|ẋ|² and Σ w|ẋ|²", () => {
  for (const kind of ["softmax", "unnormalised"]) {
    const initial = { "uniform-sphere": { d: 3, n: 7, seed: 2 } };
    const { tokens } = measured({ attention: { [kind]: { beta: 1.5 } }, geometry: "sphere" }, "survey", initial);
    tokens.forEach((value, k) => {
      if (k % 2 === 0) expect(value).toBeGreaterThan(0);
      else expect(value).toBe(0);
    });
  }
});
