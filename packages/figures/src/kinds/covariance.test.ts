import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { blowUpRun, shortestRun } from "../../test/fixtures.js";
import { renderSvg } from "../drawing/render-svg.js";
import type { Figure } from "../figure.js";
import { covarianceEllipses, depthColour } from "./covariance-ellipses.js";
import { covarianceEllipsoids } from "./covariance-ellipsoids.js";
import { covarianceLevels, drawnReach, shownDepths } from "./covariance-states.js";

const fresh = (): Document => parseHTML("<html><body></body></html>").document as unknown as Document;
const svgOf = (figure: Figure): string => renderSvg(figure, fresh());
const plain = (svg: string): string => svg.replace(/<[^>]*>/g, "");
const shown = [depthColour(0, 2), depthColour(1, 2)];

describe("covariance of the levels", () => {
  it("is the saved one of moments and the empirical one of clouds", () => {
    const run = blowUpRun();
    const levels = covarianceLevels(run);
    expect(levels.map(({ name, cloud }) => [name, cloud])).toEqual([
      ["particles", true],
      ["layers", true],
      ["gaussian-moments", false],
    ]);
    const x = run.levels["particles"]!.states["x"]!.data;
    const n = 256;
    const mean = Array.from({ length: n }, (_, i) => x[2 * i]!).reduce((a, b) => a + b, 0) / n;
    const variance = Array.from({ length: n }, (_, i) => (x[2 * i]! - mean) ** 2).reduce((a, b) => a + b, 0) / n;
    // Sums of 256 terms in another order.
    expect(Math.abs(levels[0]!.states[0]!.cov[0]! - variance)).toBeLessThan(1e-12);
  });

  it("depths are evenly chosen, first and last among them; the reach is that of the clouds", () => {
    const states = Array.from({ length: 21 }, (_, k) => ({
      t: k / 20,
      mean: new Float64Array(1),
      cov: Float64Array.of(1 + k),
    }));
    const law = { name: "law", d: 1, cloud: false, states };
    expect(shownDepths([law], 5)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(drawnReach([law], [0, 1])).toBe(Math.sqrt(21));
    expect(
      drawnReach([{ ...law, states: [states[0]!, { ...states[1]!, cov: Float64Array.of(1e8) }] }], [0, 0.05]),
    ).toBe(6);
    const cloud = { ...law, cloud: true, states: states.slice(0, 4) };
    expect(drawnReach([law, cloud], [0, 0.15, 1])).toBe(2);
  });
});

describe("ellipses", () => {
  it("one outline for each level and depth, pale to dark, with the depths in the legend", () => {
    const figure = covarianceEllipses.draw({ run: blowUpRun() });
    expect(figure.legend.map(({ label }) => label)).toEqual(["$t$ = 0", "$t$ = 0.6"]);
    expect(figure.panels.length).toBe(3);
    const svg = svgOf(figure);
    for (const colour of shown) expect(svg.split(`stroke="${colour}"`).length - 1).toBeGreaterThanOrEqual(3);
    expect(plain(svg)).toContain("x1 − m1");
  });

  it("says where a law leaves the frame or has no state", () => {
    const run = blowUpRun();
    const moments = run.levels["gaussian-moments"]!;
    const cov = { shape: [2, 2, 2], data: Float64Array.of(1, 0, 0, 1, 1e8, 0, 0, 1) };
    const wide = {
      ...run,
      levels: { ...run.levels, "gaussian-moments": { ...moments, states: { ...moments.states, cov } } },
    };
    expect(covarianceEllipses.draw({ run: wide }).caption).toContain("Gaussian moments leaves the frame at one depth");
    const early = { ...moments, t: Float64Array.of(0, 0.5) };
    const short = { ...run, levels: { ...run.levels, "gaussian-moments": early } };
    expect(covarianceEllipses.draw({ run: short }).caption).toContain(
      "Gaussian moments has no state at the last depth",
    );
  });

  it("in four dimensions shows the widest plane; not drawn for one depth, one dimension or three", () => {
    expect(plain(svgOf(covarianceEllipses.draw({ run: blowUpRun(2) })))).not.toContain("principal");
    expect(covarianceEllipses.applies({ run: shortestRun() })).toBe(false);
    expect(covarianceEllipses.applies({ run: blowUpRun(3) })).toBe(false);
    expect(covarianceEllipsoids.applies({ run: blowUpRun(2) })).toBe(false);
  });
});

describe("ellipsoids", () => {
  it("levels down and depths across, each with its depth; shading uses many tones", () => {
    const figure = covarianceEllipsoids.draw({ run: blowUpRun(3) });
    expect(figure.panels.length).toBe(6);
    const svg = svgOf(figure);
    for (const part of ["particles, t = 0.6", "Gaussian moments, t = 0", "x3", "azimuth 35°"])
      expect(plain(svg)).toContain(part);
    expect(new Set([...svg.matchAll(/fill="(#[0-9a-f]{6})"/g)].map((match) => match[1])).size).toBeGreaterThan(20);
  });

  it("one scale for the levels at a depth", () => {
    const { panels } = covarianceEllipsoids.draw({ run: blowUpRun(3) });
    const domain = (i: number) => (panels[i]!.options.x as { domain: number[] }).domain;
    expect(domain(0)).toEqual(domain(2));
    expect(domain(1)).toEqual(domain(5));
    expect(domain(0)).not.toEqual(domain(1));
  });
});
