import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { renderSvg } from "../drawing/render-svg.js";
import type { FigureTable } from "./figure-table.js";
import { lineFamily } from "./line-family.js";

const document = parseHTML("<html></html>").document as unknown as Document;

const rows = [1, 2, 4, 8].flatMap((beta) =>
  ["none", "causal"].map((mask) => ({
    beta,
    mask,
    "level.share.mean": beta,
    "level.share.se": 0.1,
    "level.share.mean@0": 0,
    "level.share.se@0": 0,
    "level.share.mean@1": beta,
    "level.share.se@1": 0.1 * beta,
    "level.share.quantile-0.05@0": -1,
    "level.share.quantile-0.95@0": 1,
    "level.share.quantile-0.05@1": 0,
    "level.share.quantile-0.95@1": 10,
  })),
);
const table: FigureTable = { title: "sweep", columns: Object.keys(rows[0]!), rows };
const none: FigureTable = { ...table, rows: rows.filter(({ mask }) => mask === "none") };
const share = "level.share.mean";

/** Vertical ends of the filled areas. */
const areas = (svg: string): number => (svg.match(/fill-opacity="0.18"/g) ?? []).length;

describe("a line family", () => {
  it("draws one line for each value, named in the legend, and no band unasked", () => {
    const figure = lineFamily(none, { x: "t", value: share, by: "beta" });
    expect(figure.legend.map(({ label }) => label)).toEqual(["$β$", "1", "2", "4", "8"]);
    expect(new Set(figure.legend.slice(1).map(({ colour }) => colour)).size).toBe(4);
    const svg = renderSvg(figure, document);
    for (const { colour } of figure.legend.slice(1)) expect(svg).toContain(`stroke="${colour}"`);
    expect(areas(svg)).toBe(0);
  });

  it("writes plug-ins with their parameters in words", () => {
    const plugins = ['{"ngpt":{"alpha":0.5}}', "post-ln", '{"a":{"b":[1]}}'];
    const named: FigureTable = { ...table, columns: ["x", "y", "p"], rows: plugins.map((p) => ({ x: 1, y: 2, p })) };
    const { legend } = lineFamily(named, { x: "x", value: "y", by: "p" });
    expect(
      legend
        .slice(1)
        .map(({ label }) => label)
        .sort(),
    ).toEqual(["ngpt, alpha 0.5", "post-ln", '{"a":{"b":[1]}}']);
  });

  it("bands reach 1.96 standard errors, or from the least quantile to the greatest", () => {
    const errors = lineFamily(none, { x: "t", value: share, by: "beta", band: "se" });
    // The axis holds 8 + 1.96·0.8 = 9.568 and, with 5 % of air, less than 10.1; the quantiles reach 10.
    const top = (figure: typeof errors) => (figure.panels[0]!.options.y as { domain: number[] }).domain;
    expect(top(errors)[1]).toBeCloseTo(9.568 + 0.05 * 9.568, 10);
    expect(areas(renderSvg(errors, document))).toBe(4);
    expect(errors.caption).toContain("1.96 standard errors");
    const quantiles = lineFamily(none, { x: "t", value: share, by: "beta", band: "quantiles" });
    expect(top(quantiles)[0]).toBeCloseTo(-1 - 0.05 * 11, 10);
    expect(top(quantiles)[1]).toBeCloseTo(10 + 0.05 * 11, 10);
    expect(quantiles.caption).toContain("quantiles 0.05 to 0.95");
  });

  it("takes a column across and facets with common axes", () => {
    const figure = lineFamily(table, { x: "beta", value: share, facet: "mask", band: "se" });
    expect(figure.panels.length).toBe(2);
    const [a, b] = figure.panels.map(({ options }) => options.y);
    expect(a).toEqual(b);
    const svg = renderSvg(figure, document);
    expect(svg).toContain("mask = causal");
    expect(svg).toContain("mask = none");
  });

  it("refuses several rows at one point, bands that are not there, columns that are not there", () => {
    expect(() => lineFamily(table, { x: "t", value: share, by: "beta" })).toThrow(/several at t = 0.*--facet/);
    expect(() => lineFamily(none, { x: "beta", value: "beta", band: "se" })).toThrow(/\.se/);
    expect(() => lineFamily(none, { x: "beta", value: "level.shar" })).toThrow(/no column "level.shar"/);
    expect(() => lineFamily(none, { x: "t", value: share, by: "bet" })).toThrow(/Did you mean "beta"/);
  });
});
