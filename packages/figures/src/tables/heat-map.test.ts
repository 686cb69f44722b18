import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { renderSvg } from "../drawing/render-svg.js";
import { ramp, ribbonFill } from "../drawing/style.js";
import type { FigureTable } from "./figure-table.js";
import { heatMap } from "./heat-map.js";

const rows = [1, 2, 4].flatMap((beta) =>
  [0, 10].map((n) => ({
    beta,
    n,
    "level.share@0": 0,
    "level.share@0.5": beta / 8,
    "level.share@2": n === 0 ? null : 1,
    share: beta * (n + 1),
    word: "x",
    "theory.t": 2 / beta,
  })),
);
const table: FigureTable = { title: "sweep", columns: Object.keys(rows[0]!), rows };

const document = parseHTML("<html></html>").document as unknown as Document;
const fillsOf = (svg: string): string[] =>
  [...svg.matchAll(/<rect[^>]*fill="(#[0-9A-Fa-f]{6})"/g)].map((match) => match[1]!.toLowerCase());

describe("a heat map", () => {
  it("draws one cell for each row, as dark as its value", () => {
    const figure = heatMap(table, { x: "beta", y: "n", value: "share" });
    const fills = fillsOf(renderSvg(figure, document));
    const expected = rows.map(({ share }) => ramp((share - 1) / (44 - 1)));
    for (const colour of expected) expect(fills).toContain(colour.toLowerCase());
    expect(figure.legend.map(({ label }) => label)).toEqual(["share", "1", "11.8", "22.5", "33.3", "44"]);
    expect(figure.caption).toContain("6 places");
  });

  it("takes the depths of records as an axis, leaves out nothing that is missing, and draws theory", () => {
    const one = { ...table, rows: rows.filter(({ n }) => n === 0) };
    const figure = heatMap(one, { x: "beta", y: "t", value: "level.share", boundaries: ["theory.t"] });
    const svg = renderSvg(figure, document);
    expect(fillsOf(svg).filter((fill) => fill === ribbonFill.toLowerCase()).length).toBeGreaterThanOrEqual(3);
    expect(figure.legend.map(({ label }) => label)).toEqual([
      "share, level",
      "0",
      "0.125",
      "0.25",
      "0.375",
      "0.5",
      "no value",
      "t, theory",
    ]);
    expect(svg).toContain("#D55E00");
  });

  it("gives each value of a facet a panel, all in one scale of colours", () => {
    const labels = { beta: "$β$", n: "tokens" };
    const figure = heatMap(table, { x: "beta", y: "t", value: "level.share", facet: "n", labels });
    expect(figure.panels.length).toBe(2);
    const svg = renderSvg(figure, document);
    expect(svg).toContain("tokens = 10");
    // 1 at n = 10 only: the panel of n = 0 must not stretch its .5 to the darkest.
    expect(fillsOf(svg).filter((fill) => fill === ramp(1).toLowerCase()).length).toBe(1 + 3);
    expect(fillsOf(svg)).toContain(ramp(0.5).toLowerCase());
  });

  it("outlines the swatches of its legend: the palest is white", () => {
    const svg = renderSvg(heatMap(table, { x: "beta", y: "n", value: "share" }), document);
    expect(svg.match(/<rect [^>]*width="21"[^>]*stroke="#767676"/g)?.length).toBe(5);
  });

  it("refuses columns that are not there or hold no numbers, and several rows at one place", () => {
    expect(() => heatMap(table, { x: "beta", y: "n", value: "shar" })).toThrow(
      /no column "shar".*Did you mean "share"/,
    );
    expect(() => heatMap(table, { x: "beta", y: "t", value: "share" })).toThrow(/no column "share@<t>"/);
    expect(() => heatMap(table, { x: "t", y: "n", value: "level.share" })).toThrow(/depths .* upwards.*Write --y t/);
    expect(() => heatMap(table, { x: "beta", y: "n", value: "shares" })).toThrow(/level\.share@<t>, share/);
    expect(() => heatMap(table, { x: "beta", y: "n", value: "word" })).toThrow(/must hold numbers, got "x"/);
    expect(() => heatMap(table, { x: "beta", y: "t", value: "level.share" })).toThrow(
      /several at beta = 1, t = 0.*--where/,
    );
  });
});
