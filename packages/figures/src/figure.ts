import type { RunResult } from "@meanfield/core/experiment";
import type { PlotOptions } from "@observablehq/plot";

/** One coordinate system of a figure, placed at (x, y) px from its top left corner. */
export interface Panel {
  readonly x: number;
  readonly y: number;
  /** Plot options with `width` and `height` set; text may carry `$…$` (see drawing/typeset.ts). */
  readonly options: PlotOptions;
}

/** One line of the legend: a stroke, marker or fill with its name. */
export interface LegendEntry {
  readonly label: string;
  readonly colour: string;
  /** A stroke (with its dash pattern), a ribbon, a ribbon with an outline, only a marker, or the text alone. */
  readonly kind: "line" | "ribbon" | "swatch" | "marker" | "text";
  readonly dash?: string;
  readonly marker?: MarkerName;
  /** The marker is an outline. */
  readonly open?: boolean;
}

/** Names of the markers, told apart without colour. */
export type MarkerName = "circle" | "square" | "triangle" | "diamond" | "times";

/** A drawing that is ready to be rendered: a plain value, made by a pure function from a result. */
export interface Figure {
  /** File name without extension, kebab-case. */
  readonly name: string;
  readonly title: string;
  /** One sentence for a paper: what is shown, n, seed, and where the theory comes from. `$…$` is mathematics. */
  readonly caption: string;
  /** CSS px (96 per inch): 336 is one column, 672 two. */
  readonly width: number;
  readonly height: number;
  readonly legend: readonly LegendEntry[];
  readonly panels: readonly Panel[];
}

/** The parts of `analyze --json` that figures and reports read. */
export interface AnalysisJson {
  readonly regime?: {
    readonly verdict: string;
    readonly tStar?: number;
    readonly tError?: number;
    readonly source?: string;
    readonly certificate?: unknown;
    readonly [key: string]: unknown;
  };
  /** When a cloud of n tokens is predicted to leave the closure. What is seen is read off the distances and their bands. */
  readonly departure?: { readonly verdict?: string; readonly predicted?: number; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

/** One number of a probe with what it would be under the null, and for a control network. */
export interface ProbeMeasure {
  readonly value: number;
  readonly null?: { readonly median: number; readonly low: number; readonly high: number };
  readonly control?: number;
}

/** One layer of a probe; the same layer appears once for each input. */
export interface ProbeLayer {
  readonly name: string;
  readonly input?: "gaussian" | "text" | (string & {});
  readonly measures: Readonly<Record<string, ProbeMeasure>>;
}

/** One attention head of a probe. */
export interface ProbeHead {
  readonly name: string;
  readonly head: number;
  readonly input?: string;
  readonly measures: Readonly<Record<string, ProbeMeasure>>;
}

/** What `probe --json` answers. */
export interface ProbeResult {
  readonly network: unknown;
  readonly outcome?: { readonly status: string };
  readonly layers: readonly ProbeLayer[];
  readonly heads?: readonly ProbeHead[];
  readonly verdicts?: unknown;
}

/** What a figure is drawn from. */
export interface FigureSource {
  readonly run?: RunResult;
  readonly analysis?: AnalysisJson;
  readonly probe?: ProbeResult;
}

/** A kind of figure: says whether it applies to a result, and draws it. `draw` is pure. */
export interface FigureKind {
  readonly name: string;
  readonly doc: string;
  applies(source: FigureSource): boolean;
  /** @throws InputError missing — when `applies` is false. */
  draw(source: FigureSource): Figure;
}
