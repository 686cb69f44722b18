import type { DistancePlugin } from "../distances/index.js";
import { pairOf } from "../distances/shared/require-pair.js";
import type { BoundLevel } from "../dynamics/index.js";
import { InputError, type SpecPath } from "../foundation/errors/index.js";
import type { Law } from "../laws/contract.js";
import { resolveChoice } from "./choice.js";
import type { Plugins } from "./plugins.js";
import type { Resolved } from "./resolve-model.js";
import type { DocumentSpec } from "./spec.js";
import { timesEvery } from "./times.js";

/** A distance between levels, by name. */
export interface BoundMetric {
  readonly name: string;
  readonly unit: string;
  readonly between: (a: Law, b: Law) => number;
}

export interface Comparison {
  readonly metrics: readonly BoundMetric[];
  readonly times: readonly number[];
  /** Draws behind each null band; 0 for none. */
  readonly nullRepeats: number;
}

/** Pairs of levels a metric cannot measure are refused before anything runs. */
function requireMeasurable(
  plugin: DistancePlugin,
  plugins: Plugins,
  levels: readonly BoundLevel[],
  path: SpecPath,
): void {
  for (const [i, a] of levels.entries()) {
    for (const b of levels.slice(i + 1)) {
      const pair = pairOf(a, b);
      if (plugin.traits.between.includes(pair)) continue;
      const others = plugins.distances.filter((one) => one.traits.between.includes(pair)).map((one) => one.name);
      throw new InputError({
        code: "incompatible",
        who: `distance ${plugin.name}`,
        rule: `it must be able to compare ${a.name} (${a.kind}) with ${b.name} (${b.kind})`,
        got: plugin.traits.between.join(", "),
        fix: `For these two levels there are ${others.join(", ")}`,
        path,
      });
    }
  }
}

/** The `compare:` section; one level alone has nothing to be compared with. */
export function resolveComparison(
  spec: DocumentSpec,
  plugins: Plugins,
  levels: readonly BoundLevel[],
  span: readonly [number, number],
  seed: number,
): Resolved<Comparison | undefined> {
  const section = spec.compare ?? { metrics: ["bures-wasserstein", "sliced-wasserstein"], every: undefined, draws: 32 };
  const every = section.every ?? (span[1] - span[0]) / 10;
  const choices = section.metrics.map((metric, k) => {
    const path = ["compare", "metrics", k];
    const choice = resolveChoice("distance", plugins.distances, metric, path);
    requireMeasurable(choice.plugin, plugins, levels, path);
    return choice;
  });
  const comparison: Comparison = {
    metrics: choices.map(({ plugin, params }) => ({
      name: plugin.name,
      unit: plugin.unit,
      between: plugin.bind(params, seed),
    })),
    times: timesEvery(every, span, ["compare", "every"]),
    nullRepeats: section.draws,
  };
  const value = levels.length < 2 ? undefined : comparison;
  return { value, canonical: { metrics: choices.map((one) => one.canonical), every, draws: section.draws } };
}
