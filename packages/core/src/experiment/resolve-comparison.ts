import type { DistancePlugin } from "../distances/index.js";
import { pairOf } from "../distances/shared/require-pair.js";
import type { BoundLevel } from "../dynamics/index.js";
import { atPath, InputError, type SpecPath } from "../foundation/errors/index.js";
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
  /** Whether it compares laws of the kinds of these levels. */
  measures(a: BoundLevel, b: BoundLevel): boolean;
  readonly between: (a: Law, b: Law) => number;
}

export interface Comparison {
  readonly metrics: readonly BoundMetric[];
  readonly times: readonly number[];
  /** Draws behind each null band; 0 for none. */
  readonly nullRepeats: number;
}

type Pair = readonly [BoundLevel, BoundLevel];

const measures = ({ traits }: DistancePlugin, a: BoundLevel, b: BoundLevel): boolean =>
  traits.between.includes(pairOf(a, b));

/** A metric is taken of every pair it can measure; one that can measure none is refused before anything runs. */
function requireMeasurable(plugin: DistancePlugin, plugins: Plugins, pairs: readonly Pair[], path: SpecPath): void {
  const [first] = pairs;
  if (first === undefined || pairs.some(([a, b]) => measures(plugin, a, b))) return;
  const others = plugins.distances.filter((one) => pairs.some(([a, b]) => measures(one, a, b)));
  const [a, b] = first;
  throw new InputError({
    code: "incompatible",
    who: `distance ${plugin.name}`,
    rule: `it must be able to compare two of the levels, such as ${a.name} (${a.kind}) with ${b.name} (${b.kind})`,
    got: plugin.traits.between.join(", "),
    fix: `For these levels there are ${others.map((one) => one.name).join(", ")}`,
    path,
  });
}

/**
 * What a distance asks of laws beside their kinds (the circle, few enough points, an order with a closed form) is found
 * on the laws at the start, rather than after the levels have run; nothing is measured.
 */
function requireLaws(plugin: DistancePlugin, params: unknown, pairs: readonly Pair[], path: SpecPath): void {
  for (const [a, b] of pairs) {
    if (!measures(plugin, a, b)) continue;
    atPath(path, () => plugin.requireLaws(params, a.law(a.problem.y0), b.law(b.problem.y0)));
  }
}

/** The answer has one series for the name of a metric. */
function refuseTwice(names: readonly string[]): void {
  const k = names.findIndex((name, i) => names.indexOf(name) < i);
  if (k < 0) return;
  throw new InputError({
    code: "conflict",
    who: "compare.metrics",
    rule: "every distance stands once, because results are kept by its name",
    got: `${names[k]} twice`,
    fix: "Compare with other parameters in a second run",
    path: ["compare", "metrics", k],
  });
}

/**
 * The `compare:` section; one level alone has nothing to be compared with.
 * @throws InputError incompatible, conflict, and what a distance throws on the laws at the start
 * @cost a pass over the points for each metric and pair
 */
export function resolveComparison(
  spec: DocumentSpec,
  plugins: Plugins,
  levels: readonly BoundLevel[],
  span: readonly [number, number],
  seed: number,
): Resolved<Comparison | undefined> {
  const section = spec.compare ?? { metrics: ["bures-wasserstein", "sliced-wasserstein"], every: undefined, draws: 32 };
  const every = section.every ?? (span[1] - span[0]) / 10;
  const pairs = levels.flatMap((a, i) => levels.slice(i + 1).map((b): Pair => [a, b]));
  const choices = section.metrics.map((metric, k) => {
    const path = ["compare", "metrics", k];
    const choice = resolveChoice("distance", plugins.distances, metric, path);
    requireMeasurable(choice.plugin, plugins, pairs, path);
    return choice;
  });
  refuseTwice(choices.map(({ plugin }) => plugin.name));
  const comparison: Comparison = {
    metrics: choices.map(({ plugin, params }) => ({
      name: plugin.name,
      unit: plugin.unit,
      measures: (a, b) => measures(plugin, a, b),
      between: plugin.bind(params, seed),
    })),
    times: timesEvery(every, span, ["compare", "every"]),
    nullRepeats: section.draws,
  };
  choices.forEach(({ plugin, params }, k) => {
    requireLaws(plugin, params, pairs, ["compare", "metrics", k]);
  });
  const value = levels.length < 2 ? undefined : comparison;
  return { value, canonical: { metrics: choices.map((one) => one.canonical), every, draws: section.draws } };
}
