import type { RunResult } from "@meanfield/core/experiment";
import * as Plot from "@observablehq/plot";
import { panelOptions } from "../drawing/axes.js";
import { compose } from "../drawing/compose.js";
import { readable, requireRun, sampleSentence, sentence } from "../drawing/describe.js";
import { ellipsePoints, planeMoments } from "../drawing/ellipse.js";
import { ellipsoidFacets, type View, viewFrom } from "../drawing/ellipsoid.js";
import { depthAxis, formatNumber } from "../drawing/scale.js";
import { fontSize, ink, pageWidth, ramp } from "../drawing/style.js";
import type { Figure, FigureKind, FigureSource } from "../figure.js";
import {
  type CovarianceLevel,
  covarianceLevels,
  largestEigenvalue,
  shownDepths,
  stateAt,
} from "./covariance-states.js";

const most = 4;
const view: View = viewFrom((35 * Math.PI) / 180, (22 * Math.PI) / 180);
const width = pageWidth / most;

function solidMarks(cov: Float64Array): Plot.Markish[] {
  const rows = ellipsoidFacets(cov, view).flatMap(({ corners, light }, facet) =>
    corners.map((corner) => ({ ...corner, facet, colour: ramp(0.8 - 0.62 * light) })),
  );
  const axes = [Float64Array.from(view.right), Float64Array.from(view.up)] as const;
  const outline = ellipsePoints(planeMoments([0, 0, 0], cov, axes, [0, 0, 0]), 1);
  const facets = {
    x: "u",
    y: "v",
    z: "facet",
    curve: "linear-closed",
    fill: (row: { colour: string }) => row.colour,
    stroke: (row: { colour: string }) => row.colour,
    strokeWidth: 0.4,
  } as const;
  return [
    ...(rows.length > 0 ? [Plot.line(rows, facets)] : []),
    Plot.line(outline, { x: "u", y: "v", stroke: ink, strokeWidth: 0.9 }),
  ];
}

/** The three coordinate directions, as short lines from the lower left corner. */
function triadMarks(half: number): Plot.Markish[] {
  const [u0, v0, size] = [-0.62 * half, -0.7 * half, 0.24 * half];
  return [0, 1, 2].flatMap((i) => {
    const [u, v] = [view.right[i]!, view.up[i]!];
    const end = { u: u0 + size * u, v: v0 + size * v };
    const name = { u: u0 + 1.45 * size * u, v: v0 + 1.45 * size * v };
    return [
      Plot.line([{ u: u0, v: v0 }, end], { x: "u", y: "v", stroke: ink, strokeWidth: 0.8 }),
      Plot.text([name], { x: "u", y: "v", text: () => `$x_${i + 1}$`, fontSize, fill: ink }),
    ];
  });
}

function panelOf(level: CovarianceLevel, t: number, half: number, bottom: boolean, first: boolean): Plot.PlotOptions {
  const state = stateAt(level, t);
  const axis = depthAxis(-half, half, 3);
  const missing = Plot.text([{ u: 0, v: 0 }], { x: "u", y: "v", text: () => "no state", fontSize, fill: "#555555" });
  const frame = {
    x: axis,
    y: axis,
    xLabel: bottom ? "length" : "",
    yLabel: first ? "length" : "",
    width,
    title: `${readable(level.name)}, $t$ = ${formatNumber(t, 3)}`,
  };
  return panelOptions(frame, [...(state === undefined ? [missing] : solidMarks(state.cov)), ...triadMarks(half)]);
}

function drawnLevels(run: RunResult | undefined): CovarianceLevel[] {
  const levels = run === undefined ? [] : covarianceLevels(run).filter(({ d }) => d === 3);
  return levels.some(({ states }) => states.length > 1) ? levels : [];
}

function draw(source: FigureSource): Figure {
  const run = requireRun(source, "covariance-ellipsoids");
  const levels = drawnLevels(run);
  const depths = shownDepths(levels, most);
  const reach = (t: number): number => {
    const widest = levels.map((level) => largestEigenvalue(stateAt(level, t)?.cov ?? new Float64Array(9), 3));
    return 1.25 * Math.sqrt(Math.max(...widest)) || 1;
  };
  const halves = depths.map(reach);
  const panels = levels.flatMap((level, i) =>
    depths.map((t, k) => panelOf(level, t, halves[k]!, i === levels.length - 1, k === 0)),
  );
  return compose({
    name: "covariance-ellipsoids",
    title: "Covariance through depth in three dimensions",
    caption: sentence(
      "One standard deviation of the token covariance, around its mean, seen from azimuth 35° and elevation 22°",
      sampleSentence(run),
      "one scale for all levels at a depth, another at every depth",
    ),
    width: width * depths.length,
    panelHeight: width + 22,
    columns: depths.length,
    legend: [],
    panels,
  });
}

/** The covariance in three dimensions as shaded ellipsoids, depths across and levels down. */
export const covarianceEllipsoids: FigureKind = {
  name: "covariance-ellipsoids",
  doc: "Shaded ellipsoids of the covariance at up to four saved depths for each level (d = 3)",
  applies: ({ run }) => drawnLevels(run).length > 0,
  draw,
};
