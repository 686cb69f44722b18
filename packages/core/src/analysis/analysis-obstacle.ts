import { noiseObstacle } from "../model/index.js";
import type { AnalysisContext, AnalysisPlugin } from "./contract.js";

/** Why an analysis does not apply, a noise that its theory leaves out among the reasons, or undefined when it does. */
export function analysisObstacle(analysis: AnalysisPlugin, context: AnalysisContext): string | undefined {
  return noiseObstacle(context.model, analysis.noise) ?? analysis.obstacle(context);
}
