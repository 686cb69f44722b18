import type { RunResult } from "@meanfield/core/experiment";
import type { PlotOptions } from "@observablehq/plot";
import { type DepthRule, panelOptions } from "../drawing/axes.js";
import { compose } from "../drawing/compose.js";
import { curveMarks, endLabels } from "../drawing/curves.js";
import {
  isFiniteLevel,
  lastDepth,
  lastTime,
  requireRun,
  sampleSentence,
  sentence,
  stopSentence,
  theoryRules,
} from "../drawing/describe.js";
import { depthAxis } from "../drawing/scale.js";
import { pageWidth } from "../drawing/style.js";
import type { Figure, FigureKind, FigureSource } from "../figure.js";
import { escapingAxis, hiddenSentence, type LevelCurve, levelCurves, levelLegend } from "./level-curves.js";

const height = 240;
const most = 32;

/** The curves that carry the names λ₁ … λ_d: those of the level that goes deepest. */
function labelled(curves: readonly LevelCurve[]): readonly LevelCurve[] {
  const last = (curve: LevelCurve): number => curve.t[curve.t.length - 1]!;
  const deepest = curves.reduce((best, curve) => (last(curve) > last(best) ? curve : best));
  const own = curves.filter((curve) => curve.level === deepest.level);
  return own.length <= 6 ? own : [own[0]!, own.at(-1)!];
}

function panelOf(
  run: RunResult,
  curves: readonly LevelCurve[],
  kind: "linear" | "log",
  rules: readonly DepthRule[],
): { options: PlotOptions; cut: boolean; hidden: number } {
  const { axis, cut, hidden } = escapingAxis(run, curves, kind);
  const marks = curveMarks(
    curves.map((curve) => ({ ...curve, weight: curve.component === 0 ? 1 : 0.7 })),
    axis,
  );
  const labels = endLabels(
    labelled(curves).map((curve) => ({
      t: curve.t[curve.t.length - 1]!,
      value: curve.value[curve.value.length - 1]!,
      label: `$λ_{${curve.component + 1}}$`,
    })),
    axis,
    height - 60,
  );
  const frame = {
    x: depthAxis(0, lastDepth(lastTime(run), rules)),
    y: axis,
    xLabel: "depth $t$",
    yLabel: "eigenvalues $λ_i$ of the covariance",
    width: pageWidth / 2,
    rules,
    marginRight: 26,
  };
  return { options: panelOptions(frame, [...marks, ...labels]), cut, hidden };
}

function draw(source: FigureSource): Figure {
  const run = requireRun(source, "spectrum-by-depth");
  const curves = levelCurves(run, (level) => run.levels[level]!.series["spectrum"], most);
  const { rules, said } = theoryRules(run, source.analysis, false);
  const panels = (["linear", "log"] as const).map((kind) => panelOf(run, curves, kind, rules));
  const d = Math.max(...curves.map((curve) => curve.component)) + 1;
  const mixed = new Set(Object.values(run.levels).map(isFiniteLevel)).size > 1;
  const what = `Eigenvalues of the token covariance by depth (${d === 1 ? "$d$ = 1" : `$λ_1$ … $λ_{${d}}$`}), on a linear and on a logarithmic scale`;
  const lines = mixed ? "finite clouds solid, laws dashed" : "";
  const hidden = hiddenSentence(
    panels.some(({ cut }) => cut),
    Math.max(...panels.map((panel) => panel.hidden)),
  );
  return compose({
    name: "spectrum-by-depth",
    title: "Spectrum of the covariance by depth",
    caption: sentence(what, sampleSentence(run), lines, said, stopSentence(run), hidden),
    width: pageWidth,
    panelHeight: height,
    columns: 2,
    legend: levelLegend(run, curves),
    panels: panels.map(({ options }) => options),
  });
}

/** Eigenvalues of the covariance by depth and level (linear and log axis), with t* and the end of each level. */
export const spectrumByDepth: FigureKind = {
  name: "spectrum-by-depth",
  doc: "Eigenvalues of the covariance against depth for each level, with the predicted blow-up time",
  applies: ({ run }) =>
    run !== undefined && Object.values(run.levels).some((level) => (level.series["spectrum"]?.t.length ?? 0) > 0),
  draw,
};
