import { InputError } from "@meanfield/core/foundation/errors";
import * as Plot from "@observablehq/plot";
import { panelOptions } from "../drawing/axes.js";
import { compose } from "../drawing/compose.js";
import { sentence } from "../drawing/describe.js";
import { type Axis, depthAxis, valueAxis } from "../drawing/scale.js";
import { columnWidth, palette } from "../drawing/style.js";
import type { Figure, FigureKind, FigureSource, LegendEntry, MarkerName } from "../figure.js";

interface Special {
  readonly kind: "fold" | "hopf" | "zero-eigenvalue" | "rank";
  readonly parameter: number;
  readonly trace: number;
}

/** What the analysis `equilibria` says of branches. */
interface Branches {
  readonly continuation: { readonly path: string; readonly range: readonly [number, number] };
  readonly branches: readonly { readonly rank: number; readonly special: readonly Special[] }[];
  /** Per branch: parameter, tr Σ, unstable directions. */
  readonly picture: { readonly branches: readonly (readonly (readonly [number, number, number])[])[] };
}

const markers: Readonly<Record<Special["kind"], { readonly label: string; readonly marker: MarkerName }>> = {
  fold: { label: "fold", marker: "circle" },
  hopf: { label: "Hopf point", marker: "square" },
  "zero-eigenvalue": { label: "eigenvalue 0", marker: "diamond" },
  rank: { label: "meets a higher rank", marker: "triangle" },
};

function branchesOf({ analysis }: FigureSource): Branches | undefined {
  const found = analysis?.["equilibria"] as { picture?: { branches?: unknown } } | undefined;
  return found?.picture?.branches === undefined ? undefined : (found as unknown as Branches);
}

type Piece = readonly { readonly parameter: number; readonly trace: number }[];

/** Pieces of a branch of one stability; neighbours share the place where it changes. */
function piecesOf(places: Branches["picture"]["branches"][number], highest: number) {
  const pieces: { readonly stable: boolean; readonly piece: { parameter: number; trace: number }[] }[] = [];
  for (const [parameter, trace, unstable] of places) {
    const place = { parameter, trace };
    const stable = unstable === 0;
    const last = pieces.at(-1);
    if (trace > highest) {
      if (last !== undefined && last.piece.length > 0) pieces.push({ stable, piece: [] });
      continue;
    }
    if (last === undefined || last.stable !== stable) {
      if (last !== undefined && last.piece.length > 0) last.piece.push(place);
      pieces.push({ stable, piece: [place] });
    } else last.piece.push(place);
  }
  return pieces;
}

/** tr Σ up to which branches are drawn: one that runs off to infinity must not flatten the others. */
function highestShown({ branches, picture }: Branches): number {
  const traces = picture.branches.flatMap((places) => places.map(([, trace]) => trace)).sort((a, b) => a - b);
  const special = branches.flatMap((branch) => branch.special.map(({ trace }) => trace));
  const typical = Math.max(traces[Math.floor(0.9 * (traces.length - 1))] ?? 0, ...special);
  const greatest = traces.at(-1) ?? 0;
  return greatest <= 4 * typical ? greatest : 1.5 * typical;
}

const place = { x: "parameter", y: "trace" } as const;

function curve(piece: Piece, stable: boolean): Plot.Markish {
  const dash = stable ? {} : { strokeDasharray: "5 3" };
  return Plot.line(piece, { ...place, stroke: palette.blue, strokeWidth: stable ? 2 : 1.3, ...dash });
}

const specialMark = (one: Special): Plot.Markish =>
  Plot.dot([one], {
    ...place,
    symbol: markers[one.kind].marker,
    r: 4,
    fill: "#ffffff",
    stroke: palette.vermillion,
    strokeWidth: 1.6,
  });

function draw(source: FigureSource): Figure {
  const found = branchesOf(source);
  if (found === undefined) {
    const rule = "the analysis equilibria with continue is needed to draw this figure";
    throw new InputError({ code: "missing", who: "figure equilibrium-branches", rule });
  }
  const { continuation, branches, picture } = found;
  const highest = highestShown(found);
  const pieces = picture.branches.flatMap((places) => piecesOf(places, highest));
  const x: Axis = depthAxis(...continuation.range);
  const y = valueAxis([0, ...pieces.flatMap(({ piece }) => piece.map(({ trace }) => trace))], "linear");
  const special = branches.flatMap((branch) => branch.special).filter(({ trace }) => trace <= highest);
  const kinds = [...new Set(special.map(({ kind }) => kind))];
  const off = picture.branches.filter((places) => places.some(([, trace]) => trace > highest)).length;
  const legend: LegendEntry[] = [
    { kind: "line", label: "stable", colour: palette.blue },
    { kind: "line", label: "unstable", colour: palette.blue, dash: "5 3" },
    ...kinds.map((kind) => ({ kind: "marker" as const, colour: palette.vermillion, open: true, ...markers[kind] })),
  ];
  const short = continuation.path.split(".").slice(-3).join(".");
  const panel = panelOptions({ x, y, xLabel: short, yLabel: "$tr Σ^*$", width: columnWidth }, [
    ...pieces.map(({ piece, stable }) => curve(piece, stable)),
    ...special.map(specialMark),
  ]);
  return compose({
    name: "equilibrium-branches",
    title: "Branches of equilibria",
    caption: sentence(
      `Trace of the equilibria $Σ^*$ of the Gaussian closure as ${continuation.path} moves, by pseudo-arclength continuation`,
      "unstable in the stratum of their rank or across it where dashed",
      off > 0 ? `${off === 1 ? "one branch leaves" : `${off} branches leave`} the frame` : "",
    ),
    width: columnWidth,
    panelHeight: 230,
    columns: 1,
    legend,
    panels: [panel],
  });
}

/** tr Σ* of the branches of equilibria against the parameter that moves, with folds, Hopf points and exchanges of stability. */
export const equilibriumBranches: FigureKind = {
  name: "equilibrium-branches",
  doc: "Branches of equilibria of the covariance against a parameter, with their stability, folds and Hopf points",
  applies: (source) => branchesOf(source) !== undefined,
  draw,
};
