import { describe, expect, it } from "vitest";
import { labelOf, shortLabelOf } from "./column-label.js";

describe("what stands for a column", () => {
  it.each([
    ["model.attention.softmax.beta", "$β$"],
    ["model.attention.softmax.beta.log-n", "$γ$"],
    ["model.attention.softmax.Q.random", "$Q$"],
    ["model.attention.softmax.V.scale", "scale of $V$"],
    ["model.noise.common-field.sigmaW", "$σ_W$"],
    ["model.mask", "mask"],
    ["initial.gaussian.cov.diagonal.0", "$Σ_{11}(0)$"],
    ["initial.gaussian.cov.0.1", "$Σ_{12}(0)$"],
    ["initial.gaussian.cov.scale", "scale of $Σ(0)$"],
    ["initial.gaussian.mean.1", "$m_{2}(0)$"],
    ["initial.gaussian.n", "$n$"],
    ["solve.span.1", "final depth $T$"],
    ["solve.steps.fixed.dt", "$Δt$"],
    ["levels.layers.L", "layers $L$"],
    ["analysis.regime.verdict", "regime"],
    ["analysis.regime.tStar", "$t^*$"],
    ["analysis.regime.blowUpMargin", "margin of blow-up"],
    ["analysis.landscape.optimalityGap", "optimality gap"],
    ["analysis.alignment.t", "alignment $t$"],
    ["$work", "work"],
    ["$n", "$n$"],
    ["seed", "seed"],
    ["particles.mean-overlap", "mean overlap, particles"],
    ["layers.overlap-fraction.mean", "mean of overlap fraction, layers"],
    ["layers.overlap-fraction.quantile-0.05@1.5", "quantile 0.05 of overlap fraction, layers, $t$ = 1.5"],
    ["gaussian-moments.outcome.t", "outcome t, Gaussian moments"],
    ["particles|gaussian-moments.bures-wasserstein", "Bures Wasserstein, particles to Gaussian moments"],
    ["t", "depth $t$"],
  ])("%s: %s", (column, label) => {
    expect(labelOf(column)).toBe(label);
  });

  it("is shorter without level and depth where there is one", () => {
    expect(shortLabelOf("layers.overlap-fraction.mean@1.5")).toBe("mean of overlap fraction");
    expect(shortLabelOf("layers.trace", { "layers.trace": "tr" })).toBe("tr");
    expect(shortLabelOf("model.attention.softmax.beta")).toBe("$β$");
    expect(shortLabelOf("a|b.mmd")).toBe("MMD, a to b");
  });

  it("is the user's own where there is one", () => {
    expect(labelOf("seed", { seed: "network" })).toBe("network");
    expect(labelOf("constructor")).toBe("constructor");
  });
});
