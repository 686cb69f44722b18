import type { BoundLevel } from "../dynamics/index.js";
import { InputError, show } from "../foundation/errors/index.js";
import { isMapping } from "../foundation/parameters/index.js";
import { type Experiment, type ExperimentOptions, experiment } from "./experiment.js";
import { type PowerSeries, powerFit } from "./power-fit.js";
import { runExperiment } from "./run.js";
import type { LevelProgress, RunOptions, SharedLevels } from "./run-options.js";

/** The law of a document by name, with its parameters; undefined where it is written as a list of points. */
export function lawOf(document: unknown): { name: string; params: Record<string, unknown> | undefined } {
  const initial = isMapping(document) ? document["initial"] : undefined;
  const law = typeof initial === "string" ? { [initial]: {} } : initial;
  const entries = isMapping(law) ? Object.entries(law) : [];
  if (entries.length !== 1) {
    const got = show(initial);
    throw new InputError({
      code: "incompatible",
      who: "scaling",
      rule: "initial must be one law",
      got,
      fix: "Write it out",
    });
  }
  const [name, params] = entries[0]!;
  return { name, params: params === null ? {} : isMapping(params) ? params : undefined };
}

/** The document with other parameters of its law, no null bands, no series, and the ends of the span alone compared. */
export function atEnds(document: unknown, { integration }: Experiment, law: Record<string, unknown>): object {
  const root = isMapping(document) ? document : {};
  const { name, params } = lawOf(document);
  const compare = isMapping(root["compare"]) ? root["compare"] : {};
  const [start, end] = integration.span;
  return {
    ...root,
    initial: params === undefined ? root["initial"] : { [name]: { ...params, ...law } },
    compare: { ...compare, every: end - start, draws: 0 },
    observe: {},
    expect: [],
  };
}

/** What is varied. */
export interface Variation {
  readonly values: readonly number[];
  /** Rows of seeds, or one row without a seed. */
  readonly seeds: readonly (number | undefined)[];
  /** For progress: what one value is called. */
  readonly label: string;
  document(value: number, seed: number | undefined): unknown;
  /** Whether a level is the same for every value and seed, and so need run only once. */
  readonly isShared?: (level: BoundLevel, bound: Experiment) => boolean;
}

/** Two or more positive integers, ascending. @throws InputError incompatible */
export function requireAscending(who: string, values: readonly number[], example: string): void {
  if (values.length >= 2 && values.every((n, k) => Number.isSafeInteger(n) && n > (values[k - 1] ?? 0))) return;
  throw new InputError({
    code: "incompatible",
    who,
    rule: `${who} must be two or more positive integers, ascending`,
    got: values.join(", "),
    fix: `For example ${example}`,
  });
}

/** Levels that are the same in all experiments, by name. */
function sharing({ isShared }: Variation) {
  const known = new Map<string, LevelProgress>();
  return (bound: Experiment): SharedLevels => ({
    get: ({ name }) => known.get(name),
    keep: (level, progress) => {
      if (isShared?.(level, bound) === true) known.set(level.name, progress);
    },
  });
}

/**
 * Runs every value with every seed and fits a power law to each distance at the end of the span. Distances that are 0
 * somewhere, or that a level which ended early does not have, are left out.
 *
 * @cost values × seeds runs, those of shared levels once
 */
export function powerLaws(
  variation: Variation,
  options: ExperimentOptions & RunOptions,
): Record<string, Record<string, PowerSeries>> {
  const { values, seeds, label, document } = variation;
  const sharedBy = sharing(variation);
  const table = new Map<string, number[][]>();
  let done = 0;
  for (const value of values) {
    for (const [row, seed] of seeds.entries()) {
      const bound = experiment(document(value, seed), options);
      const { distances } = runExperiment(bound, {
        shared: sharedBy(bound),
        ...(options.cancel === undefined ? {} : { cancel: options.cancel }),
      });
      for (const [pair, metrics] of Object.entries(distances)) {
        for (const [metric, { t, value: found }] of Object.entries(metrics)) {
          const key = `${pair} ${metric}`;
          const rows = table.get(key) ?? seeds.map(() => []);
          // A level that stopped has no value at the end: its series holds the start alone.
          if (t.length > 1) rows[row]!.push(found.at(-1)!);
          table.set(key, rows);
        }
      }
      options.onProgress?.({ stage: `${label} = ${value}`, fraction: ++done / (values.length * seeds.length) });
      if (options.cancel?.aborted) return {};
    }
  }
  const fits: Record<string, Record<string, PowerSeries>> = {};
  for (const [key, rows] of table) {
    const [pair, metric] = key.split(" ") as [string, string];
    if (rows.some((row) => row.length !== values.length)) continue;
    const fit = powerFit(values, rows);
    if (Number.isFinite(fit.slope)) fits[pair] = { ...fits[pair], [metric]: fit };
  }
  return fits;
}
