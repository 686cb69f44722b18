import { describe, expect, test } from "vitest";
import { analyzeExperiment, experiment, runExperiment } from "../src/experiment/index.js";
import {
  frobeniusNorm,
  inverse,
  logAbsDet,
  lyapunov,
  symmetricEigen,
  transpose,
} from "../src/foundation/linear-algebra/index.js";
import { flip, normals, positive, product, rowsOf } from "./helpers/arrays.js";
import { distanceMax } from "./helpers/slope.js";

interface System {
  readonly d: number;
  readonly A: ArrayLike<number>;
  readonly W?: ArrayLike<number>;
  readonly V?: unknown;
  readonly cov: ArrayLike<number>;
  readonly span?: readonly [number, number];
  readonly rtol?: number;
  readonly sign?: string;
  readonly at?: readonly number[];
  readonly attention?: unknown;
}

function bind({ d, A, W, V, cov, span = [0, 1], rtol = 1e-10, sign = "attract", at, attention }: System) {
  return experiment({
    model: {
      attention: attention ?? { softmax: { Q: rowsOf(A, d, d), ...(V === undefined ? {} : { V }) } },
      ...(W === undefined ? {} : { feedforward: { affine: { W: rowsOf(W, d, d) } } }),
      sign,
    },
    initial: { gaussian: { mean: 0, cov: rowsOf(cov, d, d) } },
    levels: { "gaussian-moments": {} },
    solve: { span, method: "dop853", steps: { adaptive: { rtol, atol: rtol * 1e-2 } } },
    ...(at === undefined ? {} : { save: { at } }),
  });
}

const regimeOf = (system: System) =>
  analyzeExperiment(bind(system))["regime"] as Record<string, never> & {
    tStar: number;
    tError: number;
    verdict: string;
  };
const momentsOf = (system: System) => runExperiment(bind(system)).levels["gaussian-moments"]!;

function stopOf(system: System) {
  const { outcome } = momentsOf(system);
  if (outcome.status !== "stopped") throw new Error(`the run ${outcome.status}`);
  expect(outcome.event).toBe("blow-up");
  return outcome;
}

/** λ_max of Σ^½ X Σ^½, as that of Lᵀ X L with Σ = LLᵀ. */
function topOf(X: ArrayLike<number>, cov: Float64Array, d: number): number {
  const { values, vectors } = symmetricEigen(cov, d);
  const root = Float64Array.from(vectors, (value, i) => value * Math.sqrt(Math.max(0, values[i % d]!)));
  const form = product(flip(root, d, d), product(X, root, d, d, d), d, d, d);
  return symmetricEigen(form, d).values[d - 1]!;
}

const plus = (a: ArrayLike<number>, b: ArrayLike<number>, factor = 1) =>
  Float64Array.from(a, (value, i) => value + factor * b[i]!);

describe("one dimension: σ̇ = 2wσ + 2kσ²", () => {
  const tStar = (w: number, k: number, start: number) => Math.log(1 + w / (k * start)) / (2 * w);
  const system = { d: 1, A: [0.8], W: [-0.5], cov: [1], span: [0, 2] as const };

  test("t* = .980829… by the event to 1e-9, inside its tError", () => {
    expect(tStar(-0.5, 0.8, 1)).toBeCloseTo(0.980829, 6);
    const { t, tError } = stopOf(system);
    expect(Math.abs(t - tStar(-0.5, 0.8, 1))).toBeLessThan(1e-9);
    expect(Math.abs(t - tStar(-0.5, 0.8, 1))).toBeLessThanOrEqual(tError);
  });

  test("t* by the closed form to 1e-12, also when span does not start at 0", () => {
    expect(Math.abs(regimeOf(system).tStar - tStar(-0.5, 0.8, 1))).toBeLessThan(1e-12);
    expect(Math.abs(regimeOf({ ...system, span: [3, 4] }).tStar - 3 - tStar(-0.5, 0.8, 1))).toBeLessThan(1e-12);
  });

  test("tError holds close to the threshold kσ_0 = −w, where the escape is late and slow", () => {
    for (const gap of [1e-1, 1e-3, 1e-6, 1e-9]) {
      const exact = Math.log1p(-1 / (1 + gap)) / -1;
      const { verdict, tStar: found, tError } = regimeOf({ d: 1, A: [0.5 * (1 + gap)], W: [-0.5], cov: [1] });
      expect(verdict).toBe("blow-up");
      // 1 + gap itself is rounded, which moves t* by ε/gap.
      expect(Math.abs(found - exact)).toBeLessThanOrEqual(tError + (2 * Number.EPSILON) / gap);
    }
  });

  test("the flow follows σ = σ_0 e^{2wt}/(1 − (k/w)σ_0(e^{2wt} − 1))", () => {
    const at = [0.1, 0.5, 0.9];
    const { states } = momentsOf({ ...system, at });
    at.forEach((t, i) => {
      const grown = Math.exp(-t);
      const exact = grown / (1 + 1.6 * (grown - 1));
      // rtol 1e-10, magnified by t*/(t* − t) = 12 at t = .9.
      expect(Math.abs(states["cov"]!.data[i]! / exact - 1)).toBeLessThan(2e-9);
    });
  });
});

