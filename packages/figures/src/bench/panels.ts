import * as Plot from "@observablehq/plot";
import { panelOptions } from "../drawing/axes.js";
import { curveMarks } from "../drawing/curves.js";
import { type Axis, valueAxis } from "../drawing/scale.js";
import { faint, fontSize, pageWidth } from "../drawing/style.js";
import type { BenchPoint, BenchSourceRatio } from "./bench-source.js";
import { grouped, placeOf, type Series, styleOf } from "./series.js";

type Size = "n" | "d";

const otherOf = (size: Size): Size => (size === "n" ? "d" : "n");

/** Values of the other size and how many values of `size` there are at each, most first; among equals the least d, the greatest n. */
function countsOf(rows: readonly BenchPoint[], size: Size): { readonly value: number; readonly count: number }[] {
  const held = otherOf(size);
  const counts = [...grouped(rows, (row) => row[held])].map(([value, group]) => ({
    value,
    count: new Set(group.map((row) => row[size])).size,
  }));
  const sign = size === "n" ? -1 : 1;
  return counts.sort((a, b) => b.count - a.count || sign * (b.value - a.value));
}

/** The value of the other size at which there are most values of `size`. */
const heldOf = (rows: readonly BenchPoint[], size: Size): number | undefined => countsOf(rows, size)[0]?.value;

/** The dimensions to draw over n: the least and the greatest at which three n or more were measured, else the one with most. */
export function dimensionsOf(rows: readonly BenchPoint[]): number[] {
  const counts = countsOf(rows, "n");
  const many = counts.filter(({ count }) => count >= 3).map(({ value }) => value);
  if (many.length < 2) return counts.slice(0, 1).map(({ value }) => value);
  return [Math.min(...many), Math.max(...many)];
}

/** The number of tokens at which most dimensions were measured. */
export const tokensOf = (rows: readonly BenchPoint[]): number => heldOf(rows, "d")!;

/** From nothing to all. */
const shareAxis: Axis = {
  type: "linear",
  domain: [0, 1],
  ticks: [0, 0.2, 0.4, 0.6, 0.8, 1],
  minor: [],
  format: (value) => value.toFixed(1),
  unit: (value) => value,
  value: (unit) => unit,
};

/** Powers of two between the least and the greatest, written out. */
function sizeAxis(values: readonly number[]): Axis {
  const axis = valueAxis(values, "log");
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const powers = Array.from({ length: 18 }, (_, k) => 2 ** k).filter((value) => value >= low && value <= high);
  const stride = Math.ceil(powers.length / 8);
  const ticks = powers.length < 2 ? axis.ticks : powers.filter((_, k) => k % stride === 0);
  return { ...axis, type: "log", ticks, minor: [], format: String };
}

