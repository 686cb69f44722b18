import { InputError } from "../foundation/errors/index.js";
import { type ExperimentOptions, experiment } from "./experiment.js";
import type { PowerSeries } from "./power-fit.js";
import type { RunOptions } from "./run-options.js";
import { atEnds, lawOf, powerLaws, requireAscending } from "./scaling-runs.js";

/** A distance against the number of tokens. */
export interface SizeSeries extends PowerSeries {
  readonly n: readonly number[];
}

/** "levelA|levelB" → metric → distances by n. */
export type SizeScaling = Readonly<Record<string, Readonly<Record<string, SizeSeries>>>>;

export interface SizeOptions extends ExperimentOptions, RunOptions {
  /** Numbers of tokens, at least two, ascending. */
  readonly sizes: readonly number[];
  /** Independent draws of the tokens at each n. */
  readonly repeats: number;
}

function refuse(rule: string, got: string, fix: string): never {
  throw new InputError({ code: "incompatible", who: "sizes", rule, got, fix });
}

/**
 * Distances between the levels of one experiment against the number of tokens: every n with `repeats` independent draws
 * (seeds 1, 2, …), at the end of the span. Pairs whose distance is 0 somewhere (two laws without tokens in common) have
 * no exponent and are left out.
 *
 * @throws InputError what `experiment` throws; incompatible (a law that draws no tokens, one level, wrong sizes)
 * @cost sizes × repeats runs; levels of the law, which n does not change, run once
 * @accuracy −½ within its error for tokens against the law they are drawn from (size-scaling.test.ts)
 * @source theory.md §1 and §2; derived
 */
export function sizeScaling(document: unknown, options: SizeOptions): SizeScaling {
  const { sizes, repeats } = options;
  requireAscending("sizes", sizes, "64,256,1024");
  if (!(Number.isSafeInteger(repeats) && repeats >= 2)) {
    refuse("repeats must be at least 2, for an error", String(repeats), "Take 8");
  }
  const first = experiment(document, options);
  if (first.levels.length < 2) refuse("distances need two levels of description", "one level", "Add a level");
  const { name, params } = lawOf(document);
  if (first.initial.n === undefined || params === undefined) {
    refuse("the law must draw its tokens", `initial: ${name}`, "Take a law with n and seed");
  }
  const seeds = Array.from({ length: repeats }, (_, r) => r + 1);
  const fits = powerLaws(
    {
      ...{ values: sizes, seeds, label: "n", document: (n, seed) => atEnds(document, first, { n, seed }) },
      // A level without tokens follows the law they are drawn from, which has no n unless the model has it.
      isShared: (level, { modelHasCount }) => level.n === undefined && !modelHasCount,
    },
    options,
  );
  return Object.fromEntries(
    Object.entries(fits).map(([pair, metrics]) => [
      pair,
      Object.fromEntries(Object.entries(metrics).map(([metric, fit]) => [metric, { n: [...sizes], ...fit }])),
    ]),
  );
}