describe("V = I", () => {
  test.each([1, 2, 3, 4, 5])("d = 8, seed %i: closed form, integration and their errors agree", (seed) => {
    const d = 8;
    const system = {
      d,
      A: normals(64, seed, 0.3),
      W: normals(64, 100 + seed, 0.2),
      cov: positive(d, 200 + seed),
      span: [0, 6] as const,
    };
    const predicted = regimeOf(system);
    const found = stopOf(system);
    expect(predicted.verdict).toBe("blow-up");
    expect(Math.abs(predicted.tStar - found.t)).toBeLessThan(1e-8);
    expect(Math.abs(predicted.tStar - found.t)).toBeLessThanOrEqual(predicted.tError + found.tError);
  });

  test("tError is honest in 30 random systems at loose and tight tolerances, and not absurdly large", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const d = 1 + (seed % 4);
      const A = plus(normals(d * d, seed, 0.5), positive(d, 300 + seed));
      const system = { d, A, W: normals(d * d, 400 + seed, 0.4), cov: positive(d, 500 + seed), span: [0, 20] as const };
      const { tStar, verdict } = regimeOf(system);
      if (verdict !== "blow-up" || tStar > 19) continue;
      for (const rtol of [1e-6, 1e-10]) {
        const { t, tError } = stopOf({ ...system, rtol });
        expect(Math.abs(t - tStar), `seed ${seed}, rtol ${rtol}`).toBeLessThanOrEqual(tError);
        expect(tError).toBeLessThan(1e4 * rtol * Math.max(1, tStar));
      }
    }
  });

  test("W = 0: t* = 1/λ_max(Σ_0^½(A + Aᵀ)Σ_0^½), for singular Σ_0 too", () => {
    const d = 4;
    const A = normals(16, 7);
    const thin = normals(8, 8);
    for (const cov of [positive(d, 9), product(thin, flip(thin, d, 2), d, 2, d)]) {
      const exact = 1 / topOf(plus(A, flip(A, d, d)), cov, d);
      expect(exact).toBeGreaterThan(0);
      const { tStar } = regimeOf({ d, A, cov });
      // Roots and eigenvalues of 4×4 matrices.
      expect(Math.abs(tStar / exact - 1)).toBeLessThan(1e-12);
    }
  });

  test("heads with V_h = v_h I act as Σ_h v_h A_h", () => {
    const d = 3;
    const [one, two, cov] = [normals(9, 31, 0.5), normals(9, 32, 0.5), positive(d, 33)];
    const heads = [
      { Q: rowsOf(one, d, d), V: { scale: 2 }, beta: 1.5 },
      { Q: rowsOf(two, d, d), V: { scale: -0.5 } },
    ];
    const merged = plus(
      one.map((value) => 3 * value),
      two,
      -0.5,
    );
    const [split, single] = [
      regimeOf({ d, A: [], cov, attention: { softmax: { heads } } }),
      regimeOf({ d, A: merged, cov }),
    ];
    expect(single.verdict).toBe("blow-up");
    expect(Math.abs(split.tStar / single.tStar - 1)).toBeLessThan(1e-13);
  });

  test("repel is V → −V", () => {
    const [A, cov] = [normals(9, 41, 0.7), positive(3, 42)];
    const [repelled, negative] = [
      regimeOf({ d: 3, A, cov, sign: "repel" }),
      regimeOf({ d: 3, A, cov, V: { scale: -1 } }),
    ];
    expect(repelled.verdict).toBe("blow-up");
    expect(repelled.tStar).toBe(negative.tStar);
    expect(Math.abs(stopOf({ d: 3, A, cov, sign: "repel", span: [0, 10] }).t - repelled.tStar)).toBeLessThan(1e-8);
  });

  test("W Hurwitz, Q ≻ 0: decays just below λ_max(Σ_0^½XΣ_0^½) = 1, blows up just above", () => {
    const d = 3;
    const W = plus(normals(9, 51, 0.3), [1, 0, 0, 0, 1, 0, 0, 0, 1], -1);
    const A = positive(d, 52, 0.3);
    const X = lyapunov(
      transpose(W, d, d),
      A.map((value) => -2 * value),
      d,
    );
    const base = positive(d, 53);
    const top = topOf(X, base, d);
    const at = (factor: number) => regimeOf({ d, A, W, cov: base.map((value) => (factor * value) / top) }).verdict;
    expect([at(1 - 1e-6), at(1 + 1e-6)]).toEqual(["decays", "blow-up"]);
  });

  test("W = 0, A + Aᵀ ⪯ 0 with a kernel: the low-rank limit, approached like 1/t", () => {
    const d = 3;
    const cov = positive(d, 61);
    const direction = [1, -1, 0.5];
    const A = Float64Array.from({ length: 9 }, (_, k) => -0.5 * direction[Math.floor(k / 3)]! * direction[k % 3]!);
    const verdict = regimeOf({ d, A, cov }) as unknown as {
      verdict: string;
      rank: number;
      equilibrium: { cov: number[][] };
    };
    expect([verdict.verdict, verdict.rank]).toEqual(["low-rank-limit", 2]);
    const limit = verdict.equilibrium.cov.flat();
    const gap = (t: number) =>
      frobeniusNorm(plus(momentsOf({ d, A, cov, span: [0, t] }).states["cov"]!.data, limit, -1));
    expect(gap(2000) * 2000).toBeCloseTo(gap(1000) * 1000, 2);
    // Conditioning on ⟨direction, x⟩ = 0: Σ − ΣvvᵀΣ/(vᵀΣv).
    const image = product(cov, direction, d, d, 1);
    const variance = direction.reduce((sum, value, i) => sum + value * image[i]!, 0);
    const expected = Float64Array.from(
      { length: 9 },
      (_, k) => cov[k]! - (image[Math.floor(k / 3)]! * image[k % 3]!) / variance,
    );
    expect(distanceMax(limit, expected)).toBeLessThan(1e-14);
  });

  test("W = 0, A + Aᵀ ≺ 0, and W Hurwitz with A + Aᵀ ⪯ 0: decays", () => {
    const A = positive(3, 71).map((value) => -value);
    expect(regimeOf({ d: 3, A, cov: positive(3, 72) }).verdict).toBe("decays");
    expect(regimeOf({ d: 3, A, W: [-1, 2, 0, 0, -0.5, 0, 0, 0, -2], cov: positive(3, 72) }).verdict).toBe("decays");
  });

  test("−Q ≻ 0, spec W in Re > 0: bounded, and the flow goes to the equilibrium at the stated rate", () => {
    const d = 3;
    const A = positive(d, 81).map((value) => -value);
    const W = [0.5, 0.2, -0.3, 0, 1.2, 0.4, 0, 0, 2];
    const found = regimeOf({ d, A, W, cov: positive(d, 83) }) as unknown as {
      verdict: string;
      equilibrium: { cov: number[][]; residual: number; rate: number };
    };
    expect(found.verdict).toBe("bounded");
    expect(found.equilibrium.residual).toBeLessThan(1e-13);
    const target = found.equilibrium.cov.flat();
    const gaps = [8, 12].map((t) =>
      frobeniusNorm(
        plus(momentsOf({ d, A, W, cov: positive(d, 83), span: [0, t], rtol: 1e-12 }).states["cov"]!.data, target, -1),
      ),
    );
    // The rate is 2·.5; the next mode, .5 + 1.2, has died to e^{−.7·8} of the first at t = 8.
    expect(found.equilibrium.rate).toBeCloseTo(1, 12);
    expect(Math.abs(Math.log(gaps[0]! / gaps[1]!) / 4 - 1)).toBeLessThan(0.05);
  });
});

