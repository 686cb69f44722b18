import { expect, test } from "vitest";
import { analyzeExperiment, experiment } from "../../experiment/index.js";
import { zonalSequence } from "../../foundation/special-functions/index.js";
import { growthRates, quadratureRates } from "../shared/growth-rates.js";

interface Answer {
  readonly verdict: string;
  readonly fastest: { readonly degree: number; readonly rate: number };
  readonly modes: readonly { readonly degree: number; readonly rate: number }[];
  readonly criticalNoise?: { readonly degree: number; readonly kappa: number; readonly sigma: number };
  readonly noise?: { readonly sigma: number; readonly kappa?: number };
}

function stability(d: number, attention: object | string, more: object = {}): Answer {
  const document = {
    model: { attention, geometry: "sphere", ...more },
    initial: { "uniform-sphere": { d, n: 4 } },
    levels: { layers: {} },
  };
  return analyzeExperiment(experiment(document))["stability"] as unknown as Answer;
}

test.each([
  [1, 1],
  [5, 3],
  [7, 4],
  [10, 4],
  [20, 6],
  [50, 10],
  [100, 14],
])("on the circle at β = %i the fastest degree of softmax is %i", (beta, degree) => {
  expect(stability(2, { softmax: { beta } }).fastest.degree).toBe(degree);
});

test("neighbouring rates at β = 10 on the circle: .697 and .690 (printed to three digits)", () => {
  const { modes } = stability(2, { softmax: { beta: 10 } });
  expect(Math.abs(modes[3]!.rate - 0.697)).toBeLessThan(5e-4);
  expect(Math.abs(modes[4]!.rate - 0.69)).toBeLessThan(5e-4);
});

test("critical noise of the first mode, unnormalised, d = 3, β = 1: e", () => {
  const { criticalNoise } = stability(3, { unnormalised: { beta: 1 } });
  // c_1 = e^{−1} in closed form; Bessel functions to 1e-14.
  expect(Math.abs(criticalNoise!.kappa - Math.E)).toBeLessThan(1e-12);
  expect(criticalNoise!.degree).toBe(1);
});

test.each([
  ["softmax", 2, 6],
  ["unnormalised", 3, 1],
  ["softmax", 5, 3],
])(
  "%s, d = %i, β = %i: noise takes ½σ²k(k + d − 2) off every rate, and at σ_c the critical mode stands still",
  (kind, d, beta) => {
    const attention = { [kind]: { beta } };
    const quiet = stability(d, attention);
    const { degree, kappa, sigma } = quiet.criticalNoise!;
    expect(quiet.verdict).toBe("unstable");
    expect(quiet.noise).toBeUndefined();
    // A square root and a square.
    expect(Math.abs(kappa * sigma * sigma - 2)).toBeLessThan(1e-15);
    const noisy = (factor: number) => stability(d, attention, { noise: { independent: { sigma: factor * sigma } } });
    const [above, at, below] = [noisy(1.02), noisy(1), noisy(0.98)];
    expect([above.verdict, below.verdict]).toEqual(["stable", "unstable"]);
    expect(above.criticalNoise).toEqual(quiet.criticalNoise);
    expect(at.fastest.degree).toBe(degree);
    // A difference of two equal rates.
    expect(Math.abs(at.fastest.rate)).toBeLessThan(1e-14 * quiet.fastest.rate);
    below.modes.forEach(({ rate, degree: k }, i) => {
      const expected = quiet.modes[i]!.rate - 0.5 * (0.98 * sigma) ** 2 * k * (k + d - 2);
      // One product of five factors and a difference.
      expect(Math.abs(rate - expected)).toBeLessThan(1e-14 * (Math.abs(rate) + quiet.modes[i]!.rate));
    });
  },
);

test("on the circle softmax at β = 1 gives in at κ = β/c_1 = I_0(1)/I_1(1), by the series of the Bessel functions", () => {
  const bessel = (nu: number) => {
    let [sum, term] = [0, 0.5 ** nu / (nu === 0 ? 1 : nu)];
    for (let k = 0; k < 20; k++) {
      sum += term;
      term *= 0.25 / ((k + 1) * (k + 1 + nu));
    }
    return sum;
  };
  const { criticalNoise } = stability(2, { softmax: { beta: 1 } });
  // The series converges like 4^{−k}/k!²: to rounding.
  expect(Math.abs(criticalNoise!.kappa - bessel(0) / bessel(1))).toBeLessThan(1e-13);
});

