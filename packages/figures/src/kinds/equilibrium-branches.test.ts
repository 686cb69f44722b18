import { analyzeExperiment, experiment } from "@meanfield/core/experiment";
import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { renderSvg } from "../drawing/render-svg.js";
import type { AnalysisJson } from "../figure.js";
import { equilibriumBranches } from "./equilibrium-branches.js";

const bound = experiment({
  model: {
    attention: [{ softmax: { V: { scale: -1 } } }, { l2: { beta: 0.5, V: { scale: 4 } } }],
    feedforward: { affine: { W: { scale: -0.5 } } },
  },
  initial: { gaussian: { mean: [0], cov: [[0.5]] } },
  levels: { "gaussian-moments": {} },
  analyze: {
    equilibria: { starts: 16, continue: { path: "model.feedforward.affine.W.scale", range: [-1.5, 0.5], searches: 3 } },
  },
});
const analysis = analyzeExperiment(bound, { leaveOut: ["picture", "integrates"] }) as AnalysisJson;

describe("branches of equilibria", () => {
  const figure = equilibriumBranches.draw({ analysis });
  const svg = renderSvg(figure, parseHTML("<html><body></body></html>").document as unknown as Document);

  it("marks the fold and the exchange with σ = 0, and draws unstable pieces dashed", () => {
    expect(figure.legend.map(({ label }) => label)).toEqual(["stable", "unstable", "meets a higher rank", "fold"]);
    // σ = 0 below and above w = 0, the lower and the upper half of the other branch.
    const paths = [...svg.matchAll(/<path[^>]*stroke-width="(2|1\.3)"|<g[^>]*stroke-width="(2|1\.3)"[^>]*>/g)];
    expect(paths.map(([, a, b]) => a ?? b).sort()).toEqual(["1.3", "1.3", "2", "2"]);
  });

  it("draws branches whole, and cuts one that runs off to many times the others", () => {
    const drawn = (steep: number) => {
      const rising = Array.from({ length: 21 }, (_, k) => [k / 20, (k / 20) ** steep * 10 ** (steep - 1), 0]);
      const found = { continuation: { path: "beta", range: [0, 1] }, branches: [], picture: { branches: [rising] } };
      return equilibriumBranches.draw({ analysis: { equilibria: found as never } }).caption;
    };
    expect(drawn(1)).not.toContain("leave");
    expect(drawn(40)).toContain("leave");
  });

  it("names the parameter and applies only where branches were asked for", () => {
    expect(svg.replace(/<[^>]*>/g, "")).toContain("affine.W.scale");
    expect(equilibriumBranches.applies({ analysis: { equilibria: { verdict: "none" } } })).toBe(false);
    expect(() => equilibriumBranches.draw({})).toThrow("equilibria with continue");
  });
});
