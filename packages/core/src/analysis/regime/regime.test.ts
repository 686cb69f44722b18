import { describe, expect, test } from "vitest";
import { inverseOf } from "../../../test/helpers/regime-strata.js";
import type { Attention } from "../../attention/contract.js";
import { experiment } from "../../experiment/index.js";
import type { InitialLaw } from "../../laws/contract.js";
import { createModel } from "../../model/index.js";
import { regime, type Verdict } from "./index.js";

type Answer = Verdict & {
  readonly mean?: { readonly verdict: string; readonly limit?: number[]; readonly rate?: number };
};

function analyze(model: object, gaussian: object): Answer {
  const bound = experiment({
    model,
    initial: { gaussian: { mean: [0, 0], ...gaussian } },
    levels: { "gaussian-moments": {} },
  });
  return regime.analyze({ model: bound.model, initial: bound.initial, span: [0, 1] }) as unknown as Answer;
}
const softmax = (attention: object, W?: unknown, b: unknown = 0) => ({
  attention: { softmax: attention },
  ...(W === undefined ? {} : { feedforward: { affine: { W, b } } }),
});

describe("the certificate can be checked", () => {
  test("it lists the hypotheses with the numbers they were decided on", () => {
    const { certificate } = analyze(softmax({}, { scale: -1 }), { cov: { diagonal: [0.5, 0.3] } });
    const byName = new Map(certificate.hypotheses.map((one) => [one.name, one]));
    expect(byName.get("V = vI in every head")!.holds).toBe(true);
    expect(byName.get("W is Hurwitz")).toMatchObject({ holds: true, margin: 1 });
    expect(byName.get("Q ⪯ 0")).toMatchObject({ holds: false, margin: -2 });
    // X = Q/2 = I, so that λ_max = .5.
    expect(byName.get("λ_max(Σ_0^½XΣ_0^½) < 1, WᵀX + XW = −Q")!.margin).toBeCloseTo(0.5, 13);
  });

  test("equilibria satisfy their equation, seen from outside", () => {
    const W = [
      [1, 0.5],
      [-0.2, 0.7],
    ];
    const found = analyze(softmax({ V: { scale: -1 } }, W), { cov: "identity" });
    const cov = found.equilibrium!.cov as number[][];
    const P = inverseOf(Float64Array.from(cov.flat()), 2);
    // P W + WᵀP = 2I.
    const entry = (i: number, j: number) =>
      [0, 1].reduce((sum, k) => sum + P[i * 2 + k]! * W[k]![j]! + W[k]![i]! * P[k * 2 + j]!, 0);
    expect(Math.abs(entry(0, 0) - 2)).toBeLessThan(1e-13);
    expect(Math.abs(entry(1, 1) - 2)).toBeLessThan(1e-13);
    expect(Math.abs(entry(0, 1))).toBeLessThan(1e-13);
    // 2·min Re spec W = trace.
    expect(found.equilibrium!.rate!).toBeCloseTo(1.7, 12);
  });
});

describe("singular starts whose range moves", () => {
  test("Σ_0 = xxᵀ blows up where the scalar Riccati equation along its path says", () => {
    // W = [[0, 1], [0, 0]], x = e_2: e^{Ws}x = (s, 1), Q = diag(2, 0): ∫_0^t 2s² ds = 1 at t = 1.5^{1/3}.
    const A = [
      [1, 0],
      [0, 0],
    ];
    const W = [
      [0, 1],
      [0, 0],
    ];
    const found = analyze(softmax({ Q: A }, W), { cov: { diagonal: [0, 1] } });
    expect([found.verdict, found.rank]).toEqual(["blow-up", 1]);
    expect(Math.abs(found.tStar! - Math.cbrt(1.5))).toBeLessThan(1e-14);
    const length = Math.hypot(found.tStar!, 1);
    expect(Math.abs(Math.abs(found.direction![0]!) - found.tStar! / length)).toBeLessThan(1e-12);
  });

  test("a range inside a stable subspace never sees the unstable direction", () => {
    const found = analyze(softmax({ V: { scale: -1 } }, { diagonal: [-1, 2] }), { cov: { diagonal: [1, 0] } });
    expect(found.verdict).toBe("decays");
  });
});

