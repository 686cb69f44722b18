import { describe, expect, test } from "vitest";
import { analyzeExperiment, experiment, runExperiment } from "../../experiment/index.js";
import { gaussLegendre } from "../../foundation/quadrature/index.js";
import { stream as streamOf } from "../../foundation/random/index.js";
import { catchAngle, followTime, parkedAt } from "./index.js";

function causal(angles: readonly number[], beta: number, end: number) {
  return experiment({
    model: { attention: { softmax: { beta } }, mask: "causal", geometry: "sphere" },
    initial: { points: angles.map((a) => [Math.cos(a), Math.sin(a)]) },
    levels: { particles: {} },
    solve: { span: [0, end], method: "rodas4", time: { log: {} } },
    observe: { "cluster-count": { at: [end] } },
  });
}

const centresOf = (one: ReturnType<typeof causal>) =>
  analyzeExperiment(one)["renyi-centres"] as unknown as { verdict: string; angle: number; centres: number[] };

function runOf(one: ReturnType<typeof causal>) {
  const { outcome, states, series } = runExperiment(one).levels["particles"]!;
  expect(outcome).toEqual({ status: "completed" });
  const x = states["x"]!.data;
  const angleAt = (i: number) => Math.atan2(x[2 * i + 1]!, x[2 * i]!);
  return { angleAt, clusters: series["cluster-count"]!.value.data[0] };
}

describe("particles", () => {
  test("two tokens: the second reaches the first when quadrature says", () => {
    const [beta, angle] = [8, 1.3];
    const time = followTime(beta, angle);
    const { angleAt } = runOf(causal([0, angle], beta, time));
    expect(Math.abs(angleAt(0))).toBeLessThan(1e-15);
    // rodas4 at rtol 1e-8 in depth, where the angle falls at rate ½: 1e-2 · e^{−δt/2}, over 30 units of depth.
    expect(Math.abs(angleAt(1) / 0.01 - 1)).toBeLessThan(1e-4);
    expect(Math.abs(catchAngle(beta, time) - angle)).toBeLessThan(1e-9);
  });

  test("gather at the centres, which wait", () => {
    // Centres 0, 2 and 5 are 1.8 and more apart; the others within .25 of one of them.
    const angles = [0, 0.2, 2, -0.15, 1.8, 4.1, 2.1, 3.95, 4.25, 0.1];
    const one = causal(angles, 20, 200);
    const found = centresOf(one);
    expect(found).toMatchObject({ verdict: "several centres", centres: [0, 2, 5] });
    expect(found.angle).toBeGreaterThan(0.25);
    expect(found.angle).toBeLessThan(1.8);
    const { angleAt, clusters } = runOf(one);
    expect(clusters).toBe(3);
    // e^{−20(1 − cos 1.8)}·200 = 2e-9 is how far a centre is pulled.
    for (const centre of found.centres) {
      const moved = angleAt(centre) - angles[centre]!;
      expect(Math.abs(Math.sin(moved / 2))).toBeLessThan(1e-8);
    }
  });

  test("all reach the first token in the end", () => {
    const one = causal([0, 1, 2.5, -2, 3, -1], 2, 1000);
    expect(centresOf(one)).toMatchObject({ verdict: "one centre", centres: [0] });
    const { angleAt, clusters } = runOf(one);
    expect(clusters).toBe(1);
    // It sees nothing but itself; what is left are the roundings of the elimination.
    expect(Math.abs(angleAt(0))).toBeLessThan(1e-15);
    // The others are closer than the absolute tolerance of a step, 1e-10, by a few steps' worth.
    for (let i = 1; i < 6; i++) expect(Math.abs(angleAt(i))).toBeLessThan(1e-8);
  });
});

/** Rényi's constant ∫_0^∞ exp(−2∫_0^x (1 − e^{−y})/y dy) dx = .7475979…, by quadrature. */
function parkingConstant(): number {
  const rule = gaussLegendre(40);
  const inner = (a: number, b: number) =>
    rule.nodes.reduce((sum, node, k) => {
      const y = a + ((b - a) * (node + 1)) / 2;
      return sum + (rule.weights[k]! * (b - a)) / 2 / (y / -Math.expm1(-y));
    }, 0);
  let [total, exponent] = [0, 0];
  const h = 1 / 256;
  // Up to x = 400 by the midpoint rule; beyond, the integrand is e^{−2γ}/x².
  for (let k = 0; k < 400 / h; k++) {
    exponent += inner(k * h, (k + 0.5) * h);
    total += h * Math.exp(-2 * exponent);
    exponent += inner((k + 0.5) * h, (k + 1) * h);
  }
  return total + Math.exp(-2 * 0.5772156649015329) / 400;
}

test("uniform tokens on the circle park at Rényi's density", () => {
  const constant = parkingConstant();
  // The value in the literature has ten digits; the midpoint rule errs by h²/24 times the slope −2 at 0: 1.3e-6.
  expect(Math.abs(constant - 0.7475979202)).toBeLessThan(1.5e-6);
  const angle = 0.02;
  const stream = streamOf({ seed: 3, purpose: "parking", run: 0 });
  const draws = 12;
  let centres = 0;
  for (let draw = 0; draw < draws; draw++) {
    const rows = Array.from({ length: 40_000 }, () => Float64Array.of(2 * Math.PI * stream.uniform()));
    const apart = (x: Float64Array, y: Float64Array) => {
      const gap = Math.abs(x[0]! - y[0]!);
      return Math.min(gap, 2 * Math.PI - gap);
    };
    centres += parkedAt(rows, apart, angle).length;
  }
  const density = (centres / draws) * (angle / (2 * Math.PI));
  // The variance of parked cars is .038 per length, so σ = √(.038/(12·314)) = .0032; five of them. With 127 tokens a length
  // the parking is short of full by e^{−2γ}/127 = .0025.
  expect(Math.abs(density - constant)).toBeLessThan(0.016 + 0.0025);
});