test.each([
  [2, 3],
  [3, 7],
  [5, -4],
  [16, 30],
  [64, 2],
])("closed form and quadrature agree: d = %i, exponent %d", (d, rate) => {
  const weight = (s: number) => Math.exp(rate * s);
  const degree = 12;
  for (const normalisation of ["partition", "mass"] as const) {
    const closed = growthRates([{ value: 1, normalisation, weight, exponent: { rate, offset: 0 } }], d, degree);
    const { lowest, rates } = quadratureRates(d, weight, degree);
    const greatest = Math.max(...closed.map(Math.abs));
    for (let k = 1; k <= degree; k++) {
      const other = normalisation === "partition" ? rates[k]! / lowest : rates[k]!;
      // A rule of 600 nodes whose weights are good to 1e-13; the coefficients to 4e-14.
      expect(Math.abs(closed[k]! - other)).toBeLessThan(1e-11 * greatest);
    }
  }
});

test("uniform weights move the first degree alone, at rate (d − 1)/d", () => {
  const { modes, fastest } = stability(4, { softmax: { beta: 0 } });
  expect(fastest).toEqual({ degree: 1, rate: 0.75 });
  expect(modes).toHaveLength(1);
});

test("heads add, V and the sign scale, β and K trade", () => {
  const one = stability(3, { softmax: { beta: 4, V: { scale: 0.5 } } });
  const two = stability(3, {
    softmax: {
      heads: [
        { beta: 4, V: { scale: 0.2 } },
        { beta: 2, K: { scale: 2 }, V: { scale: 0.3 } },
      ],
    },
  });
  // One product and one sum more.
  expect(Math.abs(two.fastest.rate / one.fastest.rate - 1)).toBeLessThan(1e-14);
  const repelled = stability(3, { softmax: { beta: 4, V: { scale: 0.5 } } }, { sign: "repel" });
  expect(repelled.verdict).toBe("stable");
  expect(repelled.criticalNoise).toBeUndefined();
  expect(repelled.modes[0]!.rate).toBe(-one.modes[0]!.rate);
});

/** ∫ f dμ̇ and ∫ R_k² dσ for f = R_k(⟨x, e⟩), μ = (1 + εR_k)σ on S², from the field itself on midpoints of height and angle. */
function momentRate(k: number, beta: number, epsilon: number): { rate: number; square: number } {
  const [heights, angles] = [60, 48];
  const height = (i: number) => -1 + (2 * (i + 0.5)) / heights;
  const zonal = (u: number) => zonalSequence(k, 0.5, u)[k]!;
  /** u̇ = ⟨e, P_xΓ(x)⟩ at height u. */
  const climb = (u: number) => {
    let [partition, up] = [0, 0];
    for (let i = 0; i < heights; i++) {
      const v = height(i);
      for (let j = 0; j < angles; j++) {
        const s = u * v + Math.sqrt((1 - u * u) * (1 - v * v)) * Math.cos((2 * Math.PI * j) / angles);
        const w = (1 + epsilon * zonal(v)) * Math.exp(beta * s);
        partition += w;
        up += w * (v - u * s);
      }
    }
    return up / partition;
  };
  let [rate, square] = [0, 0];
  for (let i = 0; i < heights; i++) {
    const u = height(i);
    const slope = (zonal(u + 1e-6) - zonal(u - 1e-6)) / 2e-6;
    rate += ((1 + epsilon * zonal(u)) * slope * climb(u)) / heights;
    square += zonal(u) ** 2 / heights;
  }
  return { rate, square };
}

test.each([1, 2, 3])("near the uniform law on S² the moment of degree %i grows at its rate", (k) => {
  const [beta, epsilon] = [3, 1e-3];
  const { rate } = stability(3, { softmax: { beta } }).modes[k - 1]!;
  const [up, down] = [epsilon, -epsilon].map((one) => momentRate(k, beta, one));
  const measured = (up!.rate - down!.rate) / (2 * epsilon * up!.square);
  // Midpoints: (2/60)²/24 times second derivatives, which are up to (k + β)² ≈ 40 times the function.
  expect(Math.abs(measured / rate - 1)).toBeLessThan(2e-3);
});

test("needs the sphere and isotropic heads", () => {
  const of = (model: object, initial: object) =>
    analyzeExperiment(experiment({ model, initial, levels: { particles: {} } }))["stability"];
  expect(of({ attention: "softmax" }, { gaussian: { mean: [0, 0], n: 5 } })).toBeUndefined();
  const turned = {
    softmax: {
      V: [
        [0, 1],
        [-1, 0],
      ],
    },
  };
  expect(of({ attention: turned, geometry: "sphere" }, { "uniform-sphere": { d: 2, n: 3 } })).toBeUndefined();
});
