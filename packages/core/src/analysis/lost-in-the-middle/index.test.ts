import { describe, expect, test } from "vitest";
import { analyzeExperiment, experiment } from "../../experiment/index.js";
import { gaussLegendre } from "../../foundation/quadrature/index.js";
import { besselIScaledSequence } from "../../foundation/special-functions/index.js";
import { criticalDepth, influence, type MiddleModes, profileAt } from "./profile.js";

/** a_n = n² I_n(β), as theory.md §3 counts depth. */
const bareRates = (beta: number) =>
  Array.from(besselIScaledSequence(30, beta), (value, n) => n ** 2 * value * Math.exp(beta)).slice(1);

const bare = (beta: number, decay: number): MiddleModes => ({ decay, rates: bareRates(beta), resolution: 8 });

test.each([
  [1, 2.45749],
  [2, 0.60072],
  [3, 0.17402],
])("the critical depth at λ = 1, M = 8, β = %i is %f", (beta, critical) => {
  // Five digits after the point are given.
  expect(Math.abs(criticalDepth(bare(beta, 1)) - critical)).toBeLessThan(5e-6);
});

test.each([
  [1, 1],
  [2, 0.5],
  [3, 4],
])("at the critical depth the slope of the profile at the last position vanishes: β = %i, λ = %f", (beta, decay) => {
  const of = bare(beta, decay);
  const slope = (t: number) => {
    const h = 1e-5;
    const [a, b, c] = [1, 1 - h, 1 - 2 * h].map((position) => profileAt(of, t, position));
    return (3 * a! - 4 * b! + c!) / (2 * h) / a!;
  };
  const critical = criticalDepth(of);
  // One-sided differences of second order: h² times a third derivative of a few hundred, and 1e-16/h of rounding.
  expect(Math.abs(slope(critical))).toBeLessThan(1e-7);
  expect(slope(0.9 * critical)).toBeGreaterThan(1e-2);
  expect(slope(1.1 * critical)).toBeLessThan(-1e-2);
});

describe("the influence is the kernel of e^{atK} − 1, K the weighted mean over the context", () => {
  // In z = e^{λσ} − 1, K is the Cesàro mean, K z^p = z^p/(p + 1): so e^{atK} z^p = e^{at/(p+1)} z^p.
  test.each([
    [0, 1, 1.5],
    [1, 1, 1.5],
    [2, 1, 0.7],
    [1, 0, 2],
    [0.5, 3, 1],
  ])("on z^%d at λ = %d, at = %d", (power, decay, rate) => {
    const { nodes, weights } = gaussLegendre(200);
    const z = (s: number) => (decay === 0 ? s : Math.expm1(decay * s));
    let sum = 0;
    // σ_0 = u⁴, since the kernel has a singularity of the kind e^{2√(−log σ_0)} at 0.
    nodes.forEach((node, k) => {
      const u = (1 + node) / 2;
      sum += (weights[k]! / 2) * 4 * u ** 3 * influence(decay, rate, 1, u ** 4) * z(u ** 4) ** power;
    });
    const exact = Math.expm1(rate / (power + 1)) * z(1) ** power;
    // What 200 nodes leave of that singularity.
    expect(Math.abs(sum / exact - 1)).toBeLessThan(1e-6);
  });
});

interface Answer {
  readonly verdict: string;
  readonly criticalDepth: number;
  readonly minimum?: { readonly position: number; readonly value: number };
  readonly profile: readonly { readonly position: number; readonly influence: number }[];
  readonly certificate: { readonly oneMinimum: { readonly holds: boolean } };
}

function answerOf(beta: number, mask: unknown, end: number, more: object = {}): Answer | undefined {
  const bound = experiment({
    model: { attention: { softmax: { beta } }, mask, geometry: "sphere", ...more },
    initial: { "uniform-sphere": { d: 2, n: 16, seed: 1 } },
    levels: { particles: {} },
    solve: { span: [0, end] },
  });
  return analyzeExperiment(bound)["lost-in-the-middle"] as unknown as Answer | undefined;
}

describe("analyze", () => {
  const beta = 2;
  // Softmax on the circle grows mode n at n²I_n(β)/(βI_0(β)).
  const unit = beta * besselIScaledSequence(1, beta)[0]! * Math.exp(beta);

  test("counts depth in the model's own, βI_0(β) times that of the table", () => {
    const { criticalDepth: found } = answerOf(beta, { alibi: { rate: 1 } }, 1)!;
    // The table has five digits.
    expect(Math.abs(found / unit - 0.60072)).toBeLessThan(5e-6);
  });

  test("where the theorem applies the profile has one interior minimum; beyond t_crit it falls to the end", () => {
    const early = answerOf(beta, { alibi: { rate: 1 } }, 0.3 * unit)!;
    expect(early).toMatchObject({ verdict: "u-shaped", certificate: { oneMinimum: { holds: true } } });
    const values = early.profile.map((one) => one.influence);
    const turns = values.slice(1, -1).filter((value, k) => value < values[k]! !== values[k + 2]! < value);
    expect(turns).toHaveLength(1);
    expect(early.minimum!.value).toBeLessThanOrEqual(Math.min(...values));
    const late = answerOf(beta, { alibi: { rate: 1 } }, 0.7 * unit)!;
    expect(late.verdict).toBe("primacy");
    expect(late.minimum).toBeUndefined();
  });

  test("the causal mask has primacy only; other masks, spheres and signs are left out", () => {
    expect(answerOf(beta, "causal", 0.1)).toMatchObject({ verdict: "primacy", criticalDepth: 0 });
    expect(answerOf(beta, { prefix: { length: 0.3 } }, 0.1)).toBeUndefined();
    expect(answerOf(beta, { window: { width: 0.5 } }, 0.1)).toBeUndefined();
    expect(answerOf(beta, "none", 0.1)).toBeUndefined();
    expect(answerOf(beta, "causal", 0.1, { sign: "repel" })).toBeUndefined();
  });
});
