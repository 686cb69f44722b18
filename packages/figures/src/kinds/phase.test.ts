import { analyzeExperiment, experiment } from "@meanfield/core/experiment";
import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { blowUpRun } from "../../test/fixtures.js";
import { renderSvg } from "../drawing/render-svg.js";
import type { AnalysisJson, Figure } from "../figure.js";
import { experimentPart } from "../report/experiment-part.js";
import { phaseLine } from "./phase-line.js";
import { phasePlane } from "./phase-plane.js";

const fresh = (): Document => parseHTML("<html><body></body></html>").document as unknown as Document;
const svgOf = (figure: Figure): string => renderSvg(figure, fresh());
const plain = (svg: string): string => svg.replace(/<[^>]*>/g, "");

function analysisOf(Q: number[][], W: number[][], cov: number[][], span = [0, 1]): AnalysisJson {
  const bound = experiment({
    model: { attention: { softmax: { Q } }, feedforward: { affine: { W } } },
    initial: { gaussian: { mean: Q.map(() => 0), cov } },
    levels: { "gaussian-moments": {} },
    solve: { span },
  });
  return analyzeExperiment(bound) as AnalysisJson;
}

describe("on the line", () => {
  const analysis = analysisOf([[0.8]], [[-0.5]], [[1]]);
  const figure = phaseLine.draw({ analysis });

  it("names the equilibria with their stability and the start; a stable one is filled, an unstable one open", () => {
    const svg = svgOf(figure);
    for (const part of ["0, stable", "σ∗ = 0.625, unstable", "σ0", "variance σ", "drift dσ/dt"])
      expect(plain(svg)).toContain(part);
    const dots = [...svg.matchAll(/<g[^>]*fill="([^"]+)"[^>]*><circle[^>]*cx="([\d.]+)"/g)];
    expect(dots.map((match) => match[1])).toEqual(["#0072B2", "#ffffff"]);
    expect(Number(dots[0]![2])).toBeLessThan(Number(dots[1]![2]));
  });

  it("labels of neighbouring equilibria stand on different sides of the zero line", () => {
    const groups = [...svgOf(figure).matchAll(/<g transform="translate\(7,([-\d.]+)\)"[^>]*><text.*?<\/text>/g)];
    const heights = ["0, stable", "unstable"].map((label) => {
      return Number(groups.find(([group]) => plain(group).includes(label))![1]);
    });
    expect(Math.abs(heights[0]! - heights[1]!)).toBeGreaterThan(15);
  });
});

describe("in the plane", () => {
  const diagonal = (a: number, b: number) => [
    [a, 0],
    [0, b],
  ];
  const analysis = analysisOf(diagonal(-0.6, -0.5), diagonal(0.5, 0.4), diagonal(2, 0.6), [0, 6]);
  const figure = phasePlane.draw({ analysis });

  it("draws 144 arrows, nine trajectories and the equilibrium of the regime", () => {
    const svg = svgOf(figure);
    expect(svg.match(/<path[^>]*stroke-width="0.8"|<path /g)!.length).toBeGreaterThan(144);
    expect(figure.legend.map(({ label }) => label)).toEqual(["from $Σ_0$", "from other starts"]);
    for (const part of ["eigenvalue λ1", "eigenvalue λ2", "Σ∗"]) expect(plain(svg)).toContain(part);
    expect(figure.caption).toContain("the flow stays among them");
    expect(figure.caption).toContain("the ring is the equilibrium");
  });

  it("says when trajectories leave the plane or the frame, and draws no ring without a limit", () => {
    const other = analysisOf(
      [
        [0.5, 0.4],
        [-0.1, 0.3],
      ],
      diagonal(0.1, 0),
      [
        [1, 0.2],
        [0.2, 0.5],
      ],
      [0, 3],
    );
    const { caption } = phasePlane.draw({ analysis: other });
    expect(caption).toContain("the flow turns the eigenvectors");
    expect(caption).toMatch(/\d of 9 trajectories leave the frame/);
    expect(caption).not.toContain("ring");
  });

  it("stands in the report; the report's table holds its verdict and not its numbers", () => {
    const { html } = experimentPart({ title: "a", run: blowUpRun(2), analysis, document: fresh() });
    expect(html).toContain("Phase portrait of the eigenvalues");
    expect(plain(html)).toContain("phase portrait");
    expect(plain(html)).not.toContain("picture");
  });

  it("each needs its own dimension", () => {
    expect(phaseLine.applies({ analysis })).toBe(false);
    expect(phasePlane.applies({ analysis: analysisOf([[1]], [[0]], [[1]]) })).toBe(false);
  });
});
