import type { AttentionWatch, RunResult } from "@meanfield/core/experiment";
import type { PlotOptions } from "@observablehq/plot";
import * as Plot from "@observablehq/plot";
import { type DepthRule, panelOptions } from "../drawing/axes.js";
import { compose } from "../drawing/compose.js";
import { type Curve, curveMarks } from "../drawing/curves.js";
import {
  lastDepth,
  levelStyles,
  readable,
  requireRun,
  sampleSentence,
  sentence,
  theoryRules,
} from "../drawing/describe.js";
import { type Axis, depthAxis, formatNumber, valueAxis } from "../drawing/scale.js";
import { faint, fontSize, ink, pageWidth } from "../drawing/style.js";
import type { Figure, FigureKind, FigureSource, LegendEntry } from "../figure.js";

/** One cloud beside the moments. */
interface Watched {
  readonly cloud: string;
  readonly watch: AttentionWatch;
}

function watchedIn(run: RunResult | undefined): Watched[] {
  return Object.entries(run?.attention ?? {}).flatMap(([pair, watch]) => {
    const cloud = pair.split("|").find((name) => run!.levels[name]?.states["cov"] === undefined);
    return cloud === undefined || watch.t.length === 0 ? [] : [{ cloud, watch }];
  });
}

/** A horizontal line at log n, named on the left. */
function logLine(logN: number, x: Axis): Plot.Markish[] {
  const at = [{ t: x.domain[0], value: logN }];
  return [
    Plot.ruleY(at, { y: "value", stroke: ink, strokeWidth: 0.8, strokeDasharray: "6 3" }),
    Plot.text(at, {
      x: "t",
      y: "value",
      text: () => `log $n$ = ${formatNumber(logN, 3)}`,
      textAnchor: "start",
      dx: 5,
      dy: -7,
      fontSize,
      fill: ink,
    }),
  ];
}

function panelOf(
  curves: readonly Curve[],
  logN: number,
  kind: "log" | "linear",
  yLabel: string,
  rules: readonly DepthRule[],
): PlotOptions {
  const times = curves.flatMap(({ t }) => Array.from(t));
  const x = depthAxis(0, lastDepth(Math.max(...times), rules));
  // A tilt beyond 10·log n says nothing more; a third of room above log n is for its name.
  const values = curves.flatMap(({ value }) => Array.from(value)).filter((value) => value <= 10 * logN);
  const y = valueAxis([...values, kind === "linear" ? 1.15 * logN : logN, ...(kind === "linear" ? [0] : [])], kind);
  const frame = { x, y, xLabel: "depth $t$", yLabel, width: pageWidth / 2, rules };
  return panelOptions(frame, [...logLine(logN, x), ...curveMarks(curves, y)]);
}

function draw(source: FigureSource): Figure {
  const run = requireRun(source, "attention-by-depth");
  const watched = watchedIn(run);
  const styles = levelStyles(run);
  const { rules, said } = theoryRules(run, source.analysis, true);
  const { logN, t, tilt, entropyInClosure } = watched[0]!.watch;
  const law = { colour: faint, dash: "5 3", marker: undefined, strokeWidth: 1.5, radius: 2.3 };
  const reached = t.slice(0, tilt.length);
  // log n − KL is an entropy of n tokens only while it is positive.
  const ends = entropyInClosure.findIndex((value) => value < 0);
  const positive = ends < 0 ? entropyInClosure : entropyInClosure.slice(0, ends);
  const measured = watched.map(
    ({ cloud, watch }, index): Curve => ({ t: watch.t, value: watch.entropy, style: styles[cloud]!, shift: index }),
  );
  const legend: LegendEntry[] = [
    { kind: "line", label: "Gaussian closure", colour: law.colour, dash: law.dash },
    ...watched.map(({ cloud }): LegendEntry => {
      const { colour, marker } = styles[cloud]!;
      return { kind: "line", label: readable(cloud), colour, ...(marker === undefined ? {} : { marker }) };
    }),
  ];
  const frozen = watched.flatMap(({ cloud, watch }) =>
    watch.frozen === undefined
      ? []
      : [`${readable(cloud)} freezes at $t$ = ${formatNumber(watch.frozen, 3)} (${watch.criterion})`],
  );
  return compose({
    name: "attention-by-depth",
    title: "Attention and the closure by depth",
    caption: sentence(
      "Left: tilt of the attention weights in the Gaussian closure against log $n$, where the effective sample size is one token; right: mean entropy of an attention row, in the closure and in the clouds",
      sampleSentence(run),
      ends < 0
        ? ""
        : `the entropy in the closure, log $n$ − KL, is below 0 from $t$ = ${formatNumber(reached[ends]!, 3)} and not drawn there`,
      said,
      ...frozen,
    ),
    width: pageWidth,
    panelHeight: 230,
    columns: 2,
    legend,
    panels: [
      panelOf([{ t: reached, value: tilt, style: law }], logN, "log", "tilt (nat)", rules),
      panelOf(
        [{ t: reached.slice(0, positive.length), value: positive, style: law }, ...measured],
        logN,
        "linear",
        "entropy (nat)",
        rules,
      ),
    ],
  });
}

/** Tilt against log n and entropies of attention by depth, with the departure predicted and seen. */
export const attentionByDepth: FigureKind = {
  name: "attention-by-depth",
  doc: "Tilt of attention against log n, and its entropy in the closure and in the clouds, with departures",
  applies: ({ run }) => watchedIn(run).length > 0,
  draw,
};
