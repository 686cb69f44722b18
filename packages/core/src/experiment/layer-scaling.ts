import { InputError } from "../foundation/errors/index.js";
import { isMapping } from "../foundation/parameters/index.js";
import { type Experiment, type ExperimentOptions, experiment } from "./experiment.js";
import type { PowerSeries } from "./power-fit.js";
import type { RunOptions } from "./run-options.js";
import { atEnds, lawOf, powerLaws, requireAscending } from "./scaling-runs.js";

/** A distance against the number of layers. */
export interface LayerSeries extends PowerSeries {
  readonly L: readonly number[];
}

/** "levelA|levelB" → metric → distances by L, for pairs of which one has layers. */
export type LayerScaling = Readonly<Record<string, Readonly<Record<string, LayerSeries>>>>;

export interface LayerOptions extends ExperimentOptions, RunOptions {
  /** Numbers of layers, at least two, ascending. */
  readonly layers: readonly number[];
  /** Independent draws of the tokens; a law that draws none is run once. */
  readonly repeats: number;
}

function refuse(rule: string, got: string, fix: string): never {
  throw new InputError({ code: "incompatible", who: "layers", rule, got, fix });
}

/** The parameters of each level as resolved. */
function levelParameters({ spec }: Experiment): Record<string, Record<string, unknown>> {
  const levels = isMapping(spec["levels"]) ? spec["levels"] : {};
  return Object.fromEntries(Object.entries(levels).map(([name, params]) => [name, isMapping(params) ? params : {}]));
}

/**
 * Distances of the levels with layers from the others against the number of layers L, at the end of the span: of the same
 * tokens (`layers` and `particles`) and of moments (`gaussian-layers` and `gaussian-moments`) they fall like 1/L, of
 * tokens and a law down to the sampling noise.
 *
 * @throws InputError what `experiment` throws; incompatible (no level with layers, or no other; noise; wrong numbers)
 * @cost layers × repeats runs
 * @accuracy −1 within its error (layer-scaling.test.ts)
 * @source derived: one layer is a step of Euler's method
 */
export function layerScaling(document: unknown, options: LayerOptions): LayerScaling {
  const { layers, repeats } = options;
  requireAscending("layers", layers, "10,20,40,80");
  if (!(Number.isSafeInteger(repeats) && repeats >= 1)) refuse("repeats must be positive", String(repeats), "Take 8");
  const first = experiment(document, options);
  if (first.model.noise.traits.tokens !== "none") {
    refuse(
      "is for models without noise: steps with noise have another order",
      `noise ${first.model.noise.name}`,
      "Take noise: none",
    );
  }
  const parameters = levelParameters(first);
  const names = Object.keys(parameters);
  const layered = names.filter((name) => "L" in parameters[name]!);
  if (layered.length === 0 || layered.length === names.length) {
    refuse("needs a level with layers and one without", names.join(", "), "Take levels layers and particles");
  }
  const { params } = lawOf(document);
  const law = isMapping(first.spec["initial"]) ? Object.values(first.spec["initial"])[0] : undefined;
  const seeded = params !== undefined && isMapping(law) && "seed" in law;
  const withLayers = (L: number, seed: number | undefined) => ({
    ...atEnds(document, first, seed === undefined ? {} : { seed }),
    levels: Object.fromEntries(
      names.map((name) => [name, { ...parameters[name], ...(layered.includes(name) && { L }) }]),
    ),
  });
  const seeds = seeded ? Array.from({ length: repeats }, (_, r) => r + 1) : [undefined];
  const fits = powerLaws({ values: layers, seeds, label: "L", document: withLayers }, options);
  const kept = Object.entries(fits).filter(
    ([pair]) => pair.split("|").filter((name) => layered.includes(name)).length === 1,
  );
  return Object.fromEntries(
    kept.map(([pair, metrics]) => [
      pair,
      Object.fromEntries(Object.entries(metrics).map(([metric, fit]) => [metric, { L: [...layers], ...fit }])),
    ]),
  );
}
