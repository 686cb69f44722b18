import { describe, expect, test } from "vitest";
import { flip, normals, positive, product, rowsOf } from "../../../test/helpers/arrays.js";
import { experiment, runExperiment } from "../../experiment/index.js";
import { dop853 } from "../../methods/dop853/index.js";
import { adaptive, solve } from "../../solve/index.js";
import { regimeByFlow } from "./by-flow.js";
import { frozenFlow } from "./frozen-flow.js";
import { regime, type Verdict } from "./index.js";
import { withEquilibria } from "./known-equilibria.js";
import { stiffEscape } from "./stiff-escape.js";

function contextOf(
  attention: object,
  W: unknown,
  cov: unknown = "identity",
  mean: readonly number[] = [0.1, -0.2, 0.3],
) {
  const bound = experiment({
    model: { attention: { softmax: attention }, feedforward: { affine: { W } } },
    initial: { gaussian: { mean, cov } },
    levels: { "gaussian-moments": {} },
    solve: { span: [0, 4], method: "dop853", steps: { adaptive: { rtol: 1e-11, atol: 1e-13 } } },
  });
  return { bound, context: { model: bound.model, initial: bound.initial, span: bound.integration.span } };
}
type Context = ReturnType<typeof contextOf>["context"];

const said = (context: Context) => regime.analyze(context) as unknown as Verdict;
const followed = ({ model, initial }: Context) => regimeByFlow(frozenFlow(model, 0, initial.moments()));
const covOf = (verdict: Verdict) => (verdict.equilibrium!.cov as number[][]).flat();
const random = (seed: number, scale = 0.5) => ({ random: "ginibre", scale, seed });

describe("following the flow against the closed form (V = I)", () => {
  test.each([1, 2, 3, 4, 5, 6])("seed %i: the same regime, t* inside the sum of both errors", (seed) => {
    const { context } = contextOf({ Q: random(seed), K: random(seed + 50) }, random(seed + 100, 0.2));
    const [exact, found] = [said(context), followed(context)];
    expect(found.verdict).toBe(exact.verdict);
    if (exact.verdict !== "blow-up") return;
    expect(Math.abs(found.tStar! - exact.tStar!)).toBeLessThanOrEqual(found.tError! + exact.tError!);
    // Both directions are those of Σ/|Σ| at t*: the flow's is read off where 1e-7 of the natural time is left.
    const cosine = exact.direction!.reduce((sum, value, i) => sum + value * found.direction![i]!, 0);
    expect(1 - Math.abs(cosine)).toBeLessThan(1e-9);
  });
});

const bent = [
  [1, 0.4, 0],
  [-0.2, 0.7, 0.1],
  [0, 0.3, 0.9],
];
const nearly = [
  [1, 0.1, 0],
  [0, 1, 0],
  [0, 0, 1],
];

