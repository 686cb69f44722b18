import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { renderSvg } from "../drawing/render-svg.js";
import { ramp, ribbonFill } from "../drawing/style.js";
import type { FigureTable } from "./figure-table.js";
import { parallelCoordinates } from "./parallel-coordinates.js";

const document = parseHTML("<html></html>").document as unknown as Document;
const rows = [
  { beta: 1, verdict: "bounded", t: 3 },
  { beta: 2, verdict: "blow-up", t: 5 },
  { beta: 3, verdict: "decays", t: null },
];
const table: FigureTable = { title: "sweep", columns: ["beta", "verdict", "t"], rows };

describe("parallel coordinates", () => {
  it("draws a segment between neighbouring axes, none beside a missing value, as dark as the value", () => {
    const figure = parallelCoordinates(table, { columns: ["beta", "verdict", "t"], value: "beta" });
    const svg = renderSvg(figure, document);
    // The palest and the darkest also stand in the legend.
    const drawn = (colour: string) => svg.split(`stroke="${colour}"`).length - 1;
    expect([drawn(ramp(0.25)), drawn(ramp(0.625)), drawn(ramp(1))]).toEqual([2 + 1, 2 + 1, 1 + 1]);
    for (const word of ["bounded", "blow-up", "decays"]) expect(svg).toContain(`>${word}<`);
    expect(figure.caption).toContain("3 rows");
    expect(figure.legend.map(({ label }) => label)).not.toContain("no value");
  });

  it("draws rows without the value palest, below all others, and says so", () => {
    const figure = parallelCoordinates({ ...table, source: "3 cells" }, { columns: ["beta", "verdict"], value: "t" });
    const strokes = [...renderSvg(figure, document).matchAll(/<path[^>]*stroke="(#[0-9A-Fa-f]{6})"/g)].map((m) => m[1]);
    // Keys of the legend first: three shades and none; then the rows.
    expect(strokes.slice(3, 7)).toEqual([ribbonFill, ribbonFill, ramp(0.25), ramp(1)]);
    expect(figure.legend.at(-1)!.label).toBe("no value");
    expect(figure.caption).toMatch(/; 3 cells\.$/);
  });

  it("refuses a single column, an unknown one, and a value that is no number", () => {
    expect(() => parallelCoordinates(table, { columns: ["beta"] })).toThrow(/at least two columns/);
    expect(() => parallelCoordinates(table, { columns: ["beta", "verdic"] })).toThrow(/Did you mean "verdict"/);
    expect(() => parallelCoordinates(table, { columns: ["beta", "verdict"] })).toThrow(/at least one number/);
  });
});
