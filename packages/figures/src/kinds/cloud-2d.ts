import type { LevelResult, RunResult } from "@meanfield/core/experiment";
import { symmetricEigen } from "@meanfield/core/foundation/linear-algebra";
import * as Plot from "@observablehq/plot";
import { panelOptions } from "../drawing/axes.js";
import { compose } from "../drawing/compose.js";
import { levelStyles, readable, requireRun, sampleSentence, sentence } from "../drawing/describe.js";
import { depthAxis, extent, formatNumber } from "../drawing/scale.js";
import { ink, pageWidth } from "../drawing/style.js";
import type { Figure, FigureKind, FigureSource, LegendEntry } from "../figure.js";

const most = 1000;
const panelSide = 300;

interface Plane {
  readonly origin: Float64Array;
  /** Two rows of length d. */
  readonly axes: readonly [Float64Array, Float64Array];
  readonly principal: boolean;
}

function tokensAt(level: LevelResult, k: number): { x: Float64Array; n: number; d: number } {
  const { shape, data } = level.states["x"]!;
  const [, n, d] = shape as [number, number, number];
  return { x: data.subarray(k * n * d, (k + 1) * n * d), n, d };
}

/** Coordinates 1 and 2 in two dimensions, else the first two principal axes of the cloud. */
function planeOf(level: LevelResult, k: number): Plane {
  const { x, n, d } = tokensAt(level, k);
  const basis = (i: number): Float64Array => Float64Array.from({ length: d }, (_, a) => (a === i ? 1 : 0));
  if (d === 2) return { origin: new Float64Array(d), axes: [basis(0), basis(1)], principal: false };
  const mean = new Float64Array(d);
  for (let i = 0; i < n; i++) for (let a = 0; a < d; a++) mean[a]! += x[i * d + a]! / n;
  const cov = new Float64Array(d * d);
  for (let i = 0; i < n; i++) {
    for (let a = 0; a < d; a++)
      for (let b = 0; b < d; b++) cov[a * d + b]! += ((x[i * d + a]! - mean[a]!) * (x[i * d + b]! - mean[b]!)) / n;
  }
  const { vectors } = symmetricEigen(cov, d);
  const vector = (j: number): Float64Array => {
    const v = Float64Array.from({ length: d }, (_, a) => vectors[a * d + j]!);
    const largest = v.reduce((best, entry) => (Math.abs(entry) > Math.abs(best) ? entry : best), 0);
    return largest < 0 ? v.map((entry) => -entry) : v;
  };
  return { origin: mean, axes: [vector(d - 1), vector(d - 2)], principal: true };
}

function project(plane: Plane, x: Float64Array, offset: number): [number, number] {
  const along = (axis: Float64Array): number =>
    axis.reduce((sum, entry, a) => sum + entry * (x[offset + a]! - plane.origin[a]!), 0);
  return [along(plane.axes[0]), along(plane.axes[1])];
}

/** The outlines of one and two standard deviations of N(mean, cov) seen in the plane, from the level that saved them at t. */
function ellipses(run: RunResult, plane: Plane, t: number): { u: number; v: number; sigmas: number }[][] {
  const level = Object.values(run.levels).find(
    (other) => other.states["cov"] !== undefined && other.states["mean"] !== undefined,
  );
  if (level === undefined) return [];
  const k = level.t.findIndex((time) => Math.abs(time - t) <= 1e-9 * Math.max(1, Math.abs(t)));
  if (k < 0) return [];
  const mean = level.states["mean"]!.data;
  const cov = level.states["cov"]!.data;
  const d = plane.origin.length;
  const quadratic = (a: Float64Array, b: Float64Array): number => {
    let sum = 0;
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) sum += a[i]! * cov[k * d * d + i * d + j]! * b[j]!;
    return sum;
  };
  const [uu, uv, vv] = [
    quadratic(plane.axes[0], plane.axes[0]),
    quadratic(plane.axes[0], plane.axes[1]),
    quadratic(plane.axes[1], plane.axes[1]),
  ];
  const l11 = Math.sqrt(uu);
  const l21 = l11 > 0 ? uv / l11 : 0;
  const l22 = Math.sqrt(Math.max(0, vv - l21 * l21));
  const [cu, cv] = project(plane, mean, k * d);
  return [1, 2].map((sigmas) =>
    Array.from({ length: 97 }, (_, i) => {
      const [c, s] = [sigmas * Math.cos((2 * Math.PI * i) / 96), sigmas * Math.sin((2 * Math.PI * i) / 96)];
      return { u: cu + l11 * c, v: cv + l21 * c + l22 * s, sigmas };
    }),
  );
}