describe("the moments level", () => {
  test("does not take exponential growth for a blow-up, over 10¹⁰⁰ in size", () => {
    const { outcome, states } = momentsOf({
      d: 2,
      A: [0, 0, 0, 0],
      W: [1, 0.5, 0, 1],
      cov: [1, 0, 0, 1],
      span: [0, 120],
    });
    expect(outcome).toEqual({ status: "completed" });
    expect(states["cov"]!.data[3]! / Math.exp(240)).toBeCloseTo(1, 6);
  });

  test("keeps rank, inertia and symmetry, and log det grows by 2∫tr F", () => {
    const d = 3;
    const [A, W, V] = [normals(9, 91, 0.3), normals(9, 92, 0.3), normals(9, 93, 0.6)];
    const cov = positive(d, 94);
    const at = Array.from({ length: 201 }, (_, k) => k / 200);
    const { states } = momentsOf({ d, A, W, V: rowsOf(V, d, d), cov, at, rtol: 1e-12 });
    const covs = at.map((_, k) => states["cov"]!.data.slice(9 * k, 9 * k + 9));
    const traces = covs.map((one) => {
      const F = plus(W, product(V, product(one, A, d, d, d), d, d, d));
      return F[0]! + F[4]! + F[8]!;
    });
    // Simpson's rule with 200 intervals: error about h⁴/180.
    const integral =
      traces.reduce((sum, value, k) => sum + value * (k === 0 || k === 200 ? 1 : k % 2 === 1 ? 4 : 2), 0) / 600;
    const grown = logAbsDet(covs[200]!, d).logAbs - logAbsDet(cov, d).logAbs;
    expect(Math.abs(grown - 2 * integral)).toBeLessThan(1e-9);
    for (const one of covs) {
      expect(one).toEqual(flip(one, d, d));
      expect(symmetricEigen(one, d).values[0]!).toBeGreaterThan(0);
    }
    const thin = normals(3, 95);
    const low = momentsOf({ d, A, W, V: rowsOf(V, d, d), cov: product(thin, thin, d, 1, d), rtol: 1e-12 }).states[
      "cov"
    ]!.data;
    const { values } = symmetricEigen(low, d);
    expect(Math.max(Math.abs(values[0]!), Math.abs(values[1]!)) / values[2]!).toBeLessThan(1e-11);
  });

  test("general V with rank-one Σ_0 and W = 0 follows x' = Vx in time τ' = xᵀAx", () => {
    const [A, V, x] = [
      [0.3, 0, 0, 0.2],
      [0.5, 1, 0, 0.4],
      [1, 0.5],
    ];
    const { states } = momentsOf({ d: 2, A, V: rowsOf(V, 2, 2), cov: product(x, x, 2, 1, 2), rtol: 1e-12 });
    // Ten thousand midpoint steps of (x, τ): error about 1e-8.
    let [p, q] = [x[0]!, x[1]!];
    const rate = (a: number, b: number) => 0.3 * a * a + 0.2 * b * b;
    for (let k = 0; k < 10_000; k++) {
      const s = rate(p, q) / 2e4;
      const [mp, mq] = [p + s * (0.5 * p + q), q + s * 0.4 * q];
      const m = rate(mp, mq) / 1e4;
      [p, q] = [p + m * (0.5 * mp + mq), q + m * 0.4 * mq];
    }
    expect(distanceMax(states["cov"]!.data, [p * p, p * q, p * q, q * q])).toBeLessThan(1e-6);
  });

  test("P = Σ⁻¹ obeys the linear closed form in the universal formula", () => {
    const d = 3;
    const [A, cov] = [normals(9, 97, 0.2), positive(d, 98)];
    const W = plus(normals(9, 96, 0.2), [1, 0, 0, 0, 1, 0, 0, 0, 1], -0.5);
    const Q = plus(A, flip(A, d, d));
    const X = lyapunov(
      transpose(W, d, d),
      Q.map((value) => -value),
      d,
    );
    const moved = momentsOf({ d, A, W, cov, span: [0, 0.4], rtol: 1e-12 }).states["cov"]!.data;
    // e^{−Wt} by a Taylor series of 30 terms at |Wt| < 1.
    let term = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
    let E = term.slice();
    for (let k = 1; k <= 30; k++) {
      term = product(term, W, d, d, d).map((value) => (-0.4 * value) / k);
      E = plus(E, term);
    }
    const P = plus(X, product(flip(E, d, d), product(plus(inverse(cov, d), X, -1), E, d, d, d), d, d, d));
    expect(distanceMax(inverse(moved, d), P)).toBeLessThan(1e-10);
  });
});

