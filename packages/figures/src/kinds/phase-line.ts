import { InputError } from "@meanfield/core/foundation/errors";
import * as Plot from "@observablehq/plot";
import { panelOptions } from "../drawing/axes.js";
import { compose } from "../drawing/compose.js";
import { sentence } from "../drawing/describe.js";
import { type Axis, depthAxis, extent, formatNumber, valueAxis } from "../drawing/scale.js";
import { columnWidth, faint, fontSize, ink, palette } from "../drawing/style.js";
import type { Figure, FigureKind, FigureSource } from "../figure.js";

interface Equilibrium {
  readonly sigma: number;
  readonly stability: "stable" | "unstable" | "half-stable";
  readonly slope: number;
}

/** What the analysis `phase-portrait` says in one dimension. */
interface LinePortrait {
  readonly start: number;
  readonly equilibria: readonly Equilibrium[];
  readonly picture: { readonly sigma: readonly number[]; readonly drift: readonly number[] };
}

/** The portrait of a source, where it is one of this kind. */
function portraitOf({ analysis }: FigureSource): LinePortrait | undefined {
  const portrait = analysis?.["phase-portrait"] as { picture?: { drift?: unknown } } | undefined;
  return portrait?.picture?.drift === undefined ? undefined : (portrait as unknown as LinePortrait);
}

/** The label stands to the right, on the side of the zero line that the curve leaves free there. */
function equilibriumMarks({ sigma, stability, slope }: Equilibrium): Plot.Markish[] {
  const point = [{ sigma, drift: 0 }];
  const place = { x: "sigma", y: "drift" } as const;
  const name = sigma === 0 ? "0" : `$σ^*$ = ${formatNumber(sigma, 4)}`;
  const fill = stability === "stable" ? palette.blue : "#ffffff";
  const text = {
    ...place,
    text: () => `${name}, ${stability}`,
    textAnchor: "start",
    dx: 7,
    fontSize,
    fill: ink,
  } as const;
  return [
    Plot.dot(point, { ...place, r: 4, fill, stroke: palette.blue, strokeWidth: 1.6 }),
    Plot.text(point, { ...text, dy: slope > 0 ? 12 : -11 }),
  ];
}

/** A triangle on the zero line between neighbouring equilibria, pointing to where σ goes. */
function flowMarks({ equilibria, picture }: LinePortrait, x: Axis, y: Axis): Plot.Markish[] {
  const last = picture.sigma.at(-1)!;
  const borders = [...equilibria.map(({ sigma }) => sigma).filter((sigma) => sigma < last), last];
  const [long, high] = [0.016 * (x.domain[1] - x.domain[0]), 0.022 * (y.domain[1] - y.domain[0])];
  return borders.slice(1).flatMap((right, k) => {
    const middle = (borders[k]! + right) / 2;
    if (right - borders[k]! < 6 * long) return [];
    const drift = picture.drift[Math.round((middle / last) * (picture.sigma.length - 1))]!;
    const tip = middle + Math.sign(drift) * long;
    const corners = [
      { sigma: tip, drift: 0 },
      { sigma: middle, drift: high },
      { sigma: middle, drift: -high },
    ];
    return [Plot.line(corners, { x: "sigma", y: "drift", curve: "linear-closed", fill: faint, stroke: faint })];
  });
}

function draw(source: FigureSource): Figure {
  const portrait = portraitOf(source);
  if (portrait === undefined) {
    const rule = "the analysis phase-portrait of a model with d = 1 is needed to draw this figure";
    throw new InputError({ code: "missing", who: "figure phase-line", rule });
  }
  const { start, equilibria, picture } = portrait;
  const x = depthAxis(0, picture.sigma.at(-1)!);
  const [least, most] = extent([...picture.drift, 0]);
  // Room for labels on both sides of the zero line.
  const room = 0.14 * (most - least);
  const y = valueAxis([least, most, -room, room], "linear");
  const curve = picture.sigma.map((sigma, k) => ({ sigma, drift: picture.drift[k]! }));
  const shown = equilibria.filter(({ sigma }) => sigma <= picture.sigma.at(-1)!);
  const there = picture.sigma.findIndex((sigma) => sigma >= start);
  const first = [{ sigma: start, drift: picture.drift[there] ?? 0 }];
  const place = { x: "sigma", y: "drift" } as const;
  const beyond = equilibria.length - shown.length;
  const panel = panelOptions({ x, y, xLabel: "variance $σ$", yLabel: "drift $dσ/dt$", width: columnWidth }, [
    Plot.ruleY([0], { stroke: faint, strokeWidth: 0.8 }),
    Plot.line(curve, { ...place, stroke: palette.blue, strokeWidth: 1.8 }),
    ...flowMarks(portrait, x, y),
    Plot.dot(first, { ...place, r: 3, symbol: "diamond", fill: palette.vermillion }),
    Plot.text(first, { ...place, text: () => "$σ_0$", dy: -10, fontSize, fill: palette.vermillion }),
    ...shown.flatMap(equilibriumMarks),
  ]);
  return compose({
    name: "phase-line",
    title: "Phase portrait of the variance",
    caption: sentence(
      "Drift of the variance $σ$ of the Gaussian closure against $σ$, $dσ/dt = 2B(σ)σ$",
      "filled dots are stable equilibria, open ones unstable; triangles show where $σ$ goes",
      beyond > 0
        ? `${beyond === 1 ? "one equilibrium lies" : `${beyond} equilibria lie`} beyond the variances shown`
        : "",
    ),
    width: columnWidth,
    panelHeight: 220,
    columns: 1,
    legend: [],
    panels: [panel],
  });
}

/** dσ/dt against σ with equilibria and their stability (d = 1). */
export const phaseLine: FigureKind = {
  name: "phase-line",
  doc: "Drift of the variance against the variance, with equilibria and their stability (d = 1)",
  applies: (source) => portraitOf(source) !== undefined,
  draw,
};
