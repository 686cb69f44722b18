import { type AnalysisContext, type AnalysisPlugin, analysisObstacle } from "../analysis/index.js";
import { atPath, InputError } from "../foundation/errors/index.js";
import { resolveChoice } from "./choice.js";
import type { Plugins } from "./plugins.js";
import type { Resolved } from "./resolve-model.js";
import type { DocumentSpec } from "./spec.js";

/** An analysis that the document asks for by name. */
export interface RequestedAnalysis {
  readonly plugin: AnalysisPlugin;
  readonly parameters: unknown;
}

/** The `analyze:` section. @throws InputError unknown-name, incompatible (with why), and what the analyses throw */
export function resolveAnalyses(
  spec: DocumentSpec["analyze"],
  plugins: Plugins,
  context: AnalysisContext,
): Resolved<RequestedAnalysis[]> {
  const canonical: Record<string, unknown> = {};
  const value = Object.entries(spec).map(([name, written]) => {
    const { plugin, params: parameters } = resolveChoice("analysis", plugins.analysis, { [name]: written }, [
      "analyze",
    ]);
    const path = ["analyze", name];
    const asked = { ...context, parameters };
    const obstacle = analysisObstacle(plugin, asked);
    if (obstacle !== undefined) {
      const fix = `Leave ${name} out of analyze`;
      throw new InputError({ code: "incompatible", who: `analysis ${name}`, rule: obstacle, fix, path });
    }
    atPath(path, () => plugin.check?.(asked));
    canonical[name] = parameters;
    return { plugin, parameters };
  });
  return { value, canonical };
}