interface Point {
  readonly t: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const timeOf = (row: BenchPoint, size: Size): Point => ({
  t: row[size],
  value: row.cpuNsPerPair.median,
  low: row.cpuNsPerPair.low,
  high: row.cpuNsPerPair.high,
});

/** The fraction with the quartiles of its time. */
function fractionOf(row: Series["rows"][number], size: Size): Point[] {
  const fraction = row.cpuRooflineFraction;
  if (fraction === undefined) return [];
  const { median, low, high } = row.cpuNsPerPair;
  return [{ t: row[size], value: fraction, low: (fraction * median) / high, high: (fraction * median) / low }];
}

function seriesMarks(
  { style, peer }: Pick<Series, "style" | "peer">,
  points: readonly Point[],
  y: Axis,
): Plot.Markish[] {
  const sorted = points.toSorted((a, b) => a.t - b.t);
  const bars = Plot.ruleX(sorted, {
    x: "t",
    y1: "low",
    y2: "high",
    stroke: style.colour,
    strokeWidth: 0.9,
    clip: true,
  });
  if (peer) {
    const dot = { x: "t", y: "value", r: 2.8, stroke: style.colour, strokeWidth: 1.1, fill: "#ffffff" } as const;
    return [bars, Plot.dot(sorted, { ...dot, symbol: style.marker ?? "circle" })];
  }
  const curve = { t: sorted.map(({ t }) => t), value: sorted.map(({ value }) => value), style, shift: 0 };
  return [bars, ...curveMarks([curve], y)];
}

/** Says at a curve's first point where it was measured. */
function placeMark(points: readonly Point[], text: string, colour: string): Plot.Markish {
  const [first] = points.toSorted((a, b) => a.t - b.t);
  const place = { textAnchor: "start", dx: -4, dy: -10, fontSize, fill: colour } as const;
  return Plot.text([first!], { x: "t", y: "value", text: () => text, ...place });
}

const frameOf = { width: pageWidth / 2 } as const;
const logarithmic = (panel: Plot.PlotOptions): Plot.PlotOptions => ({ ...panel, x: { ...panel.x, type: "log" } });

/**
 * Times or fractions of every series over one size, the other held. A series that was not measured there is drawn where it was,
 * and says so.
 * @param shared all times, so that panels have one scale
 */
export function sizePanel(
  all: readonly Series[],
  size: Size,
  held: number,
  kind: "time" | "fraction",
  shared: readonly number[],
): Plot.PlotOptions {
  const other = otherOf(size);
  const y = kind === "time" ? valueAxis(shared, "log") : shareAxis;
  const chosen = all.flatMap((series) => {
    // The reference is timed with fewer tokens.
    const at = series.rows.some((row) => row[other] === held) ? held : heldOf(series.rows, size);
    if (at === undefined || (size === "n" && at !== held)) return [];
    const rows = series.rows.filter((row) => row[other] === at);
    const points =
      kind === "time" ? rows.map((row) => timeOf(row, size)) : rows.flatMap((row) => fractionOf(row, size));
    return points.length === 0 ? [] : [{ series, points, at }];
  });
  const marks = chosen.flatMap(({ series, points, at }) => [
    ...seriesMarks(series, points, y),
    ...(at === held ? [] : [placeMark(points, `$${other}$ = ${at}`, series.style.colour)]),
  ]);
  const frame = {
    ...frameOf,
    x: sizeAxis(chosen.flatMap(({ points }) => points.map(({ t }) => t))),
    y,
    xLabel: size === "d" ? "dimension $d$" : "tokens $n$",
    yLabel: kind === "time" ? "ns a pair" : "fraction of the roofline",
    title: `$${other}$ = ${held}`,
  };
  return logarithmic(panelOptions(frame, marks));
}

/** px between the points of one number of threads. */
const dodge = 7;

/**
 * Speeds on several threads over that on one, at one n and d: points side by side, bars between the quartiles, a dotted line
 * where all threads count in full.
 */
export function threadPanel(ratios: readonly BenchSourceRatio[], n: number, d: number): Plot.PlotOptions {
  const here = ratios.filter((one) => one.n === n && one.d === d);
  const threads = [1, ...new Set(here.map((one) => one.threads))].sort((a, b) => a - b);
  const most = threads.at(-1)!;
  const line = { x: "t", y: "value", stroke: faint, strokeWidth: 0.8 } as const;
  // A line through the origin is a curve over a logarithmic axis.
  const full = Array.from({ length: 33 }, (_, k) => most ** (k / 32)).map((t) => ({ t, value: t }));
  const groups = [...grouped(here, ({ backend, precision }) => `${backend} ${precision}`).values()].sort(
    ([a], [b]) => placeOf(a!.backend) - placeOf(b!.backend),
  );
  const points = groups.flatMap((group, k) => {
    const { colour, marker, radius } = styleOf(group[0]!.backend, group[0]!.precision);
    const place = { x: "t", dx: (k - (groups.length - 1) / 2) * dodge } as const;
    const rows = group.map(({ threads: t, ratio }) => ({ t, ...ratio }));
    return [
      Plot.ruleX(rows, { ...place, y1: "low", y2: "high", stroke: colour, strokeWidth: 0.9 }),
      Plot.dot(rows, { ...place, y: "median", r: radius, fill: colour, symbol: marker ?? "circle" }),
    ];
  });
  const axis = sizeAxis(threads);
  const frame = {
    ...frameOf,
    // Room for the points beside the last tick.
    x: { ...axis, domain: [1 / most ** 0.05, most ** 1.15] as const, ticks: threads },
    y: valueAxis([0, 1.05 * most], "linear"),
    xLabel: "threads",
    yLabel: "speed over one thread",
    title: `$n$ = ${n}, $d$ = ${d}`,
  };
  const lines = [
    Plot.lineY(full, { ...line, strokeDasharray: "2 2" }),
    Plot.ruleY([1], { stroke: faint, strokeWidth: 0.5 }),
  ];
  return logarithmic(panelOptions(frame, [...lines, ...points]));
}
