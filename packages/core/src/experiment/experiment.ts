import type { BoundLevel } from "../dynamics/index.js";
import { type Backend, createReferenceBackend } from "../foundation/backend/index.js";
import { atPath, InputError, nearestOf, show } from "../foundation/errors/index.js";
import type { InitialLaw, Law } from "../laws/contract.js";
import type { Model } from "../model/index.js";
import type { Observable, ObservablePlugin } from "../observables/index.js";
import { bindObservable } from "../observables/shared/bind-observable.js";
import type { When } from "../solve/index.js";
import { canonicalValue } from "./canonical-spec.js";
import { resolveChoice } from "./choice.js";
import { parseParameters } from "./parse.js";
import { builtinPlugins, type Plugins } from "./plugins.js";
import { parameterPath, resolveModel } from "./resolve-model.js";
import { type Integration, resolveBackend, resolveSolve } from "./resolve-solve.js";
import type { BackendReport } from "./result.js";
import { type DocumentSpec, documentSchema, type ExpectSpec } from "./spec.js";
import { recordTimes, timesAt, timesEvery } from "./times.js";

/** An observable on one level, with the times it is recorded at. */
export interface BoundSeries {
  readonly name: string;
  readonly observable: Observable;
  readonly times: readonly number[];
}

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

/** One level with what is recorded on it. */
export interface ExperimentLevel {
  readonly level: BoundLevel;
  readonly series: readonly BoundSeries[];
}

/** A spec, checked and bound: everything that can be refused has been. */
export interface Experiment {
  /** The canonical resolved spec: plain JSON with every default written out. */
  readonly spec: Readonly<Record<string, unknown>>;
  readonly plugins: Plugins;
  readonly model: Model;
  readonly initial: InitialLaw;
  readonly integration: Integration;
  readonly levels: readonly ExperimentLevel[];
  readonly saveAt: When;
  readonly comparison: Comparison | undefined;
  readonly expectations: readonly ExpectSpec[];
  readonly backend: BackendReport;
}

export interface ExperimentOptions {
  readonly plugins?: Plugins;
  /** The first one is `auto`. The reference is always there. */
  readonly backends?: readonly Backend[];
}

function resolveInitial(value: unknown, plugins: Plugins) {
  if (value === undefined) {
    throw new InputError({
      code: "missing",
      who: "experiment",
      rule: "initial is needed: it owns d, n, the law and the seed",
      fix: `Write one of ${plugins.laws.map((law) => law.name).join(", ")}`,
      path: ["initial"],
    });
  }
  const choice = resolveChoice("initial law", plugins.laws, value, ["initial"]);
  const path = parameterPath(["initial"], value, choice.plugin.name);
  return { law: atPath(path, () => choice.plugin.bind(choice.params)), canonical: choice.canonical };
}

function bindLevels(
  spec: DocumentSpec["levels"],
  plugins: Plugins,
  model: Model,
  initial: InitialLaw,
  span: readonly [number, number],
) {
  const names = Object.keys(spec);
  if (names.length === 0) {
    throw new InputError({
      code: "empty",
      who: "levels",
      rule: "at least one level is needed",
      got: "none",
      path: ["levels"],
    });
  }
  const canonical: Record<string, unknown> = {};
  const levels = names.map((name) => {
    const choice = resolveChoice("level", plugins.levels, { [name]: spec[name] }, ["levels"]);
    const path = ["levels", name];
    const obstacle = choice.plugin.obstacle(model, initial);
    if (obstacle !== undefined) {
      const others = plugins.levels.filter((one) => one.obstacle(model, initial) === undefined).map((one) => one.name);
      throw new InputError({
        code: "no-closure",
        who: `level ${name}`,
        rule: obstacle,
        fix: `This model has the levels ${others.join(", ") || "(none)"}`,
        details: { levels: others },
        path,
      });
    }
    canonical[name] = choice.params;
    return atPath(path, () => choice.plugin.bind(choice.params, { model, initial, span }));
  });
  return { levels, canonical };
}

/** Which levels a series is recorded on: those whose law it can measure; none is an error. */
function bindSeries(
  spec: DocumentSpec["observe"],
  plugins: Plugins,
  levels: readonly BoundLevel[],
  model: Model,
  span: readonly [number, number],
) {
  const bound = levels.map((level) => ({ level, series: [] as BoundSeries[] }));
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
    for (const { level, series } of onto) {
      const context = { model, kind: level.kind, d: model.d, ...(level.n === undefined ? {} : { n: level.n }) };
      const observable = atPath(path, () => bindObservable(plugin, choice.params, context));
      series.push({ name, observable, times });
    }
    canonical[name] = {
      what: choice.canonical,
      ...(entry.at ? { at: entry.at } : { every: entry.every ?? (span[1] - span[0]) / 50 }),
    };
  }
  return { levels: bound, canonical };
}

