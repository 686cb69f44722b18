import { InputError } from "@meanfield/core/foundation/errors";
import type * as Plot from "@observablehq/plot";
import { panelOptions } from "../drawing/axes.js";
import { compose } from "../drawing/compose.js";
import { bandMarks, type Curve, curveMarks } from "../drawing/curves.js";
import { sentence } from "../drawing/describe.js";
import { type Axis, depthAxis, extent, valueAxis } from "../drawing/scale.js";
import { type CurveStyle, curveStyle, ink, ramp } from "../drawing/style.js";
import type { Figure, LegendEntry } from "../figure.js";
import { type ColumnLabels, labelOf, shortLabelOf } from "./column-label.js";
import { type Facet, facetsOf, pageOf, valuesOf, valueText } from "./facets.js";
import { type FigureTable, numberAt, requireColumn, type TableRow, timesOf } from "./figure-table.js";

/** Which curves are drawn. */
export interface LineFamilyOptions {
  /** Column of numbers, across; `t` for the depths at which `value` was recorded. */
  readonly x: string;
  /** Column of numbers, upwards. */
  readonly value: string;
  /** Column whose values each have a line. */
  readonly by?: string | undefined;
  /** Column whose values each have a panel. */
  readonly facet?: string | undefined;
  /** `se`: mean ± 1.96 standard errors; `quantiles`: from the least to the greatest there is. Needs columns of repeats. */
  readonly band?: "se" | "quantiles" | undefined;
  readonly labels?: ColumnLabels;
}

