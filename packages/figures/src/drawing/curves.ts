import * as Plot from "@observablehq/plot";
import type { Axis } from "./scale.js";
import { type CurveStyle, fontSize, ink, ribbonFill } from "./style.js";

/** One line of a panel; `t` and `value` have equal length. */
export interface Curve {
  readonly t: ArrayLike<number>;
  readonly value: ArrayLike<number>;
  readonly style: CurveStyle;
  /** The level stopped at its last point: marked by ×, at the upper edge if the curve left there. */
  readonly stopped?: boolean;
  /** Times the stroke width of the style. */
  readonly weight?: number;
  /** Moves the markers along the curve, so that curves on top of each other show theirs side by side. */
  readonly shift?: number;
}

interface Point {
  readonly t: number;
  readonly value: number;
}

/** The points that have a place on the axis (a log axis has none for values ≤ 0). */
export function visiblePoints(curve: Curve, axis: Axis): Point[] {
  const points: Point[] = [];
  for (let i = 0; i < curve.t.length; i++) {
    const value = curve.value[i]!;
    if (axis.type === "linear" || value > 0) points.push({ t: curve.t[i]!, value });
  }
  return points;
}

/** At most seven points of a curve for its markers, shifted from one curve to the next so that they do not hide each other. */
function markerPoints(points: readonly Point[], offset: number): Point[] {
  const stride = Math.max(1, Math.floor(points.length / 7));
  return points.filter((_, i) => (i + Math.floor((offset * stride) / 3)) % stride === 0);
}

/** Frame heights beyond the frame at which a line is cut: some renderers of SVG drop lines of 10⁶ px and more. */
const farthest = 4;

/** The points of a line, none further from the frame than renderers bear. */
function withinReach(points: readonly Point[], axis: Axis): readonly Point[] {
  if (axis.type === "log") return points;
  const [low, high] = [axis.value(-farthest), axis.value(1 + farthest)];
  return points.map(({ t, value }) => ({ t, value: Math.min(high, Math.max(low, value)) }));
}

/** Line, markers and stop mark of each curve; lines are clipped to the frame. */
export function curveMarks(curves: readonly Curve[], axis: Axis): Plot.Markish[] {
  const marks: Plot.Markish[] = [];
  const ends: Plot.Markish[] = [];
  const [low, high] = axis.domain;
  curves.forEach((curve, index) => {
    const points = visiblePoints(curve, axis);
    const { colour, dash, marker, strokeWidth, radius } = curve.style;
    const line = {
      x: "t",
      y: "value",
      stroke: colour,
      strokeWidth: strokeWidth * (curve.weight ?? 1),
      clip: true,
    } as const;
    // A line wholly outside the frame is not drawn: some renderers of SVG end at one that is clipped away whole.
    const crosses = points.some(({ value }) => value >= low) && points.some(({ value }) => value <= high);
    if (points.length > 1 && crosses)
      marks.push(Plot.lineY(withinReach(points, axis), dash === undefined ? line : { ...line, strokeDasharray: dash }));
    const inside = points.filter((point) => point.value >= low && point.value <= high);
    const dots = points.length === 1 ? inside : marker === undefined ? [] : markerPoints(inside, curve.shift ?? index);
    const dot = { x: "t", y: "value", r: radius, fill: colour, stroke: "#ffffff", strokeWidth: 0.4 } as const;
    if (dots.length > 0) marks.push(Plot.dot(dots, { ...dot, symbol: marker ?? "circle" }));
    const last = points.at(-1);
    if (curve.stopped === true && last !== undefined) {
      const end = [{ t: last.t, value: axis.value(Math.min(0.98, Math.max(0, axis.unit(last.value)))) }];
      ends.push(Plot.dot(end, { x: "t", y: "value", symbol: "times", r: 3.6, stroke: colour, strokeWidth: 1.6 }));
    }
  });
  return [...marks, ...ends];
}