describe("what rounding hides is not a verdict", () => {
  test("a rank-one start that runs away along Q ≺ 0 has no blow-up: it comes to an equilibrium of rank one", () => {
    // Along x: x'G(t)x = ∫ q(e^{Ws}x)ds < 0.1·x_2² < 1 for every t, while the entries of G pass 10¹⁶ before t = 20.
    const x = [0.7, -0.35, 0.41];
    const system = {
      d: 3,
      A: [-0.5, 0, 0, 0, 0.1, 0, 0, 0, -0.7],
      W: [1, 0.3, 0.2, 0, -1, 0, 0.1, 0, 0.9],
      cov: x.flatMap((a) => x.map((b) => a * b)),
    };
    const regime = regimeOf(system) as unknown as { verdict: string; rank: number; equilibrium: { cov: number[][] } };
    expect([regime.verdict, regime.rank]).toEqual(["bounded", 1]);
    // Exact rank one, followed as x: ẋ = Wx + x(xᵀAx), 4·10⁵ midpoint steps to t = 80, where e^{−.26·80} of the start is left.
    let [p, q, r] = x as [number, number, number];
    const h = 2e-4;
    const rate = (a: number, b: number, c: number) => {
      const form = -0.5 * a * a + 0.1 * b * b - 0.7 * c * c;
      return [a + 0.3 * b + 0.2 * c + form * a, -b + form * b, 0.1 * a + 0.9 * c + form * c] as const;
    };
    for (let k = 0; k < 4e5; k++) {
      const [dp, dq, dr] = rate(p, q, r);
      const [mp, mq, mr] = rate(p + (h / 2) * dp, q + (h / 2) * dq, r + (h / 2) * dr);
      [p, q, r] = [p + h * mp, q + h * mq, r + h * mr];
    }
    expect(
      distanceMax(regime.equilibrium.cov.flat(), [p * p, p * q, p * r, q * p, q * q, q * r, r * p, r * q, r * r]),
    ).toBeLessThan(1e-7);
  });

  test("sup λ_max = 1 to rounding is neither decay nor blow-up: Σ_0 is an equilibrium, and said to be unstable", () => {
    const found = regimeOf({ d: 1, A: [0.5], W: [-0.5], cov: [1] }) as unknown as {
      verdict: string;
      equilibrium: { spectrum: [number, number][] };
    };
    expect(found.verdict).toBe("bounded");
    // D(−σ + σ²) = −1 + 2σ = 1.
    expect(found.equilibrium.spectrum[0]![0]).toBeCloseTo(1, 12);
  });

  test("sup λ_max = 1 on one direction only: that direction stays, the others die", () => {
    const found = regimeOf({ d: 2, A: [0.5, 0, 0, 0.5], W: [-0.5, 0, 0, -0.5], cov: [1, 0, 0, 0.5] }) as unknown as {
      verdict: string;
      rank: number;
      equilibrium: { cov: number[][] };
    };
    expect([found.verdict, found.rank]).toEqual(["low-rank-limit", 1]);
    expect(distanceMax(found.equilibrium.cov.flat(), [1, 0, 0, 0])).toBeLessThan(1e-13);
  });
});
