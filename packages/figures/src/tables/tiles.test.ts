import { describe, expect, it } from "vitest";
import { rulerOf, tilesOf } from "./tiles.js";

const span = (ruler: ReturnType<typeof rulerOf>, value: number, level = 0) => ruler.span(value, level);

describe("the places of a map", () => {
  it("go half-way to the next value; on a log axis half-way in the logarithm", () => {
    const plain = rulerOf([4, 1, 2]);
    expect([1, 2, 4].map((value) => span(plain, value))).toEqual([
      [0.5, 1.5],
      [1.5, 3],
      [3, 5],
    ]);
    expect(plain.axis.domain).toEqual([0.5, 5]);
    const log = rulerOf([1, 100, 10000]);
    // exp(log 1e3) is 1e3 to rounding.
    expect(span(log, 100)[0]).toBeCloseTo(10, 12);
    expect(log.axis.domain[1]).toBeCloseTo(1e5, 7);
    expect(Math.max(...log.axis.ticks)).toBeLessThanOrEqual(log.axis.domain[1]);
  });

  it("reach half a step of their own level where a grid was refined", () => {
    const ruler = rulerOf([], { values: [0, 1, 2], log: false });
    expect([0, 1, 0.5, 1.25, 1.375].map((value) => ruler.level(value))).toEqual([0, 0, 1, 2, 3]);
    expect(span(ruler, 1.25, 2)).toEqual([1.125, 1.375]);
    expect(ruler.axis.domain).toEqual([0, 2]);
    const log = rulerOf([], { values: [1, 4, 16], log: true });
    expect([1, 2, Math.sqrt(2), 8].map((value) => log.level(value))).toEqual([0, 1, 2, 1]);
  });

  it("cover a refined square with the point that is nearest", () => {
    // The unit square cut once, its lower left quarter once more; the painter's last tile wins.
    const cut = (x: number, y: number, side: number) =>
      [0, side / 2, side].flatMap((dx) => [0, side / 2, side].map((dy) => `${x + dx} ${y + dy}`));
    const places = [...new Set([...cut(0, 0, 1), ...cut(0, 0, 0.5)])].map((text) => {
      const [x, y] = text.split(" ").map(Number);
      return { x: x!, y: y! };
    });
    const ruler = rulerOf([], { values: [0, 1], log: false });
    const tiles = tilesOf(places, ruler, ruler);
    for (let k = 0; k < 400; k++) {
      // Halton points: none on a border.
      const [u, v] = [(k * 0.618033988749895 + 0.013) % 1, (k * 0.754877666246693 + 0.017) % 1];
      const seen = tiles.findLast(({ x1, x2, y1, y2 }) => x1 < u && u < x2 && y1 < v && v < y2)!.cell;
      const away = ({ x, y }: { x: number; y: number }) => Math.max(Math.abs(x - u), Math.abs(y - v));
      const least = Math.min(...places.map(away));
      // Where a fine square meets a coarse one the tile of the fine point reaches only half its own step.
      expect(away(seen)).toBeLessThanOrEqual(Math.max(least, u < 0.5 && v < 0.5 ? 0.125 : 0.25) + 1e-12);
    }
  });
});
