import { describe, expect, test } from "vitest";
import { experiment, runExperiment } from "../src/experiment/index.js";
import type { PointCloud } from "../src/laws/contract.js";
import { dop853 } from "../src/methods/dop853/index.js";
import { energy } from "../src/observables/energy/index.js";
import { measureOnce } from "../src/observables/shared/test-model.test-helper.js";
import { adaptive, solve } from "../src/solve/index.js";
import { distanceMax, logSlope } from "./helpers/slope.js";

/** Values of theory.md §3 that belong to no single plug-in. docs/theory.md lists where every other one is tested. */

interface Atom {
  readonly angle: number;
  readonly mass: number;
}

/** Σ_ij m_i m_j e^{β(cos(θ_i − θ_j) − 1)} by the observable: what a repelling law on the circle makes small. */
function energyOf(atoms: readonly Atom[], beta: number): number {
  const points = Float64Array.from(atoms.flatMap(({ angle }) => [Math.cos(angle), Math.sin(angle)]));
  const weights = Float64Array.from(atoms, ({ mass }) => mass);
  const law: PointCloud = { kind: "point-cloud", m: atoms.length, d: 2, points, weights };
  return measureOnce(energy, law, { params: { normalisation: "metastability", beta } })[0]!;
}

/** Second difference of the energy when the first atom moves, over 2·mass·β, to be compared with Σ m_j K''/(βe^β). */
function stiffness(atoms: readonly Atom[], beta: number): number {
  const h = 2e-3 / Math.sqrt(beta);
  const moved = (shift: number) =>
    energyOf([{ ...atoms[0]!, angle: atoms[0]!.angle + shift }, ...atoms.slice(1)], beta);
  return (moved(h) - 2 * moved(0) + moved(-h)) / h ** 2 / (2 * atoms[0]!.mass * beta);
}

/** K_β'' / (βe^β) for K_β = e^{β cos θ}. */
const curvature = (beta: number, angle: number) =>
  Math.exp(-2 * beta * Math.sin(angle / 2) ** 2) * (beta * Math.sin(angle) ** 2 - Math.cos(angle));

/** The greatest value on [0, 4/√β], by a grid so fine that its own error is 1e-9. */
function extremes(beta: number) {
  const at = (k: number) => curvature(beta, (k * 1e-4) / Math.sqrt(beta));
  const steepest = Math.max(...Array.from({ length: 40_000 }, (_, k) => at(k)));
  const flattest = Math.max(...Array.from({ length: 5001 }, (_, k) => at(k)));
  return { outside: steepest, inside: -flattest / 2 };
}

describe("mass of a cluster of atoms within 1/(2√β): at most .574192", () => {
  const [inside, outside] = [(3 / 8) * Math.exp(-1 / 8), 2 * Math.exp(-3 / 2)];
  const bound = outside / (inside + outside);

  test("is c₂/(c₁ + c₂) of the kernel: half of the least pull inwards, and the greatest push outwards", () => {
    // Six digits are given.
    expect(Math.abs(bound - 0.574192)).toBeLessThan(5e-7);
    const betas = [1e3, 1e4, 1e5];
    const gaps = betas.map((beta) => {
      const found = extremes(beta);
      return Math.abs(found.outside / (found.inside + found.outside) - bound);
    });
    // cos θ differs from 1 − θ²/2 by θ⁴/24 = O(β^{−2}) under the exponent β: order 1 in 1/β.
    expect(Math.abs(logSlope(betas, gaps) + 1)).toBeLessThan(0.05);
  });

  test("is where the second variation of two atoms at that distance changes sign, with the rest where it helps most", () => {
    const beta = 1e4;
    const cluster = (mass: number): Atom[] => [
      { angle: 0, mass: mass / 2 },
      { angle: 1 / (2 * Math.sqrt(beta)), mass: mass / 2 },
      { angle: -Math.sqrt(3 / beta), mass: 1 - mass },
    ];
    // Without its own atom, Σ m_jK'' = −(m/2)(3/4)e^{−1/8} + (1 − m)2e^{−3/2}: slope −.78 in m; 1/β and h² are 1e-4 and 1e-6.
    expect(stiffness(cluster(bound + 2e-3), beta)).toBeLessThan(-1e-3);
    expect(stiffness(cluster(bound - 2e-3), beta)).toBeGreaterThan(1e-3);
  });

  test("the antipodal pair has all the mass, is stable, and is such a cluster when β ≤ 1/(4π²)", () => {
    const pair: Atom[] = [
      { angle: 0, mass: 0.5 },
      { angle: Math.PI, mass: 0.5 },
    ];
    for (const beta of [0.01, 1 / (4 * Math.PI ** 2), 1, 6]) {
      // ½K''(π)/(βe^β) = ½e^{−2β}: second differences are good to β h² = 4e-6 relative, and 1e-16/h² of rounding.
      const wanted = 0.5 * Math.exp(-2 * beta);
      expect(Math.abs(stiffness(pair, beta) / wanted - 1)).toBeLessThan(1e-4);
    }
    const inCluster = (beta: number) => Math.PI <= 1 / (2 * Math.sqrt(beta));
    expect([0.999, 1.001].map((factor) => inCluster(factor / (4 * Math.PI ** 2)))).toEqual([true, false]);
  });
});