/** A pale band in the colour of its curve. */
export function bandMarks(
  t: ArrayLike<number>,
  band: { readonly low: ArrayLike<number>; readonly high: ArrayLike<number> },
  colour: string,
  axis: Axis,
): Plot.Markish[] {
  const floor = axis.domain[0];
  const rows = Array.from(t, (time, i) => ({
    t: time,
    low: Math.max(floor, band.low[i]!),
    high: Math.max(floor, band.high[i]!),
  }));
  if (rows.length === 1) return [Plot.ruleX(rows, { x: "t", y1: "low", y2: "high", stroke: colour, strokeWidth: 2 })];
  return [Plot.areaY(rows, { x: "t", y1: "low", y2: "high", fill: colour, fillOpacity: 0.18, clip: true })];
}

/** A grey band between `low` and `high`, with its median unless several bands lie in one panel. */
export function ribbonMarks(
  t: ArrayLike<number>,
  band: { readonly low: ArrayLike<number>; readonly median: ArrayLike<number>; readonly high: ArrayLike<number> },
  axis: Axis,
  withMedian = true,
): Plot.Markish[] {
  const floor = axis.domain[0];
  const rows = Array.from(t, (time, i) => ({
    t: time,
    low: Math.max(floor, band.low[i]!),
    median: Math.max(floor, band.median[i]!),
    high: Math.max(floor, band.high[i]!),
  }));
  if (rows.length === 1) {
    return [Plot.ruleX(rows, { x: "t", y1: "low", y2: "high", stroke: ribbonFill, strokeWidth: 8 })];
  }
  const area = Plot.areaY(rows, { x: "t", y1: "low", y2: "high", fill: ribbonFill, fillOpacity: withMedian ? 1 : 0.7 });
  if (!withMedian) return [area];
  return [area, Plot.lineY(rows, { x: "t", y: "median", stroke: "#8c8c8c", strokeWidth: 0.8 })];
}

/** Moves positions (in px, any order) apart to at least `gap`, staying as near as possible to where they were. */
export function spread(positions: readonly number[], gap: number): number[] {
  const order = positions.map((_, i) => i).sort((a, b) => positions[a]! - positions[b]!);
  const blocks: { members: number[]; centre: number }[] = [];
  for (const index of order) {
    blocks.push({ members: [index], centre: positions[index]! });
    for (let last = blocks.length - 1; last > 0; last = blocks.length - 1) {
      const [before, block] = [blocks[last - 1]!, blocks[last]!];
      const needed = ((before.members.length + block.members.length) * gap) / 2;
      if (block.centre - before.centre >= needed) break;
      const members = [...before.members, ...block.members];
      const centre = members.reduce((sum, i) => sum + positions[i]!, 0) / members.length;
      blocks.splice(last - 1, 2, { members, centre });
    }
  }
  const out = new Array<number>(positions.length).fill(0);
  for (const { members, centre } of blocks) {
    members.forEach((index, i) => {
      out[index] = centre + (i - (members.length - 1) / 2) * gap;
    });
  }
  return out;
}

/** Direct labels at (t, value), moved apart vertically; `plotHeight` is the height of the frame in px. */
export function endLabels(
  labels: readonly { readonly t: number; readonly value: number; readonly label: string; readonly colour?: string }[],
  axis: Axis,
  plotHeight: number,
): Plot.Markish[] {
  const wanted = labels.map((label) => Math.min(1, Math.max(0, axis.unit(label.value))) * plotHeight);
  const placed = spread(wanted, fontSize + 1.5);
  return labels.map((label, i) =>
    Plot.text([{ t: label.t, value: axis.value(wanted[i]! / plotHeight) }], {
      x: "t",
      y: "value",
      text: () => label.label,
      dx: 5,
      dy: wanted[i]! - placed[i]!,
      textAnchor: "start",
      fontSize,
      fill: label.colour ?? ink,
    }),
  );
}
