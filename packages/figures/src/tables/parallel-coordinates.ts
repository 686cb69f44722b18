import { InputError } from "@meanfield/core/foundation/errors";
import * as Plot from "@observablehq/plot";
import { compose } from "../drawing/compose.js";
import { sentence } from "../drawing/describe.js";
import { type Axis, extent, formatNumber, valueAxis } from "../drawing/scale.js";
import { fontSize, ink, pageWidth, ramp, ribbonFill } from "../drawing/style.js";
import { textWidth } from "../drawing/typeset.js";
import type { Figure, LegendEntry } from "../figure.js";
import { type ColumnLabels, labelOf } from "./column-label.js";
import { valuesOf, valueText } from "./facets.js";
import { type FigureTable, requireColumn, type TableRow } from "./figure-table.js";

/** Which columns stand side by side. */
export interface ParallelCoordinatesOptions {
  /** At least two; numbers, or words in their alphabetical order. */
  readonly columns: readonly string[];
  /** Column of numbers, as darkness of the lines; the last of `columns` when left out. */
  readonly value?: string | undefined;
  readonly labels?: ColumnLabels;
}

/** One vertical axis: where a value stands in [0, 1], and what is written beside it. */
interface Vertical {
  readonly column: string;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
  place(value: unknown): number | undefined;
}

/** A short stroke across an axis. */
const tick: Plot.VectorShapeImplementation = {
  draw(context, length) {
    context.moveTo(0, -length / 2);
    context.lineTo(0, length / 2);
  },
};

const isNumber = (value: unknown): value is number => typeof value === "number";

function verticalOf(table: FigureTable, column: string): Vertical {
  const values: unknown[] = valuesOf(table, table.rows, column).filter((one) => one !== null && one !== undefined);
  if (values.every(isNumber)) {
    const axis: Axis = valueAxis(values, "auto");
    return {
      column,
      ticks: axis.ticks.map((tick) => ({ at: axis.unit(tick), text: axis.format(tick) })),
      place: (value) => (isNumber(value) && (axis.type === "linear" || value > 0) ? axis.unit(value) : undefined),
    };
  }
  const at = (k: number) => (values.length === 1 ? 0.5 : 0.05 + (0.9 * k) / (values.length - 1));
  return {
    column,
    ticks: values.map((value, k) => ({ at: at(k), text: valueText(value) })),
    place(value) {
      const k = values.indexOf(value);
      return k < 0 ? undefined : at(k);
    },
  };
}

/** Segments of a row between neighbouring axes; none beside a value that is missing. */
function segmentsOf(row: TableRow, verticals: readonly Vertical[], colour: string) {
  const heights = verticals.map((vertical) => vertical.place(row[vertical.column]));
  return heights.slice(1).flatMap((y2, k) => {
    const y1 = heights[k];
    return y1 === undefined || y2 === undefined ? [] : [{ x1: k, x2: k + 1, y1, y2, colour }];
  });
}

function axisMarks(verticals: readonly Vertical[], labels: ColumnLabels | undefined): Plot.Markish[] {
  const titles = verticals.map(({ column }, k) => ({ k, text: labelOf(column, labels) }));
  const ticks = verticals.flatMap((vertical, k) => vertical.ticks.map((tick) => ({ k, ...tick })));
  const text = { fontSize, fill: ink, stroke: "#ffffff", strokeWidth: 3, paintOrder: "stroke" } as const;
  return [
    Plot.ruleX([...verticals.keys()], { x: (k: number) => k, y1: 0, y2: 1, stroke: ink, strokeWidth: 0.8 }),
    Plot.vector(ticks, { x: "k", y: "at", rotate: 90, length: 5, shape: tick, stroke: ink, strokeWidth: 0.8 }),
    Plot.text(ticks, { ...text, x: "k", y: "at", text: "text", dx: -4, textAnchor: "end" }),
    ...titles.map(({ k, text: title }) =>
      Plot.text([{ k }], { x: "k", y: () => 1, dy: -12, text: () => title, fontSize, fill: ink }),
    ),
  ];
}

function legendOf(name: string, [low, high]: readonly [number, number], some: boolean): LegendEntry[] {
  const none: LegendEntry[] = some ? [{ kind: "line", label: "no value", colour: ribbonFill }] : [];
  const shades = high > low ? [0, 0.5, 1] : [1];
  return [
    { kind: "text", label: name, colour: ink },
    ...shades.map(
      (u): LegendEntry => ({
        kind: "line",
        label: formatNumber(low + u * (high - low)),
        colour: ramp(0.25 + 0.75 * u),
      }),
    ),
    ...none,
  ];
}

/**
 * One vertical axis for each column, side by side, and one broken line for each row, as dark as its value; a line has a
 * gap where a value is missing.
 * @throws InputError out-of-range (fewer than two columns), unknown-name, wrong-type (`value` is no number), empty
 */
export function parallelCoordinates(table: FigureTable, options: ParallelCoordinatesOptions): Figure {
  const { columns, labels } = options;
  if (columns.length < 2) {
    throw new InputError({
      code: "out-of-range",
      who: "figure parallel-coordinates",
      rule: "at least two columns stand side by side",
      got: columns.join(", ") || "none",
      fix: "Name them: --column A --column B …",
    });
  }
  const value = options.value ?? columns.at(-1)!;
  for (const column of [...columns, value]) requireColumn(table.columns, column);
  const numbers = table.rows.flatMap((row) => (isNumber(row[value]) ? [row[value]] : []));
  const [low, high] = extent(numbers);
  const shade = (at: unknown) =>
    isNumber(at) ? ramp(0.25 + (high > low ? (0.75 * (at - low)) / (high - low) : 0.75)) : ribbonFill;
  const verticals = columns.map((column) => verticalOf(table, column));
  // Dark lines last, so that pale ones do not hide them; those without a value below all.
  const height = (row: TableRow) => (isNumber(row[value]) ? row[value] : Number.NEGATIVE_INFINITY);
  const rows = [...table.rows].sort((a, b) => (height(a) < height(b) ? -1 : height(a) > height(b) ? 1 : 0));
  const segments = rows.flatMap((row) => segmentsOf(row, verticals, shade(row[value])));
  const titleWidth = (column: string) => textWidth(labelOf(column, labels), fontSize);
  const panel: Plot.PlotOptions = {
    marginLeft: Math.max(52, titleWidth(columns[0]!) / 2 + 4),
    marginRight: Math.max(12, titleWidth(columns.at(-1)!) / 2 + 4),
    marginTop: 26,
    marginBottom: 10,
    x: { type: "linear", domain: [0, columns.length - 1], axis: null },
    y: { type: "linear", domain: [0, 1], axis: null },
    marks: [
      Plot.link(segments, {
        x1: "x1",
        x2: "x2",
        y1: "y1",
        y2: "y2",
        stroke: (one: { colour: string }) => one.colour,
        strokeWidth: rows.length > 200 ? 0.4 : 0.9,
      }),
      ...axisMarks(verticals, labels),
    ],
  };
  const name = labelOf(value, labels);
  return compose({
    name: "parallel-coordinates",
    title: `${name} and ${columns.length} columns`,
    caption: sentence(
      table.title,
      `${rows.length} rows over ${columns.map((one) => labelOf(one, labels)).join(", ")}, as dark as ${name}`,
      table.source ?? "",
    ),
    width: pageWidth,
    panelHeight: 240,
    columns: 1,
    legend: legendOf(name, [low, high], numbers.length < rows.length),
    panels: [panel],
  });
}
