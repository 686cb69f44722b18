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

/** The `compare:` section; one level alone has nothing to be compared with. */
export function resolveComparison(
  spec: DocumentSpec,
  plugins: Plugins,
  span: readonly [number, number],
  seed: number,
): Resolved<Comparison | undefined> {
  const section = spec.compare ?? { metrics: ["bures-wasserstein", "sliced-wasserstein"], every: undefined, draws: 32 };
  const every = section.every ?? (span[1] - span[0]) / 10;
  const choices = section.metrics.map((metric, k) =>
    resolveChoice("distance", plugins.distances, metric, ["compare", "metrics", k]),
  );
  const comparison: Comparison = {
    metrics: choices.map(({ plugin, params }) => ({
      name: plugin.name,
      unit: plugin.unit,
      between: plugin.bind(params, seed),
    })),
    times: timesEvery(every, span, ["compare", "every"]),
    nullRepeats: section.draws,
  };
  const value = Object.keys(spec.levels).length < 2 ? undefined : comparison;
  return { value, canonical: { metrics: choices.map((one) => one.canonical), every, draws: section.draws } };
}