interface Point {
  readonly t: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

interface Line {
  readonly of: unknown;
  readonly points: readonly Point[];
}

/** 95 % of a normal law. */
const standardErrors = 1.96;

/** Lines beyond which the legend shows some of them only. */
const mostNamed = 8;

/** Columns between which the band of a value lies, and how. @throws InputError missing */
function bandColumns(columns: readonly string[], { value, band }: LineFamilyOptions): [string, string] | undefined {
  if (band === undefined) return undefined;
  const stem = value.replace(/\.mean$/, "");
  if (band === "se") {
    const column = `${stem}.se`;
    if (stem !== value && columns.some((name) => name === column || name.startsWith(`${column}@`)))
      return [column, column];
  } else {
    const prefix = `${stem}.quantile-`;
    const found = new Set(columns.filter((name) => name.startsWith(prefix)).map((name) => name.split("@")[0]!));
    const sorted = [...found].sort((a, b) => Number(a.slice(prefix.length)) - Number(b.slice(prefix.length)));
    if (sorted.length > 1) return [sorted[0]!, sorted.at(-1)!];
  }
  throw new InputError({
    code: "missing",
    who: "figure line-family",
    rule: band === "se" ? "a band of errors needs a column <series>.mean with its .se" : "a band needs two quantiles",
    got: `--value ${value}`,
    fix: "Take a sweep with solve.repeats, and --value <level>.<series>.mean",
  });
}

/** The point of a row; `at` is "" or "@t". */
function pointOf(
  row: TableRow,
  t: number,
  at: string,
  { value, band }: LineFamilyOptions,
  columns: [string, string] | undefined,
): Point[] {
  const mean = numberAt(row, `${value}${at}`);
  if (mean === undefined) return [];
  if (columns === undefined) return [{ t, value: mean, low: mean, high: mean }];
  const [low, high] = columns.map((column) => numberAt(row, `${column}${at}`));
  if (low === undefined || high === undefined) return [{ t, value: mean, low: mean, high: mean }];
  if (band === "quantiles") return [{ t, value: mean, low, high }];
  return [{ t, value: mean, low: mean - standardErrors * low, high: mean + standardErrors * low }];
}

function requireOneEach(points: readonly Point[], { x }: LineFamilyOptions): void {
  const twice = points.findIndex((point, k) => k > 0 && point.t === points[k - 1]!.t);
  if (twice < 0) return;
  throw new InputError({
    code: "conflict",
    who: "figure line-family",
    rule: "every point of a line needs one row",
    got: `several at ${x} = ${points[twice]!.t}`,
    fix: "Other columns vary too: name one with --by or --facet, or choose one of its values with --where column=value",
  });
}

function linesOf(table: FigureTable, rows: readonly TableRow[], options: LineFamilyOptions): Line[] {
  const { x, value, by } = options;
  const { columns } = table;
  for (const column of x === "t" ? [] : [x, value]) requireColumn(columns, column);
  const band = bandColumns(columns, options);
  const times = x === "t" ? timesOf(columns, value) : [];
  const kinds = by === undefined ? [undefined] : valuesOf(table, rows, by);
  return kinds.map((of) => {
    const own = by === undefined ? rows : rows.filter((row) => row[by] === of);
    const points = own.flatMap((row) => {
      if (x === "t")
        return times.flatMap(({ t, column }) => pointOf(row, t, column.slice(value.length), options, band));
      const at = numberAt(row, x);
      return at === undefined ? [] : pointOf(row, at, "", options, band);
    });
    points.sort((a, b) => a.t - b.t);
    requireOneEach(points, options);
    return { of, points };
  });
}

/** Numbers run from pale to dark; words, and few numbers, have the colours and markers of levels. */
function stylesOf(kinds: readonly unknown[]): ReadonlyMap<unknown, CurveStyle> {
  const ordered = kinds.length > 3 && kinds.every((kind) => typeof kind === "number");
  const style = (k: number): CurveStyle =>
    ordered
      ? { ...curveStyle(k, false, 0), colour: ramp(0.3 + (0.7 * k) / (kinds.length - 1)), dash: undefined }
      : { ...curveStyle(k, true, k), strokeWidth: 1.4, radius: 2.3 };
  return new Map(kinds.map((kind, k) => [kind, style(k)]));
}

function legendOf(styles: ReadonlyMap<unknown, CurveStyle>, { by, labels }: LineFamilyOptions): LegendEntry[] {
  if (by === undefined) return [];
  const kinds = [...styles.keys()];
  const stride = Math.ceil((kinds.length - 1) / (mostNamed - 1));
  const named = kinds.length <= mostNamed ? kinds : kinds.filter((_, k) => k % stride === 0);
  const entries = named.map((kind): LegendEntry => {
    const { colour, marker } = styles.get(kind)!;
    return { kind: "line", label: valueText(kind), colour, ...(marker === undefined ? {} : { marker }) };
  });
  return [{ kind: "text", label: labelOf(by, labels), colour: ink }, ...entries];
}

interface FamilyFrame {
  readonly options: LineFamilyOptions;
  readonly styles: ReadonlyMap<unknown, CurveStyle>;
  readonly x: Axis;
  readonly y: Axis;
  readonly width: number;
}

function panelOf({ title }: Facet, lines: readonly Line[], frame: FamilyFrame): Plot.PlotOptions {
  const { options, styles, x, y, width } = frame;
  const curves = lines.map(({ of, points }): Curve => {
    return { t: points.map(({ t }) => t), value: points.map(({ value }) => value), style: styles.get(of)! };
  });
  const bands = options.band === undefined ? [] : lines.filter(({ points }) => points.length > 1);
  const [xLabel, yLabel] = [labelOf(options.x, options.labels), shortLabelOf(options.value, options.labels)];
  const labels = { xLabel, yLabel, ...(title === undefined ? {} : { title }) };
  const panel = panelOptions({ x, y, width, ...labels }, [
    ...bands.flatMap(({ of, points }) => {
      const band = { low: points.map(({ low }) => low), high: points.map(({ high }) => high) };
      const times = points.map(({ t }) => t);
      return bandMarks(times, band, styles.get(of)!.colour, y);
    }),
    ...curveMarks(curves, y),
  ]);
  return { ...panel, x: { ...panel.x, type: x.type } };
}

function bandText({ band, value }: LineFamilyOptions, columns: readonly string[]): string {
  if (band === undefined) return "";
  if (band === "se") return "bands: mean ± 1.96 standard errors over the repeats";
  const names = bandColumns(columns, { x: "", value, band })!.map((name) => name.split("quantile-")[1]);
  return `bands: quantiles ${names.join(" to ")} over the repeats`;
}

/**
 * Curves of `value` over a column or over depth, one for each value of a column, with bands over the repeats; with
 * `facet` one panel for each value of another column, all on the same axes.
 * @throws InputError unknown-name, conflict (several rows at one point), missing (no band), empty, out-of-range (panels)
 */
export function lineFamily(table: FigureTable, options: LineFamilyOptions): Figure {
  const facets = facetsOf(table, options.facet, options.labels);
  const panels = facets.map(({ rows }) => linesOf(table, rows, options));
  const points = panels.flatMap((lines) => lines.flatMap((line) => line.points));
  const [low, high] = extent(points.map(({ t }) => t));
  const x = low > 0 && high / low > 100 ? valueAxis([low, high], "log") : depthAxis(low, high);
  const y = valueAxis(
    points.flatMap((point) => [point.low, point.high]),
    "auto",
  );
  const kinds = options.by === undefined ? [undefined] : valuesOf(table, table.rows, options.by);
  const { width, columns } = pageOf(facets.length);
  const frame: FamilyFrame = { options, styles: stylesOf(kinds), x, y, width: width / columns };
  const [value, across] = [labelOf(options.value, options.labels), labelOf(options.x, options.labels)];
  const by = options.by === undefined ? "" : `, one line for each ${labelOf(options.by, options.labels)}`;
  return compose({
    name: "line-family",
    title: `${value} by ${across}`,
    caption: sentence(table.title, `${value} by ${across}${by}`, bandText(options, table.columns), table.source ?? ""),
    width,
    panelHeight: facets.length === 1 ? 220 : 180,
    columns,
    legend: legendOf(frame.styles, options),
    panels: facets.map((facet, k) => panelOf(facet, panels[k]!, frame)),
  });
}
