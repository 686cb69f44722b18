import * as Plot from "@observablehq/plot";
import type { Axis } from "./scale.js";
import { faint, fontSize, ink, palette, ribbonFill } from "./style.js";
import { textWidth } from "./typeset.js";

/** A vertical line at a depth that theory or data singles out. */
export interface DepthRule {
  readonly t: number;
  /** Half width of its band, in depth. */
  readonly error?: number;
  readonly label: string;
  /** Solid black for what theory proves, dashed black for what it predicts roughly, dotted grey for what is seen. */
  readonly kind: "theory" | "prediction" | "data";
}

/** What a panel needs to know about itself. */
export interface Frame {
  readonly x: Axis;
  readonly y: Axis;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly width: number;
  readonly title?: string;
  readonly rules?: readonly DepthRule[];
  readonly marginRight?: number;
}

const labelRow = 12;

function axisMarks(frame: Frame): Plot.Markish[] {
  const { x, y } = frame;
  const tick = { tickSize: 4, tickPadding: 3, color: ink, fontSize };
  return [
    Plot.frame({ anchor: "left", stroke: ink, strokeWidth: 0.8 }),
    Plot.frame({ anchor: "bottom", stroke: ink, strokeWidth: 0.8 }),
    Plot.axisX([...x.ticks], { ...tick, anchor: "bottom", text: x.format, label: null }),
    Plot.axisY([...y.ticks], { ...tick, anchor: "left", text: y.format, label: null }),
    Plot.axisY([...y.minor], { ...tick, anchor: "left", tickSize: 2.5, text: null, label: null }),
  ];
}

function ruleMarks(frame: Frame, plotWidth: number): { marks: Plot.Markish[]; rows: number } {
  const marks: Plot.Markish[] = [];
  const taken: { left: number; right: number; row: number }[] = [];
  let rows = 0;
  for (const rule of frame.rules ?? []) {
    const centre = frame.x.unit(rule.t) * plotWidth;
    const half = textWidth(rule.label, fontSize) / 2 + 4;
    let row = 0;
    while (taken.some((other) => other.row === row && other.left < centre + half && other.right > centre - half)) row++;
    taken.push({ left: centre - half, right: centre + half, row });
    rows = Math.max(rows, row + 1);
    const [low, high] = frame.y.domain;
    const theory = rule.kind !== "data";
    if ((rule.error ?? 0) > 0) {
      const band = {
        x1: Math.max(frame.x.domain[0], rule.t - rule.error!),
        x2: Math.min(frame.x.domain[1], rule.t + rule.error!),
      };
      marks.push(
        Plot.rect([{ ...band, y1: low, y2: high }], { x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill: ribbonFill }),
      );
    }
    const line = { x: "t", stroke: theory ? palette.black : faint, strokeWidth: 1 };
    const dash = { theory: undefined, prediction: "6 3", data: "2 2" }[rule.kind];
    marks.push(Plot.ruleX([{ t: rule.t }], dash === undefined ? line : { ...line, strokeDasharray: dash }));
    const space = plotWidth - centre + (frame.marginRight ?? 12);
    const pushed = half > space;
    const text = { x: "t", text: () => rule.label, frameAnchor: "top", dy: -10 - row * labelRow, fontSize } as const;
    const place = pushed ? ({ textAnchor: "end", dx: space - 2 } as const) : ({ textAnchor: "middle" } as const);
    marks.push(Plot.text([{ t: rule.t }], { ...text, ...place, fill: theory ? ink : "#555555" }));
  }
  return { marks, rows };
}

/**
 * Plot options of one panel: axes with centred labels, the rules of theory behind, then `marks`. Width and height are the
 * arrangement's.
 */
export function panelOptions(frame: Frame, marks: readonly Plot.Markish[]): Plot.PlotOptions {
  const widest = Math.max(0, ...frame.y.ticks.map((value) => textWidth(frame.y.format(value), fontSize)));
  const marginLeft = Math.ceil(widest) + (frame.yLabel === "" ? 14 : 28);
  const marginRight = frame.marginRight ?? 12;
  const rules = ruleMarks(frame, frame.width - marginLeft - marginRight);
  const titled = frame.title !== undefined;
  const marginTop = 8 + rules.rows * (labelRow + 2) + (titled ? 14 : 0);
  const labels: Plot.Markish[] = [];
  const label = { fontSize, fill: ink };
  if (frame.xLabel !== "") {
    labels.push(
      Plot.text([frame.xLabel], {
        ...label,
        text: (s: string) => s,
        frameAnchor: "bottom",
        dy: 31,
        lineAnchor: "bottom",
      }),
    );
  }
  if (frame.yLabel !== "") {
    const place = {
      frameAnchor: "left",
      rotate: -90,
      dx: -marginLeft + 10,
      textAnchor: "middle",
      lineAnchor: "middle",
    } as const;
    labels.push(Plot.text([frame.yLabel], { ...label, text: (s: string) => s, ...place }));
  }
  if (titled) {
    const place = {
      frameAnchor: "top-left",
      dy: -7 - rules.rows * labelRow,
      lineAnchor: "bottom",
      fontWeight: "normal",
    } as const;
    labels.push(Plot.text([frame.title], { ...label, text: (s: string) => s, ...place }));
  }
  return {
    marginLeft,
    marginTop,
    marginRight,
    marginBottom: frame.xLabel === "" ? 20 : 34,
    x: { type: "linear", domain: [...frame.x.domain], axis: null },
    y: { type: frame.y.type, domain: [...frame.y.domain], axis: null },
    marks: [...rules.marks, ...marks, ...axisMarks(frame), ...labels],
  };
}