describe("general V", () => {
  test("the search in its own time and the event of the moments level agree on t*", () => {
    const { bound, context } = contextOf({ Q: { scale: 0.8 }, V: bent }, { scale: -0.3 });
    const found = said(context);
    const { outcome } = runExperiment(bound).levels["gaussian-moments"]!;
    expect(found.verdict).toBe("blow-up");
    if (outcome.status !== "stopped") throw new Error(`expected a blow-up, got ${outcome.status}`);
    expect(Math.abs(found.tStar! - outcome.t)).toBeLessThanOrEqual(found.tError! + outcome.tError);
  });

  test("a contraction decays, a pure expansion grows", () => {
    expect(said(contextOf({ Q: { scale: 1e-3 }, V: nearly }, { scale: -1 }).context).verdict).toBe("decays");
    expect(said(contextOf({ Q: { scale: 0 }, V: nearly }, { scale: 1 }).context).verdict).toBe("grows");
  });

  test("slow growth that turns into a blow-up later is not taken for growth", () => {
    // From 10⁻⁹ the linear part alone multiplies Σ by 10⁸ before attention is felt.
    const found = said(contextOf({ V: nearly }, { scale: 0.5 }, { scale: 1e-9 }).context);
    expect(found.verdict).toBe("blow-up");
    // σ̇ = σ + 2σ² in the uncoupled directions: t* = ln(1 + .5/1e-9); the off-diagonal .1 moves it by a little.
    expect(Math.abs(found.tStar! - Math.log1p(0.5e9))).toBeLessThan(0.1);
  });

  test("an attracting equilibrium: residual, spectrum against finite differences of the flow itself", () => {
    const V = bent.map((row) => row.map((value) => -value));
    const { context } = contextOf({ V }, { scale: 0.6 });
    const found = said(context);
    expect([found.verdict, found.rank]).toEqual(["bounded", 3]);
    // Newton's method to rounding.
    expect(found.equilibrium!.residual).toBeLessThan(1e-13);
    const [A, W, star] = [[1, 0, 0, 0, 1, 0, 0, 0, 1], [0.6, 0, 0, 0, 0.6, 0, 0, 0, 0.6], covOf(found)];
    const rate = (cov: ArrayLike<number>) => {
      const F = product(V.flat(), product(cov, A, 3, 3, 3), 3, 3, 3).map((value, k) => value + W[k]!);
      const X = product(F, cov, 3, 3, 3);
      const Xt = flip(X, 3, 3);
      return X.map((value, k) => value + Xt[k]!);
    };
    expect(Math.max(...rate(star).map(Math.abs))).toBeLessThan(1e-13);
    // The trace of the operator on symmetric matrices, by differences along an orthonormal basis (quadratic: exact).
    let trace = 0;
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j <= i; j++) {
        const weight = i === j ? 1 : Math.SQRT1_2;
        const at = (s: number) =>
          rate(star.map((value, k) => value + (k === i * 3 + j || k === j * 3 + i ? s * weight : 0)));
        const change = at(0.5).map((value, k) => value - at(-0.5)[k]!);
        trace += i === j ? change[i * 4]! : 2 * weight * change[i * 3 + j]!;
      }
    }
    const spectrum = found.equilibrium!.spectrum as [number, number][];
    expect(spectrum).toHaveLength(6);
    // Rounding of differences of size 1.
    expect(Math.abs(spectrum.reduce((sum, [re]) => sum + re, 0) - trace)).toBeLessThan(1e-11);
    expect(found.equilibrium!.rate!).toBeCloseTo(-Math.max(...spectrum.map(([re]) => re)), 12);
  });
});

/** Rank one and W = 0: x(t) = e^{Vτ}x_0 with τ̇ = xᵀAx. */
describe("rank-one starts with W = 0, whatever V", () => {
  const rankOne = (V: number[][], A: number[][], x: number[]) =>
    said(contextOf({ Q: A, V }, { scale: 0 }, rowsOf(product(x, x, 2, 1, 2), 2, 2), [0, 0]).context);
  const definite = [
    [0.8, 0.1],
    [0.1, 0.6],
  ];

  test("V skew, A ≻ 0: x goes round a circle for ever", () => {
    const V = [
      [0, 1],
      [-1, 0],
    ];
    expect(rankOne(V, definite, [1, 0.5]).verdict).toBe("oscillates");
  });

  test("V a contraction, A ≻ 0: |x|² dies out like 1/t", () => {
    const V = [
      [-0.5, 1],
      [-1, -0.7],
    ];
    const found = rankOne(V, definite, [1, 0.5]);
    expect(found.verdict).toBe("decays");
  });

  test("V an expansion: t* is the time at which τ = ∞", () => {
    const V = [
      [0.5, 0],
      [0, 0.2],
    ];
    const [a, b] = [1, 0.5];
    const found = rankOne(V, definite, [a, b]);
    expect([found.verdict, found.rank]).toEqual(["blow-up", 1]);
    // t* = ∫_0^∞ dτ/q(e^{Vτ}x), q = .8a²e^{τ} + .2ab e^{.7τ} + .6b²e^{.4τ}: with u = e^{−τ/10} a smooth integrand on [0, 1].
    const n = 2000;
    let sum = 0;
    for (let k = 0; k <= n; k++) {
      const u = k / n;
      const weight = k === 0 || k === n ? 1 : k % 2 === 1 ? 4 : 2;
      sum += (weight * 10 * u ** 9) / (0.8 * a * a + 0.2 * a * b * u ** 3 + 0.6 * b * b * u ** 6);
    }
    const exact = sum / (3 * n);
    // Simpson with 2000 intervals: below 1e-11.
    expect(Math.abs(found.tStar! - exact)).toBeLessThanOrEqual(found.tError! + 1e-11);
    expect(Math.abs(found.direction![0]!)).toBeGreaterThan(0.99);
  });

  test("A indefinite: x stops where xᵀAx = 0, an equilibrium of rank one", () => {
    const V = [
      [0, 1],
      [-1, 0],
    ];
    const A = [
      [1, 0],
      [0, -0.5],
    ];
    const found = rankOne(V, A, [1, 0.2]);
    expect([found.verdict, found.rank]).toEqual(["bounded", 1]);
    const [p, , , q] = covOf(found) as [number, number, number, number];
    // x₁² − x₂²/2 = 0 on the circle |x|² = 1.04.
    expect(Math.abs(p - q / 2)).toBeLessThan(1e-9);
    expect(Math.abs(p + q - 1.04)).toBeLessThan(1e-9);
  });
});

