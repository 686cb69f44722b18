import type { PlotOptions } from "@observablehq/plot";
import type { Figure, LegendEntry } from "../figure.js";
import { fontSize } from "./style.js";
import { textWidth } from "./typeset.js";

const legendRow = 15;
const keyWidth = 26;
const gap = 14;

/** A legend entry at its place. */
export interface PlacedEntry extends LegendEntry {
  readonly x: number;
  readonly y: number;
}

/** What stands before the text of an entry, in px. */
export const keyWidthOf = ({ kind }: LegendEntry): number => (kind === "text" ? 0 : keyWidth);

/** Lays the entries out in rows of at most `width` px. */
export function placeLegend(
  entries: readonly LegendEntry[],
  width: number,
): { entries: readonly PlacedEntry[]; height: number } {
  let x = 6;
  let y = 11;
  const placed: PlacedEntry[] = [];
  for (const entry of entries) {
    const needed = keyWidthOf(entry) + 1.1 * textWidth(entry.label, fontSize);
    if (x > 6 && x + needed > width) {
      x = 6;
      y += legendRow;
    }
    placed.push({ ...entry, x, y });
    x += needed + gap;
  }
  return { entries: placed, height: entries.length === 0 ? 0 : y + 7 };
}

/** What `compose` arranges. */
export interface Arrangement {
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  readonly width: number;
  readonly panelHeight: number;
  readonly columns: number;
  readonly legend: readonly LegendEntry[];
  readonly panels: readonly PlotOptions[];
}

/** Places panels on a grid below the legend; the figure is as high as it needs to be. */
export function compose(arrangement: Arrangement): Figure {
  const { name, title, caption, width, panelHeight, columns, legend } = arrangement;
  const top = placeLegend(legend, width).height;
  const used = Math.max(1, Math.min(columns, arrangement.panels.length));
  const panelWidth = Math.floor(width / used);
  const panels = arrangement.panels.map((options, i) => ({
    x: (i % used) * panelWidth,
    y: top + Math.floor(i / used) * panelHeight,
    options: { ...options, width: panelWidth, height: panelHeight },
  }));
  const rows = Math.ceil(arrangement.panels.length / used);
  return { name, title, caption, width, height: top + rows * panelHeight, legend, panels };
}
