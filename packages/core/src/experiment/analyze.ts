import { type AnalysisContext, type AnalysisPlugin, analysisObstacle, type Json } from "../analysis/index.js";
import type { CancelSignal } from "../foundation/cancel/index.js";
import type { Experiment } from "./experiment.js";

export interface AnalyzeOptions {
  readonly cancel?: CancelSignal;
  /** Analyses of these kinds are not made unless the document asks for them: what only a figure needs, what integrates or searches. */
  readonly leaveOut?: readonly ("picture" | "integrates")[];
}

/** Every analysis that applies to the experiment's model and law, by name: verdicts with certificates (format.md, `analyze`). */
export function analyzeExperiment(
  bound: Experiment,
  { leaveOut = [], ...options }: AnalyzeOptions = {},
): Record<string, Json> {
  const { model, initial, integration, plugins, analyses, modelAt } = bound;
  const contextOf = (plugin: AnalysisPlugin): AnalysisContext => {
    const request = analyses.find((one) => one.plugin.name === plugin.name);
    const parameters = request === undefined ? {} : { parameters: request.parameters };
    return { model, initial, span: integration.span, modelAt, ...options, ...parameters };
  };
  const asked = plugins.analysis.filter(
    (one) => contextOf(one).parameters !== undefined || !leaveOut.some((kind) => one[kind] === true),
  );
  const applicable = asked.filter((one) => analysisObstacle(one, contextOf(one)) === undefined);
  return Object.fromEntries(applicable.map((one) => [one.name, one.analyze(contextOf(one))]));
}
