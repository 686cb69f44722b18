import type { LevelResult, RunResult, Series } from "@meanfield/core/experiment";
import { panelOptions } from "../drawing/axes.js";
import { compose } from "../drawing/compose.js";
import { curveMarks } from "../drawing/curves.js";
import {
  column,
  itemSize,
  lastDepth,
  lastTime,
  requireRun,
  sampleSentence,
  sentence,
  stopSentence,
  theoryRules,
} from "../drawing/describe.js";
import { depthAxis } from "../drawing/scale.js";
import { columnWidth } from "../drawing/style.js";
import type { Figure, FigureKind, FigureSource } from "../figure.js";
import { escapingAxis, hiddenSentence, levelCurves, levelLegend } from "./level-curves.js";

/** The trace itself where it was observed, else the sum of the spectrum. */
function traceOf(level: LevelResult): Series | undefined {
  const { trace, spectrum } = level.series;
  if (trace !== undefined || spectrum === undefined || spectrum.t.length === 0) return trace;
  const d = itemSize(spectrum);
  const data = new Float64Array(spectrum.t.length);
  for (let i = 0; i < d; i++) {
    const part = column(spectrum, i);
    for (let k = 0; k < data.length; k++) data[k]! += part[k]!;
  }
  return { ...spectrum, value: { shape: [data.length], data } };
}

function hasTrace(run: RunResult | undefined): boolean {
  return run !== undefined && Object.values(run.levels).some((level) => (traceOf(level)?.t.length ?? 0) > 0);
}

function draw(source: FigureSource): Figure {
  const run = requireRun(source, "trace-by-depth");
  const curves = levelCurves(run, (level) => traceOf(run.levels[level]!), 1);
  const { axis, cut, hidden } = escapingAxis(run, curves);
  const { rules, said } = theoryRules(run, source.analysis, true);
  const x = depthAxis(0, lastDepth(lastTime(run), rules));
  const frame = { x, y: axis, xLabel: "depth $t$", yLabel: "total variance $tr Σ$", width: columnWidth, rules };
  return compose({
    name: "trace-by-depth",
    title: "Scale of the cloud by depth",
    caption: sentence(
      "Trace of the token covariance by depth",
      sampleSentence(run),
      said,
      stopSentence(run),
      hiddenSentence(cut, hidden),
    ),
    width: columnWidth,
    panelHeight: 220,
    columns: 1,
    legend: levelLegend(run, curves),
    panels: [panelOptions(frame, curveMarks(curves, axis))],
  });
}

/** tr Σ by depth and level (log axis), with t* and the departure of the finite cloud from the closure. */
export const traceByDepth: FigureKind = {
  name: "trace-by-depth",
  doc: "Trace of the covariance against depth for each level, with the blow-up time and the departure time",
  applies: ({ run }) => hasTrace(run),
  draw,
};