describe("rotations", () => {
  const turn = [
    [0, 1],
    [-1, 0],
  ];
  test("A commutes and is skew: Σ turns for ever; a round Σ_0 does not show it", () => {
    expect(analyze(softmax({ Q: turn }, turn), { cov: { diagonal: [2, 1] } }).verdict).toBe("oscillates");
    expect(analyze(softmax({ Q: turn }, turn), { cov: "identity" }).verdict).toBe("bounded");
  });
  test("Q indefinite and W fast: the average vanishes and Σ goes round; W slow: it escapes within a turn", () => {
    const Q = [
      [0.5, 0],
      [0, -0.5],
    ];
    const turning = (speed: number) => turn.map((row) => row.map((value) => speed * value));
    expect(analyze(softmax({ Q }, turning(5)), { cov: "identity" }).verdict).toBe("oscillates");
    // G(t) for speed ω: entries below 1/ω in size; at ω = .4 its top passes 1.
    expect(analyze(softmax({ Q }, turning(0.4)), { cov: "identity" }).verdict).toBe("blow-up");
  });
});

describe("the fate of the mean", () => {
  test("it settles where (V(I + Σ*A) + W)m + b = 0", () => {
    const found = analyze(softmax({ V: { scale: -1 } }, { scale: 0.5 }, [1, 2]), { mean: [0, 0], cov: "identity" });
    // Σ* = I/2: J = −(1 + ½) + ½ = −1, so m* = b.
    expect(found.mean!.verdict).toBe("converges");
    found.mean!.limit!.forEach((value, i) => {
      expect(Math.abs(value - (i + 1))).toBeLessThan(1e-13);
    });
    expect(found.mean!.rate!).toBeCloseTo(1, 12);
  });
  test("without a mean and a bias it rests", () => {
    expect(analyze(softmax({}), {}).mean!.verdict).toBe("rests");
  });
});

/** L2 attention in two dimensions by its closed form: B = 2V(I + 2ΣKᵀK)⁻¹ΣKᵀQ, c = V(I + 2ΣKᵀK)⁻¹m. */
function l2(K: number[], Q: number[], V: number[]): Attention {
  const times = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Float64Array.from([0, 1, 2, 3], (k) => a[2 * (k >> 1)]! * b[k & 1]! + a[2 * (k >> 1) + 1]! * b[2 + (k & 1)]!);
  const Kt = [K[0]!, K[2]!, K[1]!, K[3]!];
  return {
    name: "l2",
    heads: 1,
    traits: { weights: "probability", smooth: true, gaussianClosed: true },
    breakpoints: [],
    fieldAt: () => {
      throw new Error("closed form only");
    },
    gaussianField(mean, cov, _t, out) {
      const M = times(cov, times(Kt, K)).map((value, k) => 2 * value + (k % 3 === 0 ? 1 : 0));
      const left = times(V, inverseOf(M, 2));
      out.B.set(times(left, times(cov, times(Kt, Q))).map((value) => 2 * value));
      out.c.set([left[0]! * mean[0]! + left[1]! * mean[1]!, left[2]! * mean[0]! + left[3]! * mean[1]!]);
    },
  };
}

function analyzeField(attention: Attention, cov: number[]): Answer {
  const euclidean = experiment({
    model: { attention: "softmax" },
    initial: { gaussian: { mean: [0, 0] } },
    levels: { "gaussian-moments": {} },
  }).model;
  const model = createModel({ ...euclidean, d: 2, attention: [attention], feedforward: [] });
  const law = { kind: "gaussian" as const, d: 2, mean: new Float64Array(2), cov: Float64Array.from(cov) };
  const initial: InitialLaw = {
    name: "gaussian",
    d: 2,
    moments: () => law,
    cloud: () => {
      throw new Error("no tokens here");
    },
  };
  return regime.analyze({ model, initial, span: [0, 1] }) as unknown as Answer;
}

describe("a closure known only by its gaussianField", () => {
  test("L2 with a rank-deficient K blows up at t* = 3", () => {
    const found = analyzeField(l2([1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]), [1, 0.5, 0.5, 1]);
    expect(found.verdict).toBe("blow-up");
    expect(Math.abs(found.tStar! - 3)).toBeLessThanOrEqual(found.tError!);
    // Escape of Σ_22 = (t* − t)^{−…} alone: found to the extrapolation's 1e-7 of the natural time.
    expect(found.tError!).toBeLessThan(1e-6);
    expect(Math.abs(found.direction![1]!)).toBeGreaterThan(1 - 1e-6);
  });
  test("L2 with K = Q = V = I grows: Σ̇ = 4Σ²(I + 2Σ)⁻¹ is never faster than 2Σ", () => {
    expect(analyzeField(l2([1, 0, 0, 1], [1, 0, 0, 1], [1, 0, 0, 1]), [1, 0.2, 0.2, 0.5]).verdict).toBe("grows");
  });
  test("L2 with V = −I decays like 1/t", () => {
    expect(analyzeField(l2([1, 0, 0, 1], [1, 0, 0, 1], [-1, 0, 0, -1]), [1, 0.2, 0.2, 0.5]).verdict).toBe("decays");
  });
});
