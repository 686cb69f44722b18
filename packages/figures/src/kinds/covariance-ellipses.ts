import type { RunResult } from "@meanfield/core/experiment";
import * as Plot from "@observablehq/plot";
import { panelOptions } from "../drawing/axes.js";
import { compose } from "../drawing/compose.js";
import { readable, requireRun, sampleSentence, sentence } from "../drawing/describe.js";
import { ellipsePoints, planeMoments } from "../drawing/ellipse.js";
import { depthAxis, formatNumber } from "../drawing/scale.js";
import { pageWidth, ramp } from "../drawing/style.js";
import type { Figure, FigureKind, FigureSource } from "../figure.js";
import {
  type CovarianceLevel,
  covarianceLevels,
  drawnReach,
  shownDepths,
  stateAt,
  widestPlane,
} from "./covariance-states.js";

const panelSide = 250;
const most = 6;

interface Plane {
  readonly axes: readonly [Float64Array, Float64Array];
  readonly principal: boolean;
}

/** The coordinates themselves in two dimensions, else where the first level is widest at the last depth that it shares. */
function planeOf([first]: readonly CovarianceLevel[], depths: readonly number[]): Plane {
  const { d, states } = first!;
  const basis = (i: number): Float64Array => Float64Array.from({ length: d }, (_, a) => (a === i ? 1 : 0));
  if (d === 2) return { axes: [basis(0), basis(1)], principal: false };
  const last = depths.flatMap((t) => stateAt(first!, t) ?? []).at(-1) ?? states.at(-1)!;
  return { axes: widestPlane(last.cov, d), principal: true };
}

/** From pale at the first depth to dark at the last: lightness alone tells the order. */
export function depthColour(index: number, count: number): string {
  return ramp(count === 1 ? 1 : 0.4 + (0.6 * index) / (count - 1));
}

function panelOf(level: CovarianceLevel, depths: readonly number[], plane: Plane, reach: number): Plot.PlotOptions {
  const axis = depthAxis(-1.08 * reach, 1.08 * reach, 4);
  const label = (i: number): string => (plane.principal ? `principal axis ${i}` : `$x_${i} − m_${i}$`);
  const lines = depths.flatMap((t, k) => {
    const state = stateAt(level, t);
    if (state === undefined) return [];
    const points = ellipsePoints(planeMoments(state.mean, state.cov, plane.axes, state.mean), 1);
    const width = k === depths.length - 1 || k === 0 ? 1.8 : 1.2;
    const line = { x: "u", y: "v", stroke: depthColour(k, depths.length), strokeWidth: width, clip: true } as const;
    // An outline wholly outside the frame is not drawn: some renderers of SVG end at one that is clipped away whole.
    const crosses = points.some(({ u, v }) => Math.abs(u) < 1.08 * reach && Math.abs(v) < 1.08 * reach);
    return crosses ? [Plot.line(points, line)] : [];
  });
  const frame = { x: axis, y: axis, xLabel: label(1), yLabel: label(2), width: panelSide, title: readable(level.name) };
  return panelOptions(frame, lines);
}

function drawnLevels(run: RunResult | undefined): CovarianceLevel[] {
  if (run === undefined) return [];
  const levels = covarianceLevels(run).filter(({ d }) => d === 2 || d > 3);
  return levels.some(({ states }) => states.length > 1) ? levels : [];
}

/** Which levels end before the last depth, or leave the frame. */
function missingSentence(levels: readonly CovarianceLevel[], depths: readonly number[], reach: number): string {
  const said = levels.flatMap((level) => {
    const missing = depths.filter((t) => stateAt(level, t) === undefined).length;
    const outside = depths.filter((t) => {
      const state = stateAt(level, t);
      return state !== undefined && Math.max(state.cov[0]!, state.cov[level.d + 1]!) > (1.08 * reach) ** 2;
    }).length;
    const parts = [
      ...(missing > 0 ? [`has no state at the last ${missing === 1 ? "depth" : `${missing} depths`}`] : []),
      ...(outside > 0 ? [`leaves the frame at ${outside === 1 ? "one depth" : `${outside} depths`}`] : []),
    ];
    return parts.length === 0 ? [] : [`${readable(level.name)} ${parts.join(" and ")}`];
  });
  return said.join("; ");
}

function draw(source: FigureSource): Figure {
  const run = requireRun(source, "covariance-ellipses");
  const levels = drawnLevels(run);
  const depths = shownDepths(levels, most);
  const plane = planeOf(levels, depths);
  const reach = drawnReach(levels, depths) || 1;
  const legend = depths.map((t, k) => ({
    kind: "line" as const,
    label: `$t$ = ${formatNumber(t, 3)}`,
    colour: depthColour(k, depths.length),
  }));
  const columns = Math.min(levels.length, 3);
  return compose({
    name: "covariance-ellipses",
    title: "Covariance through depth",
    caption: sentence(
      "One standard deviation of the token covariance around its mean, from pale (first depth) to dark (last)",
      sampleSentence(run),
      plane.principal ? "in the two directions in which the first level is widest at its last depth" : "",
      missingSentence(levels, depths, reach),
    ),
    width: columns === 1 ? pageWidth / 2 : columns === 2 ? (2 * pageWidth) / 3 : pageWidth,
    panelHeight: columns === 1 ? pageWidth / 2 : pageWidth / 3 + 16,
    columns,
    legend,
    panels: levels.map((level) => panelOf(level, depths, plane, reach)),
  });
}

/** The covariance as nested ellipses at the saved depths, one panel a level; in the widest plane when d > 3. */
export const covarianceEllipses: FigureKind = {
  name: "covariance-ellipses",
  doc: "Ellipses of the covariance at the saved depths, one panel a level (d = 2; the widest plane when d > 3)",
  applies: ({ run }) => drawnLevels(run).length > 0,
  draw,
};
