import type { MarkerName } from "../figure.js";

/** Okabe–Ito: told apart by the common kinds of colour blindness. */
export const palette = {
  black: "#000000",
  orange: "#E69F00",
  sky: "#56B4E9",
  green: "#009E73",
  blue: "#0072B2",
  vermillion: "#D55E00",
  purple: "#CC79A7",
} as const;

export const ink = "#222222";
export const faint = "#767676";
export const ribbonFill = "#D9D9D9";

/** px; 10 px = 7.5 pt, what journals ask for at one-column width. */
export const fontSize = 10;
export const columnWidth = 336;
export const pageWidth = 672;

/** Generic stacks. The KaTeX names are found where those fonts are supplied (report, PNG, PDF). */
export const fontStacks = {
  sans: "Helvetica, Arial, 'Liberation Sans', KaTeX_SansSerif, 'DejaVu Sans', sans-serif",
  math: "KaTeX_Math, 'STIX Two Text', 'Latin Modern Math', 'Cambria Math', 'Times New Roman', 'DejaVu Serif', serif",
  symbol: "KaTeX_Main, 'STIX Two Text', 'Latin Modern Math', 'Cambria Math', 'Times New Roman', 'DejaVu Serif', serif",
  latin: "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif",
} as const;

/** How one curve is told apart: by colour, by dash and by marker, so that grey print still reads. */
export interface CurveStyle {
  readonly colour: string;
  readonly dash: string | undefined;
  readonly marker: MarkerName | undefined;
  /** Stroke width in px and marker radius: later curves are thinner, so that curves on top of each other all show. */
  readonly strokeWidth: number;
  readonly radius: number;
}

const colours = [palette.blue, palette.vermillion, palette.green, palette.orange, palette.purple, palette.sky] as const;
const markers = ["circle", "square", "triangle", "diamond"] as const;
const weights = [
  { strokeWidth: 2.2, radius: 3 },
  { strokeWidth: 1.4, radius: 2.3 },
  { strokeWidth: 0.9, radius: 1.6 },
] as const;
const dashes = ["5 3", "1.5 2.5", "7 2.5 1.5 2.5", "3 2"] as const;

/** The style of the i-th curve among finite clouds (solid, with a marker) or laws (dashed, without). */
export function curveStyle(index: number, finite: boolean, indexInGroup: number): CurveStyle {
  const colour = colours[index % colours.length]!;
  if (!finite)
    return { colour, dash: dashes[indexInGroup % dashes.length]!, marker: undefined, strokeWidth: 1.5, radius: 2.3 };
  const weight = weights[Math.min(indexInGroup, weights.length - 1)]!;
  return { colour, dash: undefined, marker: markers[indexInGroup % markers.length]!, ...weight };
}

const rampStops = [
  [255, 255, 255],
  [198, 219, 239],
  [107, 174, 214],
  [33, 113, 181],
  [8, 48, 107],
] as const;

/** A sequential scale from white to dark blue, monotone in lightness; u in [0, 1]. */
export function ramp(u: number): string {
  const position = Math.min(1, Math.max(0, u)) * (rampStops.length - 1);
  const i = Math.min(rampStops.length - 2, Math.floor(position));
  const from = rampStops[i]!;
  const to = rampStops[i + 1]!;
  const channel = (a: number): string =>
    Math.round(from[a]! + (position - i) * (to[a]! - from[a]!))
      .toString(16)
      .padStart(2, "0");
  return `#${channel(0)}${channel(1)}${channel(2)}`;
}