test("the kernel e^{β cos θ}: ‖K''‖ = βe^β at 0, inflection β^{−1/2} + O(β^{−3/2})", () => {
  const betas = [20, 80, 320];
  const gaps = betas.map((beta) => {
    const everywhere = Array.from({ length: 20_001 }, (_, k) => Math.abs(curvature(beta, (k * Math.PI) / 20_000)));
    // The grid has 0, where it is 1 exactly.
    expect(Math.max(...everywhere)).toBe(1);
    // β sin²θ = cos θ.
    const inflection = Math.acos((Math.sqrt(1 + 4 * beta * beta) - 1) / (2 * beta));
    expect(Math.abs(curvature(beta, inflection))).toBeLessThan(1e-12);
    return Math.abs(inflection - beta ** -0.5);
  });
  // The next term is O(β^{−5/2}), 5 % of it at β = 20.
  expect(Math.abs(logSlope(betas, gaps) + 1.5)).toBeLessThan(0.05);
});

/** P_xΓ along the circle at `count` nodes of a law with the density 1 + .5 cos θ. */
function speeds(attention: object, count: number): { theta: Float64Array; speed: Float64Array } {
  const { model } = experiment({
    model: { attention, geometry: "sphere" },
    initial: { "uniform-sphere": { d: 2, n: 2 } },
    levels: { particles: {} },
  });
  const theta = Float64Array.from({ length: count }, (_, j) => (2 * Math.PI * j) / count);
  const points = new Float64Array(2 * count);
  theta.forEach((angle, j) => {
    points.set([Math.cos(angle), Math.sin(angle)], 2 * j);
  });
  const weights = theta.map((angle) => (1 + 0.5 * Math.cos(angle)) / count);
  const field = new Float64Array(2 * count);
  const law = { m: count, d: 2, points, weights };
  model.fieldAt(law, law, 0, field, new Float64Array(2 * count));
  return {
    theta,
    speed: theta.map((angle, j) => field[2 * j + 1]! * Math.cos(angle) - field[2 * j]! * Math.sin(angle)),
  };
}

