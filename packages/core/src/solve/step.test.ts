import { describe, expect, test } from "vitest";
import { methodsCatalog } from "../methods/catalog.js";
import { fixed, solve } from "./index.js";

describe("a jump at the end of the span", () => {
  // ẏ = 1 before t = 1 and 500 from there on: y(1) = 1, whatever comes after the span.
  const problem = {
    y0: Float64Array.of(0),
    layout: { y: { offset: 0, shape: [1] } },
    breakpoints: [1],
    drift: (t: number, _y: Float64Array, out: Float64Array) => out.fill(t >= 1 ? 500 : 1),
  };

  test.each(methodsCatalog.map((plugin) => plugin.name))("%s does not see the piece after it", (name) => {
    const method = methodsCatalog.find((plugin) => plugin.name === name)!.bind({});
    const { yEnd } = solve(problem, method, { span: [0, 1], steps: fixed(0.1) });
    // Ten sums of a constant drift: rounding alone.
    expect(Math.abs(yEnd[0]! - 1)).toBeLessThan(1e-14);
  });
});