function resolveComparison(spec: DocumentSpec, plugins: Plugins, span: readonly [number, number], seed: number) {
  if (Object.keys(spec.levels).length < 2) {
    if (spec.compare === undefined) return { comparison: undefined, canonical: undefined };
    throw new InputError({
      code: "incompatible",
      who: "compare",
      rule: "distances need two levels",
      got: `levels: ${Object.keys(spec.levels).join(", ")}`,
      fix: "Add a level, or leave compare out",
      path: ["compare"],
    });
  }
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
  return { comparison, canonical: { metrics: choices.map((one) => one.canonical), every, draws: section.draws } };
}

function checkExpectations(spec: DocumentSpec): void {
  spec.expect.forEach((entry, k) => {
    const path = ["expect", k];
    if ((entry.series === undefined) === (entry.level === undefined)) {
      const got = entry.series === undefined ? "neither" : "both";
      throw new InputError({
        code: "incompatible",
        who: "expect",
        rule: "exactly one of series and level is needed",
        got,
        path,
      });
    }
    const level = entry.level ?? (entry.series!.includes("|") ? undefined : entry.series!.split(".")[0]);
    const names = Object.keys(spec.levels);
    if (level !== undefined && !names.includes(level)) {
      throw new InputError({
        code: "unknown-name",
        who: "expect",
        rule: `there is no level "${level}" in this experiment`,
        fix: `Did you mean "${nearestOf(level, names)}"?`,
        path: [...path, entry.level === undefined ? "series" : "level"],
      });
    }
    if (
      entry.equals === undefined &&
      entry.below === undefined &&
      entry.above === undefined &&
      entry.level === undefined
    ) {
      throw new InputError({ code: "missing", who: "expect", rule: "one of equals, below and above is needed", path });
    }
  });
}

/**
 * Checks and binds one experiment document (format.md). Nothing is computed yet, but everything a document can have
 * wrong is found here.
 *
 * @param document the parsed YAML or JSON; arrays from files already read
 * @throws InputError with `path` from the root of the document
 */
export function experiment(document: unknown, options: ExperimentOptions = {}): Experiment {
  const plugins = options.plugins ?? builtinPlugins;
  const backends = [...(options.backends ?? []), createReferenceBackend()];
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw new InputError({
      code: "wrong-type",
      who: "experiment",
      rule: "a document is a mapping with model, initial and levels",
      got: show(document),
    });
  }
  const spec = parseParameters("experiment", documentSchema, document, []) as DocumentSpec;
  if (Object.keys(spec.sweep).length > 0) {
    throw new InputError({
      code: "incompatible",
      who: "experiment",
      rule: "a document with a sweep is many experiments",
      got: `sweep over ${Object.keys(spec.sweep).join(", ")}`,
      fix: "Run it with meanfield sweep, or leave sweep out",
      path: ["sweep"],
    });
  }
  const initial = resolveInitial(spec.initial, plugins);
  const integration = resolveSolve(spec.solve, plugins);
  const { span, seed } = integration.value;
  const backend = resolveBackend(spec.backend, backends);
  const { d, n } = initial.law;
  const context = { d, span, ...(n === undefined ? {} : { n }) };
  const model = resolveModel(spec.model, plugins, context, backend.value);
  const levels = bindLevels(spec.levels, plugins, model.value, initial.law, span);
  const series = bindSeries(spec.observe, plugins, levels.levels, model.value, span);
  const compare = resolveComparison(spec, plugins, span, seed);
  checkExpectations(spec);
  const at = spec.save.at;
  const saveAt: When =
    at === "end"
      ? "end"
      : Array.isArray(at)
        ? timesAt(at, span, ["save", "at"])
        : timesEvery(at.every, span, ["save", "at", "every"]);
  const canonical = {
    format: 1,
    ...(spec.title === undefined ? {} : { title: spec.title }),
    ...(spec.notes === undefined ? {} : { notes: spec.notes }),
    model: model.canonical,
    initial: initial.canonical,
    levels: levels.canonical,
    solve: integration.canonical,
    backend: backend.canonical,
    save: spec.save,
    observe: series.canonical,
    ...(compare.canonical === undefined ? {} : { compare: compare.canonical }),
    expect: spec.expect,
  };
  return {
    spec: canonicalValue(canonical) as Readonly<Record<string, unknown>>,
    plugins,
    model: model.value,
    initial: initial.law,
    integration: integration.value,
    levels: series.levels,
    saveAt,
    comparison: compare.comparison,
    expectations: spec.expect,
    backend: backend.report,
  };
}
