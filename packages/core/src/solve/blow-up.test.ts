import { describe, expect, test } from "vitest";
import { symmetricEigen } from "../foundation/linear-algebra/index.js";
import { stream } from "../foundation/random/index.js";
import { dop853 } from "../methods/dop853/index.js";
import { tsit5 } from "../methods/tsit5/index.js";
import { findBlowUp, type Problem } from "./index.js";

const problem = (y0: readonly number[] | Float64Array, drift: Problem["drift"]): Problem => ({
  y0: Float64Array.from(y0),
  layout: {},
  drift,
});

interface Known {
  readonly problem: Problem;
  /** Blow-up time to 1e-13 relative, from a closed form. */
  readonly t: number;
  readonly exponent: number;
}

type Draw = (low: number, high: number) => number;

/** ẏ = y^p + a y: with w = y^{1−p}, ẇ = −(p−1)(1 + a w), so t* = log(1 + a w_0)/(a(p−1)). */
function power(draw: Draw): Known {
  const [p, a, y] = [draw(1.2, 4), draw(-0.6, 0.8), draw(1, 3)];
  const w = y ** (1 - p);
  return {
    problem: problem([y], (_t, state, out) => {
      out[0] = state[0]! ** p + a * state[0]!;
    }),
    t: Math.log1p(a * w) / (a * (p - 1)),
    exponent: p,
  };
}

/** σ̇ = 2wσ + 2kσ² next to a component that only decays. */
function riccati(draw: Draw): Known {
  const [w, k, sigma] = [draw(-0.5, 0.5), draw(0.7, 2), draw(0.8, 2)];
  return {
    problem: problem([sigma, 1], (_t, y, out) => {
      out[0] = 2 * w * y[0]! + 2 * k * y[0]! ** 2;
      out[1] = -y[1]!;
    }),
    t: Math.log1p(w / (k * sigma)) / (2 * w),
    exponent: 2,
  };
}

/** Σ̇ = ΣSΣ with Σ_0 = LLᵀ: Σ⁻¹ is linear in t, t* = 1/λ_max(LᵀSL). */
function matrixRiccati(draw: Draw): Known {
  const d = 3;
  const L = Float64Array.from({ length: d * d }, (_, k) => draw(-0.5, 0.5) + (k % (d + 1) === 0 ? 1 : 0));
  const S = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      S[i * d + j] = draw(-1, 1) + (i === j ? 0.8 : 0);
      S[j * d + i] = S[i * d + j]!;
    }
  }
  const times = (a: Float64Array, b: Float64Array, left: boolean, right: boolean) =>
    Float64Array.from({ length: d * d }, (_, e) => {
      const [i, j] = [Math.floor(e / d), e % d];
      let sum = 0;
      for (let k = 0; k < d; k++)
        sum += (left ? a[k * d + i]! : a[i * d + k]!) * (right ? b[j * d + k]! : b[k * d + j]!);
      return sum;
    });
  const inner = times(times(L, S, true, false), L, false, false);
  for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) inner[i * d + j] = inner[j * d + i]!;
  const values = symmetricEigen(inner, d).values;
  return {
    problem: problem(times(L, L, false, true), (_t, y, out) => {
      out.set(times(times(y, S, false, false), y, false, false));
    }),
    t: 1 / Math.max(...values),
    exponent: 2,
  };
}

/** ẏ = y²(1 + a sin(ωt))/…: y = 1/(1/y_0 − G(t)) with G = t + (a/ω)(1 − cos ωt), t* the root by Newton. */
function forced(draw: Draw): Known {
  const [a, omega, y] = [draw(-0.5, 0.5), draw(1, 6), draw(0.8, 2)];
  let t = 1 / y;
  for (let k = 0; k < 60; k++) {
    t -= (t + (a / omega) * (1 - Math.cos(omega * t)) - 1 / y) / (1 + a * Math.sin(omega * t));
  }
  return {
    problem: problem([y], (time, state, out) => {
      out[0] = state[0]! ** 2 * (1 + a * Math.sin(omega * time));
    }),
    t,
    exponent: 2,
  };
}

