import { describe, expect, it } from "vitest";
import { spread } from "./curves.js";
import { formatNumber, valueAxis } from "./scale.js";
import { ramp } from "./style.js";
import { markScripts, plainText, textRuns } from "./typeset.js";

describe("typesetting and axes", () => {
  it("single letters are italic, words upright, indices lowered", () => {
    expect(textRuns("depth $t_{max}$")).toEqual([
      { text: "depth ", font: "sans", shift: "none" },
      { text: "t", font: "math", shift: "none" },
      { text: "max", font: "symbol", shift: "sub" },
    ]);
    expect(plainText("$λ_1$ → −2")).toBe("λ1 → −2");
  });

  it("an odd number of $ is text, and < is escaped", () => {
    expect(plainText("costs 5$")).toBe("costs 5$");
    expect(textRuns("a<b").map((run) => run.font)).toEqual(["sans", "symbol", "sans"]);
  });

  it("labels keep their distance and their order", () => {
    const placed = spread([0, 1, 2, 50], 10);
    const sorted = [...placed].sort((a, b) => a - b);
    expect(placed).toEqual(sorted);
    // 1e-9: positions are sums of a few numbers of size 50.
    for (let i = 1; i < placed.length; i++) expect(placed[i]! - placed[i - 1]!).toBeGreaterThanOrEqual(10 - 1e-9);
    expect(placed[3]).toBe(50);
  });

  it("an axis goes through its own inverse, and has ticks inside its domain", () => {
    for (const values of [
      [1, 1e6],
      [-3, 5],
      [2, 2],
      [0.001, 0.0013],
      [0, 0],
      [4, 9],
    ]) {
      const axis = valueAxis(values, "auto");
      // 1e-12: one logarithm and one power, each correct to a few ulp.
      for (const value of values)
        expect(Math.abs(axis.value(axis.unit(value)) - value)).toBeLessThanOrEqual(
          1e-12 * Math.max(1, Math.abs(value)),
        );
      expect(axis.ticks.length).toBeGreaterThanOrEqual(2);
      for (const tick of axis.ticks) expect(tick >= axis.domain[0] && tick <= axis.domain[1]).toBe(true);
      expect(new Set(axis.ticks.map(axis.format)).size).toBe(axis.ticks.length);
    }
  });

  it("numbers are short", () => {
    expect(["0", "−1.5", "$10^{-6}$", "2.5$×10^{7}$"]).toEqual(
      [0, -1.5, 1e-6, 2.5e7].map((value) => formatNumber(value)),
    );
  });

  it("the ramp darkens steadily, so that it reads in grey", () => {
    const lightness = (colour: string): number =>
      [1, 3, 5].reduce((sum, i) => sum + Number.parseInt(colour.slice(i, i + 2), 16), 0);
    const steps = Array.from({ length: 21 }, (_, i) => lightness(ramp(i / 20)));
    for (let i = 1; i < steps.length; i++) expect(steps[i]!).toBeLessThan(steps[i - 1]!);
  });
});

describe("indices in plain text", () => {
  it("become mathematics; words with underscores and text with $ do not", () => {
    expect(markScripts("λ_max(Σ_0^½GΣ_0^½) of x_i")).toBe("$λ_{max}$($Σ_0^½$G$Σ_0^½$) of $x_i$");
    expect(markScripts("the file my_file.npz, $x_i$")).toBe("the file my_file.npz, $x_i$");
    expect(markScripts("a snake_case name")).toBe("a snake_case name");
  });
});
