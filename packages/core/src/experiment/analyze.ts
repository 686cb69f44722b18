import type { Json } from "../analysis/index.js";
import type { CancelSignal } from "../foundation/cancel/index.js";
import type { Experiment } from "./experiment.js";

/**
 * Every analysis that applies to the experiment's model and law, by name: verdicts with certificates (format.md,
 * `analyze`).
 */
export function analyzeExperiment(
  bound: Experiment,
  options: { readonly cancel?: CancelSignal } = {},
): Record<string, Json> {
  const { model, initial, integration, plugins } = bound;
  const context = { model, initial, span: integration.span, ...options };
  const applicable = plugins.analysis.filter((one) => one.obstacle(context) === undefined);
  return Object.fromEntries(applicable.map((one) => [one.name, one.analyze(context)]));
}
