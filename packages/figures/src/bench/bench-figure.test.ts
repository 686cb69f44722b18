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
  ratios: [
    { ...row("native", "f32", 2048, 3), threads: 2, over: "one thread", ratio: { median: 1.8, low: 1.7, high: 1.9 } },
    { ...row("native", "f32", 2048, 3), over: "numpy", ratio: { median: 40, low: 39, high: 41 } },
  ],
  peers: { numpy: "1.24", rows: [{ ...row("", "f64", 2048, 3), peer: "numpy" }] },
};

type Panel = ReturnType<typeof benchFigure>["panels"][number];

const drawn = ({ options }: Panel) =>
  (options.marks as { data?: unknown }[]).flatMap(({ data }) => (Array.isArray(data) ? data : []));
const titleOf = ({ options }: Panel) => JSON.stringify(options.marks).match(/\$[nd]\$ = \d+(, \$d\$ = \d+)?/)?.[0];

test("times and fractions over d at the n with most of them and over n at the d with most, and the speed of threads", () => {
  const figure = benchFigure(source);
  expect(figure.panels.map(titleOf)).toEqual(["$n$ = 2048", "$n$ = 2048", "$d$ = 3", "$d$ = 3", "$n$ = 2048, $d$ = 3"]);
  const [overD, fractions, overN, , threads] = figure.panels.map(drawn);
  // Two threads and ensembles are not drawn; bars reach from quartile to quartile, of a fraction the other way round.
  expect(overD).toContainEqual({ t: 64, value: 64 / 2048, low: 0.9 * (64 / 2048), high: 1.1 * (64 / 2048) });
  expect(overN).toContainEqual(expect.objectContaining({ t: 512, value: 3 / 512 }));
  const fraction = fractions!.find((point) => (point as { t?: number }).t === 64) as { low: number; high: number };
  expect(fraction.low).toBeCloseTo(0.5 / 1.1, 12);
  expect(fraction.high).toBeCloseTo(0.5 / 0.9, 12);
  expect(overN).not.toContainEqual(expect.objectContaining({ t: 32 }));
  expect(threads).toContainEqual({ t: 2, median: 1.8, low: 1.7, high: 1.9 });
  expect(threads).not.toContainEqual(expect.objectContaining({ median: 40 }));
  // Full use of every thread: the dotted line is value = t everywhere.
  const full = threads!.filter((point) => Object.hasOwn(Object(point), "value")) as { t: number; value: number }[];
  expect(full.length).toBeGreaterThan(2);
  expect(full.every(({ t, value }) => t === value)).toBe(true);
  expect(renderSvg(figure, document)).toContain("fraction of the roofline");
  expect(figure.legend.map(({ label, kind, open }) => [label, kind, open ?? false])).toEqual([
    ["native f32", "line", false],
    ["plain TypeScript f64", "line", false],
    ["NumPy f64", "marker", true],
  ]);
  expect(figure.caption).toContain("medians of 3 samples");
});

test("a curve that was measured with another n than its panel says with how many, in times and in fractions", () => {
  const svg = renderSvg(benchFigure(source), document);
  expect(svg.match(/= 256</g)).toHaveLength(2);
  const alike = { ...source, rows: source.rows.filter(({ backend }) => backend !== "reference") };
  expect(renderSvg(benchFigure(alike), document)).not.toMatch(/= 256</);
});

test("over n there are panels for the least and the greatest d at which three n were measured", () => {
  const more = [64, 512].flatMap((n) => [16, 64].map((d) => row("native", "f32", n, d)));
  const sizes = [...source.rows, ...more, row("native", "f32", 2048, 16)];
  const titles = benchFigure({ ...source, rows: sizes, ratios: [] }).panels.map(titleOf);
  expect(titles).toEqual(["$n$ = 2048", "$n$ = 2048", "$d$ = 3", "$d$ = 3", "$d$ = 64", "$d$ = 64"]);
});

test("without softmax on one thread there is nothing to draw", () => {
  expect(() => benchFigure({ ...source, rows: source.rows.slice(7) })).toThrow(
    /^bench figure: there must be rows of softmax on one thread/,
  );
});
