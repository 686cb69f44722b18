import { hasRoom } from "../foundation/parameters/index.js";
import { noiseObstacle } from "../model/index.js";
import type { AnalysisContext, AnalysisPlugin } from "./contract.js";

/**
 * Why an analysis does not apply, a noise that its theory leaves out and more tokens than there is room for among the
 * reasons, or undefined when it does.
 */
export function analysisObstacle(analysis: AnalysisPlugin, context: AnalysisContext): string | undefined {
  const { n = 1, d } = context.initial;
  if (analysis.tokens === true && !hasRoom([n, d])) return `${n} tokens are too many to be drawn`;
  return noiseObstacle(context.model, analysis.noise) ?? analysis.obstacle(context);
}
