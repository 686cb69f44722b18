import { type Backend, type BackendActivity, createReferenceBackend } from "../foundation/backend/index.js";
import { InputError, show } from "../foundation/errors/index.js";
import { isMapping, type NumericContext } from "../foundation/parameters/index.js";
import type { InitialLaw } from "../laws/contract.js";
import type { Model } from "../model/index.js";
import type { When } from "../solve/index.js";
import { canonicalValue } from "./canonical-spec.js";
import { applyOverride, parsePath } from "./override.js";
import { parseParameters } from "./parse.js";
import { builtinPlugins, type Plugins } from "./plugins.js";
import { type RequestedAnalysis, resolveAnalyses } from "./resolve-analyses.js";
import { type Comparison, resolveComparison } from "./resolve-comparison.js";
import { checkExpectations } from "./resolve-expectations.js";
import { resolveInitial, resolveLevels } from "./resolve-levels.js";
import { resolveModel } from "./resolve-model.js";
import { type ExperimentLevel, resolveSeries } from "./resolve-series.js";
import { type Integration, resolveBackend, resolveSolve } from "./resolve-solve.js";
import type { BackendReport } from "./result.js";
import { type DocumentSpec, documentSchema, type ExpectSpec } from "./spec.js";
import { timesAt, timesEvery } from "./times.js";

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
  /** Whether the model itself was made with the number of tokens (`log-n`). */
  readonly modelHasCount: boolean;
  /** Analyses that the document asks for by name. */
  readonly analyses: readonly RequestedAnalysis[];
  /** The model with one number of the document's `model` replaced. @throws InputError */
  modelAt(path: string, value: number): Model;
  readonly backend: BackendReport;
  /** What the backend did since it was last asked. */
  activity(): Partial<BackendActivity>;
}

export interface ExperimentOptions {
  readonly plugins?: Plugins;
  /** The first one is `auto`. The reference is always there. */
  readonly backends?: readonly Backend[];
}

/** `solve:` with nothing behind it is the section with all its defaults; so is one entry of `observe:`. */
function withoutEmptySections(document: Record<string, unknown>): Record<string, unknown> {
  const filled = (value: unknown): unknown => (value === null ? {} : value);
  const entries = Object.entries(document).map(([key, value]) => {
    if (!["solve", "backend", "save", "observe", "compare", "analyze", "sweep"].includes(key)) return [key, value];
    const section = filled(value);
    if (key !== "observe" || !isMapping(section)) return [key, section];
    return [key, Object.fromEntries(Object.entries(section).map(([name, entry]) => [name, filled(entry)]))];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** The document as it was written, or why it is none. */
function parseDocument(document: unknown): DocumentSpec {
  if (!isMapping(document)) {
    throw new InputError({
      code: "wrong-type",
      who: "experiment",
      rule: "a document is a mapping with model, initial and levels",
      got: show(document),
    });
  }
  const spec = parseParameters("experiment", documentSchema, withoutEmptySections(document), []) as DocumentSpec;
  if (Object.keys(spec.sweep).length === 0) return spec;
  throw new InputError({
    code: "incompatible",
    who: "experiment",
    rule: "a document with a sweep is many experiments",
    got: `sweep over ${Object.keys(spec.sweep).join(", ")}`,
    fix: "Run it with meanfield sweep, or leave sweep out",
    path: ["sweep"],
  });
}

/** The document's model with one number of it replaced. */
function variedModel(spec: DocumentSpec, plugins: Plugins, context: NumericContext, backend: Backend) {
  return (path: string, value: number): Model => {
    const steps = parsePath(path);
    const { model } = applyOverride({ model: spec.model }, { path: steps, value, by: "path" }) as DocumentSpec;
    return resolveModel(model, plugins, context, backend).value;
  };
}

function resolveSaveTimes({ at }: DocumentSpec["save"], span: readonly [number, number]): When {
  if (at === "end") return "end";
  return !Array.isArray(at) && "every" in at
    ? timesEvery(at.every, span, ["save", "at", "every"])
    : timesAt(at, span, ["save", "at"]);
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
  const spec = parseDocument(document);
  const initial = resolveInitial(spec.initial, plugins);
  const integration = resolveSolve(spec.solve, plugins);
  const { span, seed, repeats } = integration.value;
  const backend = resolveBackend(spec.backend, [...(options.backends ?? []), createReferenceBackend()]);
  const { d, n } = initial.value;
  let modelHasCount = false;
  const counted: NumericContext = {
    ...{ d, span },
    get n() {
      modelHasCount = true;
      return n!;
    },
  };
  const context: NumericContext = n === undefined ? { d, span } : counted;
  const model = resolveModel(spec.model, plugins, context, backend.value);
  const levels = resolveLevels(spec.levels, plugins, model.value, initial.value, integration.value);
  const series = resolveSeries(spec.observe, plugins, levels.value, model.value, span, {
    repeats,
    seeded: initial.seeded,
  });
  const comparison = resolveComparison(spec, plugins, levels.value, span, seed);
  checkExpectations(spec.expect, series.value, comparison.value, repeats);
  const modelAt = variedModel(spec, plugins, context, backend.value);
  const { value: law } = initial;
  const analyses = resolveAnalyses(spec.analyze, plugins, { model: model.value, initial: law, span, modelAt });
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
    ...(comparison.value === undefined ? {} : { compare: comparison.canonical }),
    expect: spec.expect,
    ...(analyses.value.length === 0 ? {} : { analyze: analyses.canonical }),
  };
  return {
    spec: canonicalValue(canonical) as Readonly<Record<string, unknown>>,
    plugins,
    model: model.value,
    initial: initial.value,
    integration: integration.value,
    levels: series.value,
    saveAt: resolveSaveTimes(spec.save, span),
    comparison: comparison.value,
    expectations: spec.expect,
    modelHasCount,
    analyses: analyses.value,
    modelAt,
    backend: backend.report,
    activity: () => backend.value.activity?.() ?? {},
  };
}
