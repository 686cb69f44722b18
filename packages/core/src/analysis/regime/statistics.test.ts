import { expect, test } from "vitest";
import { experiment } from "../../experiment/index.js";
import { blowUpMargin, boundaryOf, regime, regimeStatistics, regimeSummary, type Verdict } from "./index.js";

function cell(beta: number, w: number, variance = 1) {
  const { model, initial } = experiment({
    model: { attention: { softmax: { beta } }, feedforward: { affine: { W: { scale: w } } } },
    initial: { gaussian: { mean: [0, 0], cov: { diagonal: [variance, variance / 2] } } },
    levels: { "gaussian-moments": {} },
  });
  return { model, initial, span: [0, 1] as const };
}

test("the margin's sign is the verdict's, and its zero the closed form's boundary β σ_0 = −w", () => {
  for (const w of [-2, -1, -0.5, 0]) {
    for (const beta of [0.3, 0.9, 1.7, 2.5]) {
      const context = cell(beta, w);
      const margin = blowUpMargin(context.model, context.initial)!;
      expect((regime.analyze(context) as unknown as Verdict).verdict === "blow-up").toBe(margin > 0);
    }
  }
  const points = boundaryOf(
    (w, beta) => {
      const { model, initial } = cell(beta, w, 2);
      return blowUpMargin(model, initial);
    },
    [-2, -1, -0.5],
    [0.1, 0.4, 0.7, 1.3],
  );
  // −1 + βσ_0/|w| = 0 at σ_0 = 2.
  expect(points.map(({ x }) => x)).toEqual([-2, -1, -0.5]);
  for (const { x, y } of points) expect(Math.abs(y + x / 2)).toBeLessThan(1e-14);
});

test("theory without a number has no margin", () => {
  const { model, initial } = cell(1, 0.5);
  expect(blowUpMargin(model, initial)).toBeUndefined();
});

test("statistics of an ensemble: W = 0 and Q goe of size 2 escapes with probability 1 − P(Q ≺ 0)", () => {
  const cells = Array.from({ length: 300 }, (_, k) => {
    const { model, initial } = experiment({
      model: { attention: { softmax: { Q: { random: "goe", seed: k } } } },
      initial: { gaussian: { mean: [0, 0] } },
      levels: { "gaussian-moments": {} },
    });
    return regimeSummary(regime.analyze({ model, initial, span: [0, 1] }) as unknown as Verdict);
  });
  const found = regimeStatistics(cells, { confidence: 0.999 });
  const { frequencies, ranks, tStar, trials } = found;
  expect([trials, frequencies.undecided!.count]).toEqual([300, 0]);
  // Both eigenvalues of a 2×2 GOE matrix are negative with probability (2 − √2)/4 = .1464.
  expect(frequencies.decays!.low).toBeLessThan((2 - Math.SQRT2) / 4);
  expect(frequencies.decays!.high).toBeGreaterThan((2 - Math.SQRT2) / 4);
  expect(frequencies["blow-up"]!.count + frequencies.decays!.count).toBe(300);
  expect(ranks[1]!.count).toBe(frequencies["blow-up"]!.count);
  expect(tStar!.histogram.counts.reduce((a, b) => a + b, 0)).toBe(frequencies["blow-up"]!.count);
  expect(tStar!.low).toBeLessThan(tStar!.median);
});

test("heads of rank one by `rows`, at Xavier scale", () => {
  const { model } = experiment({
    model: {
      attention: {
        softmax: {
          Q: { random: "ginibre", rows: 1, scale: "xavier", seed: 1 },
          K: { random: "ginibre", rows: 1, scale: "xavier", seed: 2 },
        },
      },
    },
    initial: { gaussian: { mean: [0, 0, 0], cov: "identity" } },
    levels: { "gaussian-moments": {} },
  });
  const { A } = model.attention[0]!.riccati!(0)[0]!;
  // Every 2×2 minor of a rank-one matrix vanishes.
  expect(Math.abs(A[0]! * A[4]! - A[1]! * A[3]!)).toBeLessThan(1e-16);
  expect(Math.max(...A.map(Math.abs))).toBeGreaterThan(0);
});

test("no cells, no statistics", () => {
  expect(() => regimeStatistics([])).toThrow(/trials/);
});
