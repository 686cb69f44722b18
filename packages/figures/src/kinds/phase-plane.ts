import { InputError } from "@meanfield/core/foundation/errors";
import * as Plot from "@observablehq/plot";
import { panelOptions } from "../drawing/axes.js";
import { compose } from "../drawing/compose.js";
import { sentence } from "../drawing/describe.js";
import { depthAxis } from "../drawing/scale.js";
import { columnWidth, fontSize, ink, palette } from "../drawing/style.js";
import type { Figure, FigureKind, FigureSource, LegendEntry } from "../figure.js";

type Pair = readonly [number, number];

/** What the analysis `phase-portrait` says in two dimensions. */
interface PlanePortrait {
  readonly verdict: string;
  readonly start: Pair;
  readonly directions: readonly [Pair, Pair];
  readonly picture: {
    readonly size: number;
    readonly field: readonly (readonly [number, number, number, number])[];
    readonly paths: readonly { readonly end: string; readonly points: readonly Pair[] }[];
  };
}

const place = { x: "a", y: "b" } as const;
const at = ([a, b]: Pair) => ({ a, b });

function portraitOf({ analysis }: FigureSource): PlanePortrait | undefined {
  const portrait = analysis?.["phase-portrait"] as { picture?: { field?: unknown } } | undefined;
  return portrait?.picture?.field === undefined ? undefined : (portrait as unknown as PlanePortrait);
}

/** Arrows centred on the grid, as one line each: shaft, and back along both sides of the head. */
function arrowMarks({ field, size }: PlanePortrait["picture"]): Plot.Markish[] {
  const cell = size / Math.sqrt(field.length);
  const fastest = Math.max(...field.map(([, , da, db]) => Math.hypot(da, db)));
  const rows = field.flatMap(([a, b, da, db], arrow) => {
    const speed = Math.hypot(da, db);
    if (speed <= 1e-12 * fastest) return [];
    const half = 0.42 * cell * (0.3 + 0.7 * Math.cbrt(speed / fastest));
    const [u, v] = [da / speed, db / speed];
    const tip: Pair = [a + half * u, b + half * v];
    const head = 0.3 * cell;
    const side = (sign: number): Pair => [
      tip[0] - head * (u + 0.45 * sign * -v),
      tip[1] - head * (v + 0.45 * sign * u),
    ];
    const tail: Pair = [a - half * u, b - half * v];
    return [tail, tip, side(1), tip, side(-1)].map((point) => ({ ...at(point), arrow }));
  });
  return rows.length === 0 ? [] : [Plot.line(rows, { ...place, z: "arrow", stroke: "#9a9a9a", strokeWidth: 0.8 })];
}

function pathMarks({ paths, size }: PlanePortrait["picture"]): Plot.Markish[] {
  return paths.flatMap(({ points, end }, k) => {
    const colour = k === 0 ? palette.vermillion : palette.blue;
    const firstOut = points.findIndex(([a, b]) => a > size || b > size);
    const shown = firstOut < 0 ? points : points.slice(0, firstOut + 1);
    // A line may not go far beyond the frame: some renderers of SVG drop it.
    const near = shown.map(([a, b]): Pair => [Math.min(a, 3 * size), Math.min(b, 3 * size)]);
    const last = points.at(-1)!;
    const inside = last[0] <= size && last[1] <= size;
    const stays = end === "completed" && inside;
    return [
      Plot.line(near.map(at), { ...place, stroke: colour, strokeWidth: k === 0 ? 2 : 1.3, clip: true }),
      Plot.dot([at(points[0]!)], {
        ...place,
        r: k === 0 ? 3.2 : 2.2,
        fill: "#ffffff",
        stroke: colour,
        strokeWidth: 1.3,
      }),
      ...(stays ? [Plot.dot([at(last)], { ...place, r: k === 0 ? 3.2 : 2.2, fill: colour })] : []),
    ];
  });
}

/** Σ* of the regime, where it shares the directions of the picture. */
function equilibriumOf({ analysis }: FigureSource, { directions, picture }: PlanePortrait): Pair | undefined {
  const found = analysis?.regime?.["equilibrium"] as { cov?: readonly (readonly number[])[] } | undefined;
  const cov = found?.cov;
  if (cov?.length !== 2) return undefined;
  const form = (u: Pair, v: Pair) =>
    u[0] * (cov[0]![0]! * v[0] + cov[0]![1]! * v[1]) + u[1] * (cov[1]![0]! * v[0] + cov[1]![1]! * v[1]);
  const [first, second] = directions;
  const pair: Pair = [form(first, first), form(second, second)];
  const off = Math.abs(form(first, second));
  return off <= 1e-6 * (pair[0] + pair[1]) && Math.max(...pair) <= picture.size ? pair : undefined;
}

function equilibriumMarks(pair: Pair | undefined): Plot.Markish[] {
  if (pair === undefined) return [];
  const point = [at(pair)];
  return [
    Plot.dot(point, { ...place, r: 5, fill: "none", stroke: ink, strokeWidth: 1.4 }),
    Plot.text(point, {
      ...place,
      text: () => "$Σ^*$",
      dx: 8,
      dy: -9,
      textAnchor: "start",
      fontSize,
      fill: ink,
      stroke: "#ffffff",
      strokeWidth: 3,
    }),
  ];
}

function draw(source: FigureSource): Figure {
  const portrait = portraitOf(source);
  if (portrait === undefined) {
    const rule = "the analysis phase-portrait of a model with d = 2 is needed to draw this figure";
    throw new InputError({ code: "missing", who: "figure phase-plane", rule });
  }
  const { picture, verdict } = portrait;
  const axis = depthAxis(0, picture.size, 4);
  const equilibrium = equilibriumOf(source, portrait);
  const panel = panelOptions(
    { x: axis, y: axis, xLabel: "eigenvalue $λ_1$", yLabel: "eigenvalue $λ_2$", width: columnWidth },
    [...arrowMarks(picture), ...pathMarks(picture), ...equilibriumMarks(equilibrium)],
  );
  const legend: LegendEntry[] = [
    { kind: "line", label: "from $Σ_0$", colour: palette.vermillion },
    { kind: "line", label: "from other starts", colour: palette.blue },
  ];
  const out = picture.paths.filter(({ points }) => Math.max(...points.at(-1)!) > picture.size).length;
  return compose({
    name: "phase-plane",
    title: "Phase portrait of the eigenvalues",
    caption: sentence(
      "Rates of the eigenvalues of $Σ$ among covariances with the eigenvectors of $Σ_0$; arrows grow with the cube root of the speed",
      verdict === "invariant plane"
        ? "the flow stays among them"
        : "the flow turns the eigenvectors, so that trajectories, of the full flow, need not follow the arrows",
      "open dots are starts, filled dots ends",
      out > 0 ? `${out} of ${picture.paths.length} trajectories leave the frame` : "",
      equilibrium === undefined ? "" : "the ring is the equilibrium $Σ^*$",
    ),
    width: columnWidth,
    panelHeight: columnWidth - 4,
    columns: 1,
    legend,
    panels: [panel],
  });
}

/** The vector field of the two eigenvalues of the covariance, with trajectories (d = 2). */
export const phasePlane: FigureKind = {
  name: "phase-plane",
  doc: "Vector field of the two eigenvalues of the covariance with trajectories (d = 2)",
  applies: (source) => portraitOf(source) !== undefined,
  draw,
};
