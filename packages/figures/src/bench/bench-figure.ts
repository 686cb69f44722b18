import { InputError } from "@meanfield/core/foundation/errors";
import * as Plot from "@observablehq/plot";
import { panelOptions } from "../drawing/axes.js";
import { compose } from "../drawing/compose.js";
import { curveMarks } from "../drawing/curves.js";
import { sentence } from "../drawing/describe.js";
import { type Axis, valueAxis } from "../drawing/scale.js";
import { type CurveStyle, pageWidth, palette } from "../drawing/style.js";
import type { Figure, LegendEntry } from "../figure.js";
import type { BenchPoint, BenchSource } from "./bench-source.js";

type Size = "n" | "d";

/** One curve: a backend or a peer at one precision, its rows in any order. */
interface Series {
  readonly label: string;
  readonly style: CurveStyle;
  /** Peers are points without a line. */
  readonly peer: boolean;
  readonly rows: readonly (BenchPoint & { readonly cpuRooflineFraction?: number })[];
}

const colours: Readonly<Record<string, string>> = {
  native: palette.blue,
  wasm: palette.vermillion,
  reference: palette.green,
  numpy: palette.black,
  "torch-sdpa": palette.purple,
};
const names: Readonly<Record<string, string>> = {
  native: "native",
  wasm: "WebAssembly",
  reference: "plain TypeScript",
  numpy: "NumPy",
  "torch-sdpa": "PyTorch SDPA",
};

/** Who computes with circles and squares; the others have triangles and diamonds, so that grey print still reads. */
const round: ReadonlySet<string> = new Set(["native", "reference", "numpy"]);

/** A colour and a pair of markers for who computes; the second marker and a dash for single precision. */
function styleOf(name: string, precision: string): CurveStyle {
  const single = precision === "f32";
  const marker = round.has(name) ? (single ? "square" : "circle") : single ? "diamond" : "triangle";
  const colour = colours[name] ?? palette.orange;
  return { colour, dash: single ? "4 2.5" : undefined, marker, strokeWidth: 1.3, radius: 2.6 };
}

function grouped<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}

/** Softmax on one thread, grouped by who computes and how precisely. */
function seriesOf({ rows, peers }: BenchSource): Series[] {
  const all = [
    ...rows.map((row) => ({ who: row.backend, peer: false, row })),
    ...(peers?.rows ?? []).map((row) => ({ who: row.peer, peer: true, row })),
  ].filter(({ row }) => row.kernel === "softmax" && row.threads === 1);
  const groups = grouped(all, ({ who, row }) => `${who} ${row.precision}`);
  const place = (group: typeof all) => Object.keys(colours).indexOf(group[0]!.who);
  return [...groups.values()]
    .sort((a, b) => place(a) - place(b))
    .map((group): Series => {
      const { who, peer, row } = group[0]!;
      return {
        label: `${names[who] ?? who} ${row.precision}`,
        style: styleOf(who, row.precision),
        peer,
        rows: group.map((one) => one.row),
      };
    });
}

/** The value of the other size at which a series has most sizes; the greatest of several. */
function heldOf(rows: readonly BenchPoint[], varies: Size): number | undefined {
  const held = varies === "n" ? "d" : "n";
  const groups = [...grouped(rows, (row) => row[held])];
  const counts = groups.map(([value, group]) => ({ value, count: new Set(group.map((row) => row[varies])).size }));
  // Among equals the greater n, but the smaller d: there the exponentials show.
  const sign = varies === "n" ? -1 : 1;
  return counts.sort((a, b) => b.count - a.count || sign * (b.value - a.value))[0]?.value;
}

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

function seriesMarks(series: Series, points: readonly Point[], y: Axis): Plot.Markish[] {
  const { style, peer } = series;
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

/** One panel: times or fractions of every series over one size, the other held. */
function panelOf(all: readonly Series[], size: Size, kind: "time" | "fraction", shared: readonly number[]) {
  const held = heldOf(
    all.filter((one) => !one.peer).flatMap((one) => one.rows),
    size,
  );
  const other = size === "n" ? "d" : "n";
  const chosen = all.flatMap((series) => {
    // The reference is timed with fewer tokens: its own n is taken where it has no rows at the panel's.
    const at = series.rows.some((row) => row[other] === held) ? held : heldOf(series.rows, size);
    if (size === "n" && at !== held) return [];
    const rows = series.rows.filter((row) => row[other] === at);
    const points =
      kind === "time" ? rows.map((row) => timeOf(row, size)) : rows.flatMap((row) => fractionOf(row, size));
    return points.length === 0 ? [] : [{ series, points, at }];
  });
  const x = sizeAxis(chosen.flatMap(({ points }) => points.map(({ t }) => t)));
  const y = kind === "time" ? valueAxis(shared, "log") : shareAxis;
  const frame = {
    x,
    y,
    xLabel: size === "d" ? "dimension $d$" : "tokens $n$",
    yLabel: kind === "time" ? "ns a pair" : "fraction of the roofline",
    width: pageWidth / 2,
    title: `$${other}$ = ${held}`,
  };
  const panel = panelOptions(
    frame,
    chosen.flatMap(({ series, points }) => seriesMarks(series, points, y)),
  );
  const apart = chosen.filter(({ at }) => at !== held).map(({ series, at }) => `${series.label} at $${other}$ = ${at}`);
  return { options: { ...panel, x: { ...panel.x, type: "log" as const } }, apart };
}

/**
 * Nanoseconds a pair and fraction of the roofline of softmax attention on one thread, over d and over n: a curve for each
 * backend and precision, peers as open points, bars between the quartiles. Of processor time, so that other work on the
 * machine hardly shows.
 * @throws InputError empty: no row of softmax on one thread
 */
export function benchFigure(source: BenchSource): Figure {
  const all = seriesOf(source);
  if (!all.some((one) => !one.peer)) {
    throw new InputError({
      code: "empty",
      who: "bench figure",
      rule: "there must be rows of softmax on one thread to draw",
      fix: "Measure them with meanfield bench, without --kernel and --threads",
    });
  }
  const times = all.flatMap((one) => one.rows.map((row) => row.cpuNsPerPair.median));
  const panels = (["time", "fraction"] as const).flatMap((kind) =>
    (["d", "n"] as const).map((size) => panelOf(all, size, kind, times)),
  );
  const legend = all.map(({ label, style, peer }): LegendEntry => {
    const { colour, dash, marker } = style;
    const shared = { label, colour, ...(marker === undefined ? {} : { marker }) };
    if (peer) return { ...shared, kind: "marker", open: true };
    return { ...shared, kind: "line", ...(dash === undefined ? {} : { dash }) };
  });
  const { machine, repeats, peers } = source;
  return compose({
    name: "bench-kernels",
    title: "Speed of the attention kernels",
    caption: sentence(
      "Softmax attention with $Q$ = $K$ = $V$ = $I$, $β$ = 1 on the unit sphere, one thread: nanoseconds of processor time " +
        "a pair and fraction of the roofline measured in the same run",
      `medians of ${repeats} samples in turns, bars between the quartiles`,
      ...new Set(panels.flatMap(({ apart }) => apart)),
      `${machine.cpu.trim()}, ${machine.cores} processors, Node ${machine.node}`,
      peers === undefined ? "" : `NumPy ${peers.numpy}${peers.torch === undefined ? "" : `, PyTorch ${peers.torch}`}`,
    ),
    width: pageWidth,
    panelHeight: 210,
    columns: 2,
    legend,
    panels: panels.map(({ options }) => options),
  });
}
