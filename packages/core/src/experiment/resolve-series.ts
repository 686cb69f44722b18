import type { BoundLevel } from "../dynamics/index.js";
import { atPath } from "../foundation/errors/index.js";
import type { StatisticsRequest } from "../foundation/statistics/index.js";
import type { Model } from "../model/index.js";
import type { Observable, ObservablePlugin } from "../observables/index.js";
import { bindObservable } from "../observables/shared/bind-observable.js";
import { resolveChoice } from "./choice.js";
import { checkRepeats, isRandom } from "./ensemble/resolve-ensemble.js";
import { resolveStatistics } from "./ensemble/statistics-spec.js";
import type { Plugins } from "./plugins.js";
import type { Resolved } from "./resolve-model.js";
import type { DocumentSpec } from "./spec.js";
import { recordTimes } from "./times.js";

/** An observable on one level, with the times it is recorded at. */
export interface BoundSeries {
  readonly name: string;
  readonly observable: Observable;
  readonly times: readonly number[];
  /** What an ensemble keeps of it. */
  readonly statistics: StatisticsRequest;
}

/** One level with what is recorded on it. */
export interface ExperimentLevel {
  readonly level: BoundLevel;
  /** Whether its repeats differ: it draws its tokens, or has noise. */
  readonly random: boolean;
  readonly series: readonly BoundSeries[];
}

/** The `observe:` section: a series goes onto every level whose law it can measure; none is an error. */
export function resolveSeries(
  spec: DocumentSpec["observe"],
  plugins: Plugins,
  levels: readonly BoundLevel[],
  model: Model,
  span: readonly [number, number],
  { repeats, seeded }: { readonly repeats: number; readonly seeded: boolean },
): Resolved<ExperimentLevel[]> {
  const bound = levels.map((level) => ({ level, random: isRandom(level, seeded), series: [] as BoundSeries[] }));
  checkRepeats(repeats, bound);
  const canonical: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(spec)) {
    const path = ["observe", name] as const;
    const written = entry.what ?? name;
    const choice = resolveChoice(
      "observable",
      plugins.observables,
      written,
      entry.what === undefined ? path : [...path, "what"],
    );
    const plugin: ObservablePlugin = choice.plugin;
    const times = recordTimes(entry, span, 50, path);
    const able = bound.filter(({ level }) => plugin.of.includes(level.kind));
    const onto = able.length > 0 ? able : bound.slice(0, 1);
    let statistics: StatisticsRequest | undefined;
    for (const { level, series } of onto) {
      const context = { model, kind: level.kind, d: model.d, ...(level.n === undefined ? {} : { n: level.n }) };
      const observable = atPath(path, () => bindObservable(plugin, choice.params, context));
      const own = resolveStatistics(entry.statistics, observable.shape, [...path, "statistics"]);
      statistics ??= own;
      series.push({ name, observable, times, statistics: own });
    }
    canonical[name] = {
      what: choice.canonical,
      ...(repeats > 1 ? { statistics } : {}),
      ...(entry.at ? { at: entry.at } : { every: entry.every ?? (span[1] - span[0]) / 50 }),
    };
  }
  return { value: bound, canonical };
}
