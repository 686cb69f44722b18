import { analysisObstacle, type Json } from "../analysis/index.js";
import type { CancelSignal } from "../foundation/cancel/index.js";
import type { Experiment } from "./experiment.js";

export interface AnalyzeOptions {
  readonly cancel?: CancelSignal;
  /** Analyses of these kinds are not made: what only a figure needs, what integrates the tokens itself. */
  readonly leaveOut?: readonly ("picture" | "integrates")[];
}

/** Every analysis that applies to the experiment's model and law, by name: verdicts with certificates (format.md, `analyze`). */
export function analyzeExperiment(
  bound: Experiment,
  { leaveOut = [], ...options }: AnalyzeOptions = {},
): Record<string, Json> {
  const { model, initial, integration, plugins } = bound;
  const context = { model, initial, span: integration.span, ...options };
  const asked = plugins.analysis.filter((one) => !leaveOut.some((kind) => one[kind] === true));
  const applicable = asked.filter((one) => analysisObstacle(one, context) === undefined);
  return Object.fromEntries(applicable.map((one) => [one.name, one.analyze(context)]));
}
