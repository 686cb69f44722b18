import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { renderSvg } from "../drawing/render-svg.js";
import { benchFigure } from "./bench-figure.js";
import type { BenchSource } from "./bench-source.js";

const document = parseHTML("<html></html>").document as unknown as Document;
const timing = (median: number) => ({ median, low: 0.9 * median, high: 1.1 * median });
const row = (backend: string, precision: string, n: number, d: number) => ({
  kernel: "softmax",
  backend,
  precision,
  n,
  d,
  threads: 1,
  cpuNsPerPair: timing(d / n),
  cpuRooflineFraction: 0.5,
});
const source: BenchSource = {
  machine: { cpu: "Difference Engine", cores: 2, node: "v20" },
  repeats: 3,
  rows: [
    ...[2, 3, 64].map((d) => row("native", "f32", 2048, d)),
    ...[64, 512].map((n) => row("native", "f32", n, 3)),
    ...[2, 3].map((d) => row("reference", "f64", 256, d)),
    { ...row("native", "f32", 2048, 3), threads: 2 },
    { ...row("native", "f32", 32, 3), kernel: "ensemble" },
  ],
  peers: { numpy: "1.24", rows: [{ ...row("", "f64", 2048, 3), peer: "numpy" }] },
};

test("four panels: times and fractions over d at the n with most of them, and over n at the d with most", () => {
  const figure = benchFigure(source);
  expect(figure.panels).toHaveLength(4);
  const drawn = (panel: number) =>
    (figure.panels[panel]!.options.marks as { data?: unknown }[]).flatMap(({ data }) =>
      Array.isArray(data) ? data : [],
    );
  // Two threads and ensembles are not drawn; bars reach from quartile to quartile, of a fraction the other way round.
  expect(drawn(0)).toContainEqual({ t: 64, value: 64 / 2048, low: 0.9 * (64 / 2048), high: 1.1 * (64 / 2048) });
  expect(drawn(1)).toContainEqual(expect.objectContaining({ t: 512, value: 3 / 512 }));
  const fraction = drawn(2).find((point) => (point as { t?: number }).t === 64) as { low: number; high: number };
  expect(fraction.low).toBeCloseTo(0.5 / 1.1, 12);
  expect(fraction.high).toBeCloseTo(0.5 / 0.9, 12);
  expect(drawn(3)).not.toContainEqual(expect.objectContaining({ t: 32 }));
  expect(renderSvg(figure, document)).toContain("fraction of the roofline");
  expect(figure.legend.map(({ label, kind, open }) => [label, kind, open ?? false])).toEqual([
    ["native f32", "line", false],
    ["plain TypeScript f64", "line", false],
    ["NumPy f64", "marker", true],
  ]);
  expect(figure.caption).toContain("plain TypeScript f64 at $n$ = 256");
  expect(figure.caption).toContain("medians of 3 samples");
  const titles = figure.panels.map(({ options }) => JSON.stringify(options.marks).match(/\$[nd]\$ = \d+/)?.[0]);
  expect(titles).toEqual(["$n$ = 2048", "$d$ = 3", "$n$ = 2048", "$d$ = 3"]);
});

test("without softmax on one thread there is nothing to draw", () => {
  expect(() => benchFigure({ ...source, rows: source.rows.slice(7) })).toThrow(
    /^bench figure: there must be rows of softmax on one thread/,
  );
});
