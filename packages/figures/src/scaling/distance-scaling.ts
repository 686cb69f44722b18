import type { LayerScaling, PowerSeries, SizeScaling } from "@meanfield/core/experiment";
import { InputError } from "@meanfield/core/foundation/errors";
import * as Plot from "@observablehq/plot";
import { panelOptions } from "../drawing/axes.js";
import { compose } from "../drawing/compose.js";
import { bandMarks, curveMarks, endLabels } from "../drawing/curves.js";
import { readable, sentence } from "../drawing/describe.js";
import { valueAxis } from "../drawing/scale.js";
import { type CurveStyle, columnWidth, curveStyle, faint, fontSize, pageWidth } from "../drawing/style.js";
import type { Figure, LegendEntry } from "../figure.js";

/** What the figure is drawn from. */
export interface ScalingSource {
  readonly title: string;
  /** Distances by number of tokens, of number of layers, or both. */
  readonly sizes?: SizeScaling;
  readonly layers?: LayerScaling;
  /** Independent draws behind each point. */
  readonly repeats: number;
}

/** The distances of one metric against one number. */
interface Sweep {
  readonly metric: string;
  readonly xLabel: string;
  /** The exponent that theory names, drawn for comparison. */
  readonly reference: { readonly exponent: number; readonly label: string };
  readonly series: readonly { readonly pair: string; readonly x: readonly number[]; readonly fit: PowerSeries }[];
}

const name = "distance-scaling";
const panelHeight = 230;
const labelRoom = 76;
/** Up to so many numbers stand at the axis themselves. */
const mostTicks = 6;
/** The reference stands this factor above the fit whose exponent is nearest to it. */
const lift = 1.6;

function sweepsOf<T extends PowerSeries>(
  scaling: Readonly<Record<string, Readonly<Record<string, T>>>> | undefined,
  numbersOf: (series: T) => readonly number[],
  xLabel: string,
  reference: Sweep["reference"],
): Map<string, Sweep> {
  const found = new Map<string, Sweep>();
  for (const [pair, metrics] of Object.entries(scaling ?? {})) {
    for (const [metric, fit] of Object.entries(metrics)) {
      const before = found.get(metric)?.series ?? [];
      found.set(metric, { metric, xLabel, reference, series: [...before, { pair, x: numbersOf(fit), fit }] });
    }
  }
  return found;
}

/** ±2 standard errors. */
const around = (value: number, relative: number): [number, number] => [
  value * Math.exp(-2 * relative),
  value * Math.exp(2 * relative),
];

/** p ± its error, to the error's first digit, between two decimals and four. */
export function exponentText({ slope, slopeError }: PowerSeries): string {
  const decimals = slopeError > 0 ? Math.min(4, Math.max(2, -Math.floor(Math.log10(slopeError)))) : 2;
  return `${slope.toFixed(decimals)} ± ${slopeError.toFixed(decimals)}`.replace("-", "−");
}