describe("growth on a slow manifold that gets stiffer as it grows", () => {
  // Rank one in polar coordinates: V a quarter turn, W = wI: ṙ = wr and θ̇ = r²(cos²θ − c·sin²θ), so θ comes to rest at
  // tan²θ = 1/c, faster and faster, and |Σ| = r² grows like e^{2wt}, exactly.
  test.each([0.3, 1])("w = %d: `grows` at the rate 2w", (w) => {
    const A = [
      [1, 0],
      [0, -0.5],
    ];
    const V = [
      [0, -1],
      [1, 0],
    ];
    const { context } = contextOf(
      { Q: A, V },
      { scale: w },
      rowsOf(product([1, 0.2], [1, 0.2], 2, 1, 2), 2, 2),
      [0, 0],
    );
    const found = said(context);
    expect(found.verdict).toBe("grows");
    // The flow is followed at 1e-8.
    expect(Math.abs(found.certificate.growthRate! / (2 * w) - 1)).toBeLessThan(1e-6);
  });
});

test("a stage whose last saved depth rounds beyond its end is followed all the same", () => {
  const goe = (seed: number) => ({ random: "goe", seed });
  const { context } = contextOf({ Q: goe(188), K: goe(189), V: goe(190) }, { scale: 0 }, "identity", [0, 0, 0]);
  expect(() => said(context)).not.toThrow();
});

describe("a blow-up that turns and is stiff on its way", () => {
  test("tError covers an explicit run at 1e-12", () => {
    const xavier = (seed: number) => ({ random: "ginibre", scale: "xavier", seed });
    const { context } = contextOf(
      { Q: xavier(128), K: xavier(129), V: xavier(130) },
      { scale: 0 },
      "identity",
      [0, 0, 0],
    );
    const flow = frozenFlow(context.model, 0, context.initial.moments());
    const found = stiffEscape(flow, 5, 1e5 * flow.rate)!;
    expect(found.growth).toBeGreaterThan(1e9);
    const explicit = solve(flow.problem, dop853.bind({}), {
      span: [0, 5],
      steps: adaptive({ rtol: 1e-12, atol: 1e-14, maxSteps: 60_000 }),
    });
    const velocity = new Float64Array(explicit.yEnd.length);
    flow.problem.drift(0, explicit.yEnd, velocity);
    const left = Math.hypot(...explicit.yEnd) / Math.hypot(...velocity);
    // It gets into the last stretch, where |L| grows 10³ times faster than |B| did, and no further.
    expect(left * flow.rate).toBeLessThan(1e-3);
    expect(Math.abs(found.t - explicit.tEnd)).toBeLessThan(found.tError + 10 * left);
    expect(found.tError).toBeLessThan(1e-3 * found.t);
  });
});

describe("schedules", () => {
  const model = (attention: object, W: unknown) => ({
    attention: { softmax: attention },
    feedforward: { affine: { W } },
  });
  const analyze = (spec: object, cov: unknown, span: readonly [number, number] = [0, 2]) => {
    const bound = experiment({
      model: spec,
      initial: { gaussian: { mean: 0, cov } },
      levels: { "gaussian-moments": {} },
      solve: { span },
    });
    return said({ model: bound.model, initial: bound.initial, span: bound.integration.span });
  };
  const piecewise = (first: unknown, second: unknown, until = 0.5) => ({
    piecewise: [{ until, value: first }, { value: second }],
  });

  test("a blow-up in an early piece has its t*", () => {
    const found = analyze(model({}, piecewise({ scale: 0 }, { scale: -5 })), { diagonal: [2, 1] });
    // W = 0 until .5: t* = 1/(2·2).
    expect([found.verdict, found.tStar]).toEqual(["blow-up", 0.25]);
  });

  test.each([
    ["V = I", {}],
    [
      "general V",
      {
        V: [
          [1, 1e-9],
          [0, 1],
        ],
      },
    ],
  ])("%s: through the first piece, then the last for ever", (_name, attention) => {
    const found = analyze(model(attention, piecewise({ scale: -1 }, { scale: 0.25 })), [
      [0.2, 0],
      [0, 0.1],
    ]);
    // σ̇ = −2σ + 2σ² to .5, then σ̇ = .5σ + 2σ²: t* = .5 + 2 ln(1 + 1/(4σ(.5))).
    const sigma = (0.2 * Math.exp(-1)) / (1 + 0.2 * (Math.exp(-1) - 1));
    const exact = 0.5 + 2 * Math.log1p(0.25 / sigma);
    expect(found.verdict).toBe("blow-up");
    // 1e-9 of coupling moves t* by less than 1e-8.
    expect(Math.abs(found.tStar! - exact)).toBeLessThan(1e-8);
    expect(found.certificate.schedule).toMatch(/last for ever/);
  });
});

