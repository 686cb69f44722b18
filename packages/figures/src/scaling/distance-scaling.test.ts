import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { renderSvg } from "../drawing/render-svg.js";
import { distanceScaling } from "./distance-scaling.js";

const fit = (x: readonly number[], p: number, at: number) => {
  const mean = x.map((value) => at * value ** p);
  const flat = (value: number) => x.map(() => value);
  return {
    mean,
    error: mean.map((value) => value / 20),
    slope: p,
    slopeError: 0.03,
    fitted: mean,
    fittedError: flat(0.05),
  };
};
const n = [32, 128, 512];
const L = [10, 20, 40];
const sizes = { "particles|mean-field": { wasserstein: { n, ...fit(n, -0.48, 2) } } };
const layers = { "layers|particles": { wasserstein: { L, ...fit(L, -1.02, 1) } } };
const document = parseHTML("<html></html>").document as unknown as Document;
const wordsOf = (svg: string): string => svg.replace(/<[^>]*>/g, "");

test("tokens and layers side by side, with their exponents and those of theory", () => {
  const figure = distanceScaling({ title: "x", sizes, layers, repeats: 8 });
  expect(figure.panels.length).toBe(2);
  expect(figure.panels.every(({ options }) => (options.x as { type: string }).type === "log")).toBe(true);
  expect(figure.legend.map(({ label }) => label)).toEqual(["particles to mean field", "layers to particles"]);
  const words = wordsOf(renderSvg(figure, document));
  for (const said of ["−0.48 ± 0.03", "−1.02 ± 0.03", "slope −1/2", "slope −1", "32", "512"])
    expect(words).toContain(said);
});

test("one of the two is a figure of one column", () => {
  expect(distanceScaling({ title: "x", layers, repeats: 8 }).width).toBe(336);
});

test("refuses to draw nothing", () => {
  expect(() => distanceScaling({ title: "x", sizes: {}, repeats: 8 })).toThrow("needs a distance");
});
