import { analyzeExperiment, experiment } from "@meanfield/core/experiment";
import { parseHTML } from "linkedom";
import { expect, it } from "vitest";
import { renderSvg } from "../drawing/render-svg.js";
import type { AnalysisJson } from "../figure.js";
import { contextProfile } from "./context-profile.js";

function sourceAt(mask: object | string, depth: number) {
  const bound = experiment({
    model: { attention: { softmax: { beta: 2 } }, mask, geometry: "sphere" },
    initial: { "uniform-sphere": { d: 2, n: 8 } },
    levels: { particles: {} },
    solve: { span: [0, depth] },
  });
  return { analysis: analyzeExperiment(bound) as AnalysisJson };
}

const svgOf = (source: ReturnType<typeof sourceAt>) =>
  renderSvg(contextProfile.draw(source), parseHTML("<html></html>").document as unknown as Document);

it("marks the least position of a u-shaped profile, and none where the profile falls to the end", () => {
  const early = sourceAt({ alibi: { rate: 1 } }, 1.4);
  expect(contextProfile.applies(early)).toBe(true);
  expect(svgOf(early)).toContain("least at");
  expect(contextProfile.draw(early).caption).toContain("u-shaped");
  // t_crit = .60072·βI_0(β) = 2.739.
  const late = sourceAt({ alibi: { rate: 1 } }, 3.5);
  expect(svgOf(late)).not.toContain("least at");
  expect(contextProfile.draw(late).caption).toContain("2.74");
});

it("applies to models with that analysis only", () => {
  expect(contextProfile.applies(sourceAt("none", 1))).toBe(false);
});
