import { InputError } from "@meanfield/core/foundation/errors";
import type { PlotOptions } from "@observablehq/plot";
import { panelOptions } from "../drawing/axes.js";
import { compose } from "../drawing/compose.js";
import { type Curve, curveMarks, ribbonMarks } from "../drawing/curves.js";
import { readable, sentence } from "../drawing/describe.js";
import { depthAxis, valueAxis } from "../drawing/scale.js";
import { type CurveStyle, columnWidth, faint, pageWidth, palette, ribbonFill } from "../drawing/style.js";
import type { Figure, FigureKind, FigureSource, LegendEntry, ProbeMeasure, ProbeResult } from "../figure.js";

/** The style of each input: first, second, third. */
export const inputStyles: readonly CurveStyle[] = [
  { colour: palette.blue, dash: undefined, marker: "circle", strokeWidth: 1.4, radius: 2.3 },
  { colour: palette.vermillion, dash: "5 3", marker: "square", strokeWidth: 1.4, radius: 2.3 },
  { colour: palette.green, dash: "7 2.5 1.5 2.5", marker: "triangle", strokeWidth: 1.4, radius: 2.3 },
];

/** The layers in order of depth, and the measured points of one measure for one input. */
interface Table {
  readonly layers: readonly string[];
  readonly inputs: readonly string[];
  readonly measures: readonly string[];
  points(measure: string, input: string): { readonly layer: number; readonly measure: ProbeMeasure }[];
}

function tabulate(probe: ProbeResult): Table {
  const inputOf = (input: string | undefined): string => input ?? "text";
  const layers = [...new Set(probe.layers.map((layer) => layer.name))];
  return {
    layers,
    inputs: [...new Set(probe.layers.map((layer) => inputOf(layer.input)))],
    measures: [...new Set(probe.layers.flatMap((layer) => Object.keys(layer.measures)))],
    points: (name, input) =>
      probe.layers.flatMap((layer) => {
        const measure = layer.measures[name];
        return inputOf(layer.input) === input && measure !== undefined
          ? [{ layer: layers.indexOf(layer.name), measure }]
          : [];
      }),
  };
}

function bandMarks(points: ReturnType<Table["points"]>, y: ReturnType<typeof valueAxis>) {
  const banded = points.filter(({ measure }) => measure.null !== undefined);
  if (banded.length === 0) return [];
  const of = (key: "low" | "median" | "high") => banded.map(({ measure }) => measure.null![key]);
  return ribbonMarks(
    banded.map(({ layer }) => layer),
    { low: of("low"), median: of("median"), high: of("high") },
    y,
  );
}

function panelOf(table: Table, name: string, bottom: boolean): PlotOptions {
  const all = table.inputs.flatMap((input) => table.points(name, input));
  const values = all.flatMap(({ measure: { value, null: band, control } }) => [
    value,
    ...(band === undefined ? [] : [band.low, band.high]),
    ...(control === undefined ? [] : [control]),
  ]);
  const y = valueAxis(values, "auto", 4);
  const curves = table.inputs.flatMap((input, i): Curve[] => {
    const points = table.points(name, input);
    const style = inputStyles[i % inputStyles.length]!;
    const controlled = points.filter(({ measure }) => measure.control !== undefined);
    const own: Curve = {
      t: points.map(({ layer }) => layer),
      value: points.map(({ measure }) => measure.value),
      style,
    };
    if (controlled.length === 0) return [own];
    const control = {
      t: controlled.map(({ layer }) => layer),
      value: controlled.map(({ measure }) => measure.control!),
    };
    return [{ ...control, style: { ...style, dash: "1.2 2.4", marker: undefined }, weight: 0.85 }, own];
  });
  const last = Math.max(1, table.layers.length - 1);
  const frame = {
    x: depthAxis(0, last, Math.min(last, 6)),
    y,
    xLabel: bottom ? "layer" : "",
    yLabel: readable(name),
    width: pageWidth / 2,
  };
  const ribbons = table.inputs.flatMap((input) => bandMarks(table.points(name, input), y));
  return panelOptions(frame, [...ribbons, ...curveMarks(curves, y)]);
}

/** The name of a network, or "the network". */
export function networkName(network: unknown): string {
  if (typeof network === "string") return network;
  const name = typeof network === "object" && network !== null && "name" in network ? network.name : undefined;
  return typeof name === "string" ? name : "the network";
}

function draw({ probe }: FigureSource): Figure {
  if (probe === undefined) {
    throw new InputError({
      code: "missing",
      who: "figure probe-by-layer",
      rule: "a probe is needed to draw this figure",
      fix: "Give the result of `probe`",
    });
  }
  const table = tabulate(probe);
  const measured = probe.layers.flatMap((layer) => Object.values(layer.measures));
  const banded = measured.some((measure) => measure.null !== undefined);
  const controlled = measured.some((measure) => measure.control !== undefined);
  const legend = table.inputs.map((input, i): LegendEntry => {
    const { colour, dash, marker } = inputStyles[i % inputStyles.length]!;
    const finish = { ...(dash === undefined ? {} : { dash }), ...(marker === undefined ? {} : { marker }) };
    return { kind: "line", label: `${readable(input)} input`, colour, ...finish };
  });
  if (banded) legend.push({ kind: "ribbon", label: "null band", colour: ribbonFill });
  if (controlled) legend.push({ kind: "line", label: "control", colour: faint, dash: "1.2 2.4" });
  const names = table.measures;
  const ends =
    table.layers.length > 1
      ? `layer 0 is ${table.layers[0]}, layer ${table.layers.length - 1} is ${table.layers.at(-1)}`
      : "";
  return compose({
    name: "probe-by-layer",
    title: `${networkName(probe.network)} layer by layer`,
    caption: sentence(
      `Measures of the hidden states of ${networkName(probe.network)} by layer`,
      ends,
      banded ? "grey: median and band of the same measure under the null" : "",
      controlled ? "dotted: the control" : "",
    ),
    width: names.length === 1 ? columnWidth : pageWidth,
    panelHeight: 170,
    columns: 2,
    legend,
    panels: names.map((name, i) => panelOf(table, name, i >= names.length - 2)),
  });
}

/** Each measure of a probe by layer, text and Gaussian inputs together, with null bands and controls. */
export const probeByLayer: FigureKind = {
  name: "probe-by-layer",
  doc: "Each measure of a trained network against the layer, with null bands and controls",
  applies: ({ probe }) => probe?.layers.some((layer) => Object.keys(layer.measures).length > 0) ?? false,
  draw,
};
