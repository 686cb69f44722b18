import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { renderSvg } from "../drawing/render-svg.js";
import { ribbonFill } from "../drawing/style.js";

import type { FigureTable } from "./figure-table.js";
import { rankBars, rankHistogram } from "./rank-histogram.js";
import { regimeMap } from "./regime-map.js";

const document = parseHTML("<html></html>").document as unknown as Document;
const plain = (svg: string): string => svg.replace(/<[^>]*>/g, "");
const fillsOf = (svg: string): string[] =>
  [...svg.matchAll(/<rect[^>]*fill="(#[0-9A-Fa-f]{6})"/g)].map((match) => match[1]!);

/** v in −1 … 1, w in −1 … −.2: blow-up where v + w > 0, by a margin that is not linear. */
const rows = [-1, -0.5, 0, 0.5, 1].flatMap((v) =>
  [-0.9, -0.7, -0.5, -0.3].map((w) => ({
    "model.V.scale": v,
    "model.W.scale": w,
    "analysis.regime.verdict": v + w > 0 ? "blow-up" : "decays",
    "analysis.regime.blowUpMargin": v <= 0 ? null : v / -w - 1,
    "analysis.regime.rank": v + w > 0 ? 1 : v < 0 ? 0 : null,
  })),
);
const table: FigureTable = { title: "sweep", columns: Object.keys(rows[0]!), rows };
const plane = { x: "model.V.scale", y: "model.W.scale" };

describe("a map of regimes", () => {
  const figure = regimeMap(table, plane);
  const svg = renderSvg(figure, document);

  it("has one cell for each row in the colour of its regime, which the legend names", () => {
    const of = Object.fromEntries(figure.legend.map(({ label, colour }) => [label, colour]));
    const expected = rows.map((row) => of[row["analysis.regime.verdict"]]!);
    // Background and the keys of the legend come first.
    expect(fillsOf(svg).slice(-rows.length)).toEqual(expected);
    expect(figure.legend.map(({ label }) => label)).toEqual(["decays", "blow-up", "margin of blow-up = 0"]);
    expect(figure.caption).toContain("20 places: 15 decays, 5 blow-up");
  });

  it("draws the zeros of the margin where both sides have one", () => {
    // Margins at v = .5 and 1 only: the line from (.5, −.5) to (.9, −.9) crosses the cells between them.
    const lines = [...svg.matchAll(/<path[^>]*d="M([\d.]+),([\d.]+)L([\d.]+),([\d.]+)"/g)];
    expect(lines.length).toBeGreaterThanOrEqual(2);
    expect(regimeMap(table, { ...plane, zero: "model.V.scale" }).caption).toContain("where scale of $V$ is 0");
    const bare = { ...table, columns: table.columns.filter((column) => !column.endsWith("Margin")) };
    expect(regimeMap(bare, plane).legend.map(({ label }) => label)).not.toContain("margin of blow-up = 0");
  });

  it("draws cells without a verdict grey and says so; refuses numbers and unknown columns", () => {
    const some = rows.map((row, i) => (i === 0 ? { ...row, "analysis.regime.verdict": null } : row));
    const drawn = regimeMap({ ...table, rows: some }, plane);
    expect(drawn.legend.map(({ label }) => label)).toContain("no verdict");
    expect(fillsOf(renderSvg(drawn, document))).toContain(ribbonFill);
    expect(() => regimeMap(table, { ...plane, verdict: "model.V.scale" })).toThrow(/must hold words/);
    expect(() => regimeMap(table, { ...plane, x: "model.v.scale" })).toThrow(/Did you mean "model.V.scale"/);
  });

  it("labels axes by the letters of the model", () => {
    for (const part of ["scale of V", "scale of W"]) expect(plain(svg)).toContain(part);
  });
});

describe("a histogram of ranks", () => {
  it("shares are of all rows, those without a rank too, with Wilson's interval", () => {
    const bars = rankBars(rows, "analysis.regime.rank");
    expect(bars.map(({ rank, count }) => [rank, count])).toEqual([
      [-1, 7],
      [0, 8],
      [1, 5],
    ]);
    expect(bars.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 15);
    for (const { share, low, high } of bars) expect(low < share && share < high).toBe(true);
    // SciPy 1.10: binomtest(8, 20).proportion_ci(method="wilson").
    expect(bars[1]!.low).toBeCloseTo(0.2188, 4);
    expect(bars[1]!.high).toBeCloseTo(0.61342, 4);
  });

  it("has a panel for each value of a column, counts on top, and a bar named none", () => {
    const figure = rankHistogram(table, { by: "model.W.scale" });
    expect(figure.panels.length).toBe(4);
    const text = plain(renderSvg(figure, document));
    for (const part of ["scale of W = −0.9", "none", "limiting rank", "share"]) expect(text).toContain(part);
    expect(figure.caption).toContain("over 20 models");
    const many = Array.from({ length: 10 }, (_, k) => ({ ...rows[0]!, k }));
    expect(() => rankHistogram({ title: "", columns: [...table.columns, "k"], rows: many }, { by: "k" })).toThrow(
      expect.objectContaining({ code: "out-of-range" }),
    );
  });
});
