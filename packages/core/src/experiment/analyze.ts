import type { Json } from "../analysis/index.js";
import type { CancelSignal } from "../foundation/cancel/index.js";
import type { Experiment } from "./experiment.js";

/**
 * Every analysis that applies to the experiment's model and law, by name: verdicts with certificates (format.md,
 * `analyze`).
 * @param options pictures: "none" leaves out what only figures need
 */
export function analyzeExperiment(
  bound: Experiment,
  options: { readonly cancel?: CancelSignal; readonly pictures?: "all" | "none" } = {},
): Record<string, Json> {
  const { model, initial, integration, plugins } = bound;
  const { cancel, pictures = "all" } = options;
  const context = { model, initial, span: integration.span, ...(cancel ? { cancel } : {}) };
  const wanted = plugins.analysis.filter(({ picture }) => pictures === "all" || picture !== true);
  const applicable = wanted.filter((one) => one.obstacle(context) === undefined);
  return Object.fromEntries(applicable.map((one) => [one.name, one.analyze(context)]));
}
