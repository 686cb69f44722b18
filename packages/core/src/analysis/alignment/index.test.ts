import { describe, expect, test } from "vitest";
import { analyzeExperiment, experiment, runExperiment } from "../../experiment/index.js";

interface Answer {
  readonly verdict: string;
  readonly t?: number;
  readonly tError?: number;
}

const spec = (n: number, attention: object | string, more: object = {}) => ({
  model: { attention, geometry: "sphere", ...more },
  initial: { equiangular: { d: n, n, overlap: 0 } },
  levels: { equiangular: {} },
});

/** The law's own tokens play no part: n alone does. */
function alignment(n: number, attention: object | string, more: object = {}): Answer | undefined {
  const initial = { "uniform-sphere": { d: 3, n } };
  const bound = experiment({ ...spec(n, attention, more), initial, levels: { particles: {} } });
  return analyzeExperiment(bound)["alignment"] as Answer | undefined;
}

describe("alignment", () => {
  // theory.md §3 prints four decimals, three for the last.
  test.each([
    [0, 5.1863, 5e-5],
    [1, 5.2703, 5e-5],
    [2, 5.4584, 5e-5],
    [4, 6.9535, 5e-5],
    [6, 15.9953, 5e-5],
    [9, 178.731, 5e-4],
  ])("32 tokens under softmax at β = %f: t = %f", (beta, t, printed) => {
    expect(Math.abs(alignment(32, { softmax: { beta } })!.t! - t)).toBeLessThan(printed);
  });

  test("the common weight at β = 0 leaves a logarithm", () => {
    // g = 1/n: t = ½ log(1000(1 + .999(n − 1))), rounding of 2·64·16 positive terms.
    for (const n of [2, 32, 1000]) {
      const exact = 0.5 * Math.log((1 + 0.999 * (n - 1)) / (1 - 0.999));
      expect(Math.abs(alignment(n, { softmax: { beta: 0 } })!.t! / exact - 1)).toBeLessThan(1e-13);
    }
  });

  test.each([
    ["softmax", { softmax: { beta: 3 } }],
    ["unnormalised", { unnormalised: { beta: 1 } }],
    ["sigmoid", { sigmoid: { beta: 2, bias: -1 } }],
    ["two heads", { softmax: { heads: [{ beta: 1 }, { beta: 5, V: { scale: 0.5 } }] } }],
  ])("%s: the flow of the reduction is at .999 then", (_name, attention) => {
    const { t, tError } = alignment(8, attention)!;
    const document = {
      ...spec(8, attention),
      solve: { span: [0, t], method: "dop853", steps: { adaptive: { rtol: 1e-12, atol: 1e-14 } } },
      observe: { "mean-overlap": { at: [t] } },
    };
    const { value } = runExperiment(experiment(document)).levels["equiangular"]!.series["mean-overlap"]!;
    // ρ̇ ≈ 2·.001 at .999: the flow's 1e-12 and the overlap's rounding, some 1e-15, are far below.
    expect(Math.abs(value.data[0]! - 0.999)).toBeLessThan(1e-11);
    expect(tError!).toBeLessThan(1e-11 * t!);
  });

  test.each([
    [10_000, 10],
    [3, 100],
  ])("n = %i, β = %f keep their error small", (n, beta) => {
    const { t, tError } = alignment(n, { softmax: { beta } })!;
    expect(tError! / t!).toBeLessThan(1e-12);
  });

  test("repelling tokens, orthogonal tokens at rest and times beyond float64 are told apart", () => {
    expect(alignment(4, "softmax", { sign: "repel" })).toMatchObject({ verdict: "does not align" });
    expect(alignment(4, "linear")).toMatchObject({ verdict: "does not align" });
    const slow = alignment(4, { softmax: { beta: 800 } })!;
    expect(slow.verdict).toBe("slower than float64 holds");
    expect(slow.t).toBeUndefined();
  });

  test("does not apply under a mask, a schedule or a normalisation", () => {
    expect(alignment(4, "softmax", { mask: "causal" })).toBeUndefined();
    const beta = { piecewise: [{ until: 0.5, value: 1 }, { value: 2 }] };
    expect(alignment(4, { softmax: { beta } })).toBeUndefined();
  });
});