describe("three phases at large β", () => {
  const betas = [50, 100, 200];

  test("O(1): Γ turns to VAx/|Ax|, A = KᵀQ, whatever the law, so tokens align with the top eigenvector of VA", () => {
    const [V, A] = [
      [1, 0.3, 0, 0.8],
      [1, 0.4, 0.2, 0.6],
    ] as const;
    const of = (m: readonly number[], x: number, y: number) => [m[0]! * x + m[1]! * y, m[2]! * x + m[3]! * y] as const;
    const limit = (angle: number) => {
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      const [a, b] = of(A, c, s);
      const [p, q] = of(V, a, b);
      return (q * c - p * s) / Math.hypot(a, b);
    };
    const rows = (m: readonly number[]) => [m.slice(0, 2), m.slice(2)];
    const gaps = betas.map((beta) => {
      const { theta, speed } = speeds({ softmax: { beta, Q: rows(A), V: rows(V) } }, 512);
      return distanceMax(speed, theta.map(limit));
    });
    // The next order is that of the heat phase, 1/β; what follows is below a tenth of it at β = 50.
    expect(Math.abs(logSlope(betas, gaps) + 1)).toBeLessThan(0.05);
    const drift = (_t: number, y: Float64Array, out: Float64Array) => {
      out[0] = limit(y[0]!);
    };
    const { yEnd } = solve({ y0: Float64Array.of(1.2), layout: {}, drift }, dop853.bind({}), {
      span: [0, 60],
      steps: adaptive({ rtol: 1e-10, atol: 1e-12 }),
    });
    // VA = [[1.06, .58], [.16, .48]]: (λ − .48, .16) is an eigenvector. Exponential approach over 60 depths.
    const [trace, det] = [1.54, 1.06 * 0.48 - 0.58 * 0.16];
    const top = (trace + Math.sqrt(trace * trace - 4 * det)) / 2;
    expect(Math.abs(yEnd[0]! - Math.atan2(0.16, top - 0.48))).toBeLessThan(1e-8);
  });

  const shapes: [string, (beta: number) => object, (beta: number) => number, (rho: number, slope: number) => number][] =
    [
      ["softmax: β P_xΓ → ∇log ρ", (beta) => ({ softmax: { beta } }), (beta) => beta, (rho, slope) => slope / rho],
      [
        "unnormalised, shifted: √(2π)β^{3/2} P_xΓ → ∇ρ: porous medium",
        (beta) => ({ unnormalised: { beta, scaling: "shifted" } }),
        (beta) => Math.sqrt(2 * Math.PI) * beta ** 1.5,
        // ρ here against the uniform law; ∫e^{−βδ²/2} dδ/(2π) = 1/√(2πβ).
        (_rho, slope) => slope,
      ],
    ];
  test.each(shapes)("O(β): %s", (_name, attention, factor, wanted) => {
    const gaps = betas.map((beta) => {
      const { theta, speed } = speeds(attention(beta), 512);
      const scaled = speed.map((value) => factor(beta) * value);
      return distanceMax(
        scaled,
        theta.map((angle) => wanted(1 + 0.5 * Math.cos(angle), -0.5 * Math.sin(angle))),
      );
    });
    // Laplace's method: the next term is 1/β of the first, the one after that 1/β² with a factor of a few.
    expect(Math.abs(logSlope(betas, gaps) + 1)).toBeLessThan(0.1);
  });

  test("O(β): with V = −I the law follows the heat equation in t/β, modes decaying as e^{−k²t/β}", () => {
    const tau = 0.5;
    const gaps = betas.map((beta) => {
      const bound = experiment({
        model: { attention: { softmax: { beta, V: { scale: -1 } } }, geometry: "sphere" },
        initial: { density: { circle: { expression: "1 + 0.5*cos(theta) + 0.3*sin(2*theta)" }, n: 64 } },
        levels: { "mean-field": { grid: 256, scheme: "spectral" } },
        solve: { span: [0, tau * beta] },
        observe: { "harmonic-power": { what: { "harmonic-power": { degree: 2 } }, at: [tau * beta] } },
      });
      const { outcome, series } = runExperiment(bound).levels["mean-field"]!;
      expect(outcome.status).toBe("completed");
      const amplitudes = series["harmonic-power"]!.value.data.map((power) => 2 * Math.sqrt(power));
      return distanceMax(amplitudes, [0.5 * Math.exp(-tau), 0.3 * Math.exp(-4 * tau)]);
    });
    // The flow is nonlinear; only its limit is the heat equation.
    expect(Math.abs(logSlope(betas, gaps) + 1)).toBeLessThan(0.1);
  });
});

test.each([0, 1, 4])("tokens of S² come to one cluster from random starts, β = %d", (beta) => {
  for (const seed of [1, 2, 3]) {
    const bound = experiment({
      model: { attention: { softmax: { beta } }, geometry: "sphere" },
      initial: { "uniform-sphere": { d: 3, n: 12, seed } },
      levels: { particles: {} },
      solve: { span: [0, 2000], method: "rodas4", time: { log: {} } },
      observe: { "overlap-gap": { at: [0, 2000] } },
    });
    const { series } = runExperiment(bound).levels["particles"]!;
    const [start, end] = series["overlap-gap"]!.value.data;
    // Uniform tokens begin near 1; e^{2β} = 3000 depths would part two opposite clusters at β = 4, and none started so.
    expect(start!).toBeGreaterThan(0.5);
    expect(end!).toBeLessThan(1e-6);
  }
});