describe("blow-up in 200 random systems", () => {
  test.each([
    ["power laws with a linear term", power],
    ["scalar Riccati", riccati],
    ["matrix Riccati", matrixRiccati],
    ["time-dependent", forced],
  ] as const)("%s: inside tError, and the exponent", (name, make) => {
    const numbers = stream({ seed: 5, purpose: `blow-up ${name}` });
    const draw: Draw = (low, high) => low + (high - low) * numbers.uniform();
    let found = 0;
    for (let k = 0; found < 50; k++) {
      expect(k).toBeLessThan(500);
      const { problem: flow, t, exponent } = make(draw);
      if (!(t > 0 && t < 20)) continue;
      found++;
      const verdict = findBlowUp(flow, dop853.bind({}), { span: [0, 40] });
      expect(verdict.kind).toBe("blow-up");
      if (verdict.kind !== "blow-up") continue;
      // The reference itself is good to 1e-13.
      expect(Math.abs(verdict.t - t)).toBeLessThan(verdict.tError + 1e-13 * t);
      // A bound that says something: at tolerance 1e-10 a few hundred times that at most.
      expect(verdict.tError).toBeLessThan(1e-8 * Math.max(1, t));
      // Central differences with 10⁻³ of the gap: 10⁻⁶; the linear term leaves 10⁻⁷.
      expect(Math.abs(verdict.exponent - exponent)).toBeLessThan(1e-5);
    }
  });
});

test.each([
  [tsit5, 1e-4],
  [tsit5, 1e-7],
  [dop853, 1e-6],
] as const)("tError holds for other methods and tolerances", (method, rtol) => {
  const numbers = stream({ seed: 6, purpose: "blow-up tolerances" });
  const draw: Draw = (low, high) => low + (high - low) * numbers.uniform();
  for (let k = 0; k < 60; k++) {
    const { problem: flow, t } = [power, riccati, matrixRiccati, forced][k % 4]!(draw);
    if (!(t > 0 && t < 20)) continue;
    const verdict = findBlowUp(flow, method.bind({}), { span: [0, 40], rtol });
    expect(verdict.kind).toBe("blow-up");
    if (verdict.kind !== "blow-up") continue;
    expect(Math.abs(verdict.t - t)).toBeLessThan(verdict.tError + 1e-13 * t);
    // A few hundred steps of the tolerance.
    expect(verdict.tError).toBeLessThan(300 * rtol * Math.max(1, t));
  }
});

describe("what is no blow-up", () => {
  const none = (flow: Problem, end: number, method = dop853.bind({})) => findBlowUp(flow, method, { span: [0, end] });

  test("exponential growth, slow, fast or late", () => {
    const growth = (rate: (t: number) => number) =>
      problem([1, 1], (t, y, out) => {
        out[0] = rate(t) * y[0]!;
        out[1] = -y[1]!;
      });
    expect(
      none(
        growth(() => 1),
        20,
      ).kind,
    ).toBe("none");
    expect(
      none(
        growth(() => 30),
        10,
        tsit5.bind({}),
      ).kind,
    ).toBe("none");
    // Quiet at first, then at a rate 10⁹ times the natural one: r is tiny but constant.
    const late = growth((t) => (t < 1 ? 0.01 : 1e9));
    expect(findBlowUp({ ...late, breakpoints: [1] }, dop853.bind({}), { span: [0, 1 + 2e-7] }).kind).toBe("none");
  });

  test("a blow-up after the span, and decay", () => {
    const square = (y: number) =>
      problem([y], (_t, state, out) => {
        out[0] = state[0]! ** 2;
      });
    expect(none(square(1), 0.999).kind).toBe("none");
    expect(none(square(-1), 50).kind).toBe("none");
    expect(none(square(0), 50).kind).toBe("none");
    expect(none(square(1), 1.001).kind).toBe("blow-up");
  });

  test("growth without a power law that leaves float64 is undecided", () => {
    // ẏ = y log² y = blow-up slower than every power: log y = 1/(1/log 3 − t).
    const verdict = none(
      problem([3], (_t, y, out) => {
        out[0] = y[0]! * Math.log(y[0]!) ** 2;
      }),
      2,
    );
    expect(verdict.kind).toBe("undecided");
    if (verdict.kind === "undecided") expect(verdict.t).toBeLessThan(1 / Math.log(3));
  });

  test("refuses a start that is not finite", () => {
    expect(() =>
      none(
        problem([Number.NaN], (_t, _y, out) => out.fill(1)),
        1,
      ),
    ).toThrow("findBlowUp");
  });
});