function panelOf(
  run: RunResult,
  name: string,
  k: number,
): { options: Plot.PlotOptions; outlined: boolean; principal: boolean } {
  const level = run.levels[name]!;
  const plane = planeOf(level, level.t.length - 1);
  const { x, n, d } = tokensAt(level, k);
  const stride = Math.ceil(n / most);
  const points: { u: number; v: number }[] = [];
  for (let i = 0; i < n; i += stride) {
    const [u, v] = project(plane, x, i * d);
    points.push({ u, v });
  }
  const outlines = ellipses(run, plane, level.t[k]!);
  const [u0, u1] = extent([...points, ...outlines.flat()].map((point) => point.u));
  const [v0, v1] = extent([...points, ...outlines.flat()].map((point) => point.v));
  const half = 0.54 * Math.max(u1 - u0, v1 - v0) || 0.5;
  const axisOf = (low: number, high: number) => depthAxis((low + high) / 2 - half, (low + high) / 2 + half, 4);
  const label = (i: number): string => (plane.principal ? `principal axis ${i}` : `$x_${i}$`);
  const title = `${readable(name)}, $t$ = ${formatNumber(level.t[k]!, 4)}`;
  const frame = { x: axisOf(u0, u1), y: axisOf(v0, v1), xLabel: label(1), yLabel: label(2), width: panelSide, title };
  const colour = levelStyles(run)[name]!.colour;
  const dots = Plot.dot(points, { x: "u", y: "v", r: 1.3, fill: colour, fillOpacity: 0.55, clip: true });
  const line = { x: "u", y: "v", stroke: ink, strokeWidth: 1.1, strokeDasharray: "5 3", clip: true } as const;
  return {
    options: panelOptions(frame, [dots, ...outlines.map((outline) => Plot.line(outline, line))]),
    outlined: outlines.length > 0,
    principal: plane.principal,
  };
}

function draw(source: FigureSource): Figure {
  const run = requireRun(source, "cloud-2d");
  const names = cloudLevels(run);
  const panels = names.flatMap((name) => {
    const last = run.levels[name]!.t.length - 1;
    return (last === 0 ? [0] : [0, last]).map((k) => panelOf(run, name, k));
  });
  const outlined = panels.some((panel) => panel.outlined);
  const n = run.levels[names[0]!]!.states["x"]!.shape[1]!;
  const shown = n > most ? `one token in ${Math.ceil(n / most)} is drawn` : "";
  const plane = panels[0]!.principal ? "first two principal axes of each cloud at its last depth" : "";
  const outline = outlined ? "dashed: one and two standard deviations of the Gaussian moments" : "";
  const ellipse: LegendEntry = { kind: "line", label: "Gaussian moments, 1σ and 2σ", colour: ink, dash: "5 3" };
  const columns = panels.length === 1 ? 1 : 2;
  return compose({
    name: "cloud-2d",
    title: "The cloud of tokens",
    caption: sentence("Tokens at the first and last saved depth", sampleSentence(run), plane, outline, shown),
    width: (pageWidth / 2) * columns,
    panelHeight: panelSide,
    columns,
    legend: outlined ? [ellipse] : [],
    panels: panels.map((panel) => panel.options),
  });
}

function cloudLevels(run: RunResult): string[] {
  return Object.entries(run.levels)
    .filter(
      ([, level]) => level.t.length > 0 && (level.states["x"]?.shape[2] ?? 0) >= 2 && level.states["x"]!.shape[1]! > 0,
    )
    .map(([name]) => name);
}

/** Tokens in the plane at the first and last saved depth, with the ellipses of the moments. */
export const cloud2d: FigureKind = {
  name: "cloud-2d",
  doc: "Tokens in two coordinates (principal axes when d > 2) at the first and last saved depth",
  applies: ({ run }) => run !== undefined && cloudLevels(run).length > 0,
  draw,
};
