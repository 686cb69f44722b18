import type { LevelResult, RunResult } from "@meanfield/core/experiment";
import { momentsOf } from "@meanfield/core/foundation/law";
import { tokens } from "@meanfield/core/foundation/shapes";
import * as Plot from "@observablehq/plot";
import { panelOptions } from "../drawing/axes.js";
import { compose } from "../drawing/compose.js";
import { levelStyles, readable, requireRun, sampleSentence, sentence } from "../drawing/describe.js";
import { ellipsePoints, type PlanePoint, planeMoments } from "../drawing/ellipse.js";
import { depthAxis, extent, formatNumber } from "../drawing/scale.js";
import { ink, pageWidth } from "../drawing/style.js";
import type { Figure, FigureKind, FigureSource, LegendEntry } from "../figure.js";
import { covarianceLevels, stateAt, widestPlane } from "./covariance-states.js";

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
  const { mean, cov } = momentsOf(tokens(x.slice(), n, d));
  return { origin: mean, axes: widestPlane(cov, d), principal: true };
}

function project(plane: Plane, x: Float64Array, offset: number): [number, number] {
  const along = (axis: Float64Array): number =>
    axis.reduce((sum, entry, a) => sum + entry * (x[offset + a]! - plane.origin[a]!), 0);
  return [along(plane.axes[0]), along(plane.axes[1])];
}

/** The outlines of one and two standard deviations of N(mean, cov) seen in the plane, from the level that saved them at t. */
function ellipses(run: RunResult, plane: Plane, t: number): PlanePoint[][] {
  const level = covarianceLevels(run).find(({ cloud }) => !cloud);
  const state = level && stateAt(level, t);
  if (state === undefined) return [];
  const seen = planeMoments(state.mean, state.cov, plane.axes, plane.origin);
  return [1, 2].map((sigmas) => ellipsePoints(seen, sigmas));
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