function panelOf({ metric, xLabel, reference, series }: Sweep, styles: ReadonlyMap<string, CurveStyle>, width: number) {
  const xs = series[0]!.x;
  const off = ({ fit }: Sweep["series"][number]) => Math.abs(fit.slope - reference.exponent);
  const nearest = series.reduce((best, one) => (off(one) < off(best) ? one : best));
  const top = nearest.fit.fitted[0]! * lift;
  const guide = xs.map((x) => top * (x / xs[0]!) ** reference.exponent);
  const bands = series.map(({ fit }) => fit.fitted.map((value, k) => around(value, fit.fittedError[k]!)));
  const bars = series.map(({ x, fit }) =>
    fit.mean.map((value, k) => ({
      x: x[k]!,
      low: Math.max(value - 2 * fit.error[k]!, value / 10),
      high: value + 2 * fit.error[k]!,
    })),
  );
  const heights = [...guide, ...bands.flat(2), ...bars.flat().flatMap(({ low, high }) => [low, high])];
  const y = valueAxis(heights, "log");
  const decided = valueAxis(xs, "log");
  const x = xs.length > mostTicks ? decided : { ...decided, ticks: xs, minor: [], format: String };
  const marks: Plot.Markish[] = [];
  const guideStyle = { colour: faint, dash: "4 3", marker: undefined, strokeWidth: 1, radius: 2 };
  marks.push(...curveMarks([{ t: xs, value: guide, style: guideStyle }], y));
  series.forEach(({ pair, x: at, fit }, i) => {
    const style = styles.get(pair)!;
    const [low, high] = [bands[i]!.map(([value]) => value), bands[i]!.map(([, value]) => value)];
    marks.push(...bandMarks(at, { low, high }, style.colour, y));
    marks.push(...curveMarks([{ t: at, value: fit.fitted, style: { ...style, marker: undefined } }], y));
    marks.push(Plot.ruleX(bars[i]!, { x: "x", y1: "low", y2: "high", stroke: style.colour, strokeWidth: 1 }));
    const points = fit.mean.map((value, k) => ({ x: at[k]!, y: value }));
    const dot = {
      fill: style.colour,
      stroke: "#ffffff",
      strokeWidth: 0.4,
      r: style.radius,
      symbol: style.marker ?? "circle",
    };
    marks.push(Plot.dot(points, { x: "x", y: "y", ...dot }));
  });
  const labels = series.map(({ pair, x: at, fit }) => ({
    t: at.at(-1)!,
    value: fit.fitted.at(-1)!,
    label: exponentText(fit),
    colour: styles.get(pair)!.colour,
  }));
  labels.push({ t: xs.at(-1)!, value: guide.at(-1)!, label: `slope ${reference.label}`, colour: faint });
  // The height of the frame without its margins.
  marks.push(...endLabels(labels, y, panelHeight - 8 - 34));
  const frame = { x, y, xLabel, yLabel: readable(metric), width, marginRight: labelRoom };
  const panel = panelOptions(frame, marks);
  const minor = { tickSize: 2.5, text: null, label: null, anchor: "bottom", fontSize } as const;
  return {
    ...panel,
    x: { ...panel.x, type: x.type },
    marks: [...(panel.marks ?? []), Plot.axisX([...x.minor], minor)],
  };
}

/**
 * Distances between the levels of description against the number of tokens and of layers, both axes logarithmic: means
 * with their errors, power laws with their bands and exponents, and the exponents −½ and −1 that theory names.
 * @throws InputError empty, when nothing has an exponent
 */
export function distanceScaling({ title, sizes, layers, repeats }: ScalingSource): Figure {
  const byTokens = sweepsOf(sizes, ({ n }) => n, "number of tokens $n$", { exponent: -0.5, label: "−1/2" });
  const byLayers = sweepsOf(layers, ({ L }) => L, "number of layers $L$", { exponent: -1, label: "−1" });
  const metrics = [...new Set([...byTokens.keys(), ...byLayers.keys()])];
  const columns = [byTokens, byLayers].filter((sweeps) => sweeps.size > 0);
  const pairs = [
    ...new Set(
      columns.flatMap((sweeps) => [...sweeps.values()].flatMap(({ series }) => series.map(({ pair }) => pair))),
    ),
  ];
  if (pairs.length === 0) {
    throw new InputError({
      code: "empty",
      who: `figure ${name}`,
      rule: "needs a distance that is positive at every number of tokens or layers",
      fix: "Take levels that differ, and all of which reach the end of the span",
    });
  }
  const styles = new Map(pairs.map((pair, i) => [pair, curveStyle(i, true, i)] as const));
  const width = columns.length === 1 ? columnWidth : pageWidth;
  const legend = pairs.map((pair): LegendEntry => {
    const { colour, marker } = styles.get(pair)!;
    const label = pair.split("|").map(readable).join(" to ");
    return { kind: "line", label, colour, ...(marker === undefined ? {} : { marker }) };
  });
  const panels = metrics.flatMap((metric) =>
    columns.flatMap((sweeps) => {
      const sweep = sweeps.get(metric);
      return sweep === undefined ? [] : [panelOf(sweep, styles, width / columns.length)];
    }),
  );
  return compose({
    name,
    title: `Distances between the levels: ${title}`,
    caption: sentence(
      "Distances between the levels of description at the end of the span",
      `points: means of ${repeats} draws with two standard errors`,
      "lines: power laws by least squares of the logarithms with bands of two standard errors, and their exponents",
      "dashed: the exponents of sampling, −1/2 in $n$, and of Euler's method, −1 in $L$",
    ),
    width,
    panelHeight,
    columns: columns.length,
    legend,
    panels,
  });
}
