import { InputError } from "@meanfield/core/foundation/errors";
import * as Plot from "@observablehq/plot";
import { panelOptions } from "../drawing/axes.js";
import { compose } from "../drawing/compose.js";
import { readable, sentence } from "../drawing/describe.js";
import { type Axis, depthAxis, valueAxis } from "../drawing/scale.js";
import { columnWidth, faint, pageWidth } from "../drawing/style.js";
import type { Figure, FigureKind, FigureSource, LegendEntry, ProbeHead } from "../figure.js";
import { inputStyles, networkName } from "./probe-by-layer.js";

interface Head extends ProbeHead {
  /** Place of the layer, moved by up to ±.28 so that the heads of one layer stand side by side. */
  readonly x: number;
  readonly input: string;
}

function placed(heads: readonly ProbeHead[]): {
  all: readonly Head[];
  layers: readonly string[];
  inputs: readonly string[];
} {
  const layers = [...new Set(heads.map((head) => head.name))];
  const inputs = [...new Set(heads.map((head) => head.input ?? "text"))];
  const count = Math.max(...heads.map((head) => head.head)) + 1;
  const beside = (head: number): number => (count === 1 ? 0 : 0.56 * (head / (count - 1) - 0.5));
  const all = heads.map((head) => ({
    ...head,
    x: layers.indexOf(head.name) + beside(head.head),
    input: head.input ?? "text",
  }));
  return { all, layers, inputs };
}

function panelOf(
  name: string,
  all: readonly Head[],
  inputs: readonly string[],
  x: Axis,
  bottom: boolean,
): Plot.PlotOptions {
  const own = all.filter((head) => head.measures[name] !== undefined);
  const values = own.flatMap(({ measures }) => {
    const { value, control } = measures[name]!;
    return control === undefined ? [value] : [value, control];
  });
  const y = valueAxis(values, "auto", 4);
  const visible = (value: number | undefined): value is number =>
    value !== undefined && (y.type === "linear" || value > 0);
  const controls = own.filter((head) => visible(head.measures[name]!.control));
  const marks: Plot.Markish[] = [
    Plot.dot(controls, {
      x: "x",
      y: (head: Head) => head.measures[name]!.control!,
      r: 1.6,
      stroke: faint,
      strokeWidth: 0.8,
      fill: "none",
    }),
  ];
  inputs.forEach((input, i) => {
    const { colour, marker } = inputStyles[i % inputStyles.length]!;
    const heads = own.filter((head) => head.input === input && visible(head.measures[name]!.value));
    const dot = { x: "x", r: 2, fill: colour, symbol: marker ?? "circle" } as const;
    marks.push(Plot.dot(heads, { ...dot, y: (head: Head) => head.measures[name]!.value }));
  });
  return panelOptions({ x, y, xLabel: bottom ? "layer" : "", yLabel: readable(name), width: pageWidth / 2 }, marks);
}

function draw({ probe }: FigureSource): Figure {
  if (probe?.heads === undefined || probe.heads.length === 0) {
    throw new InputError({
      code: "missing",
      who: "figure heads-by-layer",
      rule: "a probe with heads is needed",
      fix: "Give the result of `probe`",
    });
  }
  const { all, layers, inputs } = placed(probe.heads);
  const names = [...new Set(all.flatMap((head) => Object.keys(head.measures)))];
  const controlled = all.some((head) => Object.values(head.measures).some((measure) => measure.control !== undefined));
  const legend = inputs.map((input, i): LegendEntry => {
    const { colour, marker } = inputStyles[i % inputStyles.length]!;
    return { kind: "marker", label: `${readable(input)} input`, colour, ...(marker === undefined ? {} : { marker }) };
  });
  if (controlled) legend.push({ kind: "marker", label: "control", colour: faint, marker: "circle", open: true });
  const last = layers.length - 1;
  const ticks = depthAxis(0, Math.max(1, last), Math.min(Math.max(1, last), 6)).ticks;
  const x = { ...depthAxis(-0.5, Math.max(1, last) + 0.5, 6), ticks };
  return compose({
    name: "heads-by-layer",
    title: `Attention heads of ${networkName(probe.network)}`,
    caption: sentence(
      `Measures of each attention head of ${networkName(probe.network)} by layer, one mark a head`,
      `layer 0 is ${layers[0]}`,
      controlled ? "open circles: the control" : "",
    ),
    width: names.length === 1 ? columnWidth : pageWidth,
    panelHeight: 170,
    columns: 2,
    legend,
    panels: names.map((name, i) => panelOf(name, all, inputs, x, i >= names.length - 2)),
  });
}

/** Each measure of every attention head of a probe by layer, one mark a head, with controls. */
export const headsByLayer: FigureKind = {
  name: "heads-by-layer",
  doc: "Each measure of every attention head against the layer, with controls",
  applies: ({ probe }) => probe?.heads?.some((head) => Object.keys(head.measures).length > 0) ?? false,
  draw,
};