describe("tError of general V", () => {
  test("covers runs at another formulation and tighter tolerance, in 12 of 12", () => {
    for (let seed = 1; seed <= 12; seed++) {
      const d = 2 + (seed % 3);
      const V = normals(d * d, seed, 0.25).map((value, k) => value + (k % (d + 1) === 0 ? 1 : 0));
      const { bound, context } = contextOf(
        { Q: rowsOf(positive(d, 20 + seed), d, d), V: rowsOf(V, d, d) },
        rowsOf(normals(d * d, 40 + seed, 0.2), d, d),
        rowsOf(positive(d, 60 + seed), d, d),
        Array.from({ length: d }, () => 0),
      );
      const found = said(context);
      expect(found.verdict).toBe("blow-up");
      // The moments level integrates Σ itself and stops by an event of its own.
      const { outcome } = runExperiment(bound).levels["gaussian-moments"]!;
      if (outcome.status !== "stopped") throw new Error(`seed ${seed}: ${outcome.status}`);
      expect(Math.abs(found.tStar! - outcome.t)).toBeLessThanOrEqual(found.tError! + outcome.tError);
      // The extrapolation over the last 1e-7 of the natural time is most of it; the difference to Σ's own run is below 1e-9.
      expect(found.tError!).toBeLessThan(1e-7);
    }
  });
});

describe("equilibria beside a verdict by the flow", () => {
  const equilibriaOf = (verdict: Verdict) => verdict.certificate.equilibria as Record<string, unknown>;
  const bistable = (sigma: number) => {
    const { model, initial } = experiment({
      model: {
        attention: [{ softmax: { V: { scale: -1 } } }, { l2: { beta: 0.5, V: { scale: 4 } } }],
        feedforward: { affine: { W: { scale: -0.5 } } },
      },
      initial: { gaussian: { mean: [0], cov: [[sigma]] } },
      levels: { "gaussian-moments": {} },
    });
    return said({ model, initial, span: [0, 1] });
  };

  test("the limit is one of them, and the one that is not reached is counted", () => {
    // σ* = (2.5 ± √4.25)/2; starts above the lower go to the upper.
    const verdict = bistable(0.5);
    expect(verdict.verdict).toBe("bounded");
    expect(equilibriaOf(verdict)).toMatchObject({ starts: 8, seed: 1, isolated: 2, stable: 1, reached: true });
    // Both polished to rounding.
    expect(equilibriaOf(verdict)["nearest"]).toBeLessThan(1e-12);
  });

  test("below the unstable one Σ decays, for which they say nothing", () => {
    const verdict = bistable(0.2);
    expect(verdict.verdict).toBe("decays");
    expect(verdict.certificate.equilibria).toBeUndefined();
  });

  test("undecided says what the starts found, and how far the run is from it", () => {
    const { context } = contextOf({ V: bent }, { scale: -0.3 }, "identity", [0, 0, 0]);
    const flow = frozenFlow(context.model, 0, context.initial.moments());
    const certificate = { method: "integration", source: "theory.md §2", argument: "stopped", hypotheses: [] };
    const verdict = withEquilibria({ verdict: "undecided", certificate }, flow, Float64Array.from(bent.flat()));
    const cut = withEquilibria({ verdict: "undecided", certificate }, flow, Float64Array.from(bent.flat()), {
      aborted: true,
    });
    expect(equilibriaOf(cut)).toMatchObject({ tried: 0, outcome: { status: "stopped", event: "cancelled" } });
    expect(cut.certificate.tried![0]).toMatch(
      /^Newton's method from 24 starts of rank 1 to 3, cancelled after 0, found/,
    );
    expect(verdict.certificate.tried).toHaveLength(1);
    expect(verdict.certificate.tried![0]).toMatch(/^Newton's method from 24 starts of rank 1 to 3 found \d+ isolated/);
    expect(verdict.certificate.tried![0]).toContain("from the nearest");
  });
});
