import { InputError, show } from "../foundation/errors/index.js";
import { isMapping } from "../foundation/parameters/index.js";
import { type ExperimentOptions, experiment } from "./experiment.js";
import { runExperiment } from "./run.js";
import type { RunOptions } from "./run-options.js";

/** A distance against the number of tokens. */
export interface SizeSeries {
  readonly n: readonly number[];
  /** Mean over the repeats at the last compared depth, one for each n. */
  readonly mean: readonly number[];
  /** Standard error of the mean. */
  readonly error: readonly number[];
  /** Exponent p of mean ~ n^p, by least squares of the logarithms, and its standard error from the scatter of the repeats. */
  readonly slope: number;
  readonly slopeError: number;
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

/** The document with n and the seed of the tokens replaced, no null bands, and the ends of the span alone compared. */
function sized(document: unknown, n: number, seed: number, every: number): Record<string, unknown> {
  const root = isMapping(document) ? document : {};
  const { initial } = root;
  const law = typeof initial === "string" ? { [initial]: {} } : initial;
  if (!isMapping(law) || Object.keys(law).length !== 1)
    return refuse("initial must be one law", show(initial), "Write it out");
  const [name, params] = Object.entries(law)[0]!;
  if (params !== null && !isMapping(params)) {
    return refuse("the law must draw its tokens", `initial: ${name}`, "Take a law with n and seed");
  }
  const compare = isMapping(root["compare"]) ? root["compare"] : {};
  return {
    ...root,
    initial: { [name]: { ...params, n, seed } },
    compare: { ...compare, every, draws: 0 },
    observe: {},
    expect: [],
  };
}

function checkSizes({ sizes, repeats }: SizeOptions): void {
  if (sizes.length < 2 || sizes.some((n, k) => !Number.isSafeInteger(n) || n < 1 || n <= (sizes[k - 1] ?? 0))) {
    refuse("sizes must be two or more positive integers, ascending", sizes.join(", "), "For example 64,256,1024");
  }
  if (!(Number.isSafeInteger(repeats) && repeats >= 2)) {
    refuse("repeats must be at least 2, for an error", String(repeats), "Take 8");
  }
}

/** Weighted least squares of log mean against log n; the weights are the relative errors. */
function slopeOf(n: readonly number[], mean: readonly number[], error: readonly number[]) {
  const x = n.map(Math.log);
  const y = mean.map(Math.log);
  const relative = error.map((value, k) => value / mean[k]!);
  const middle = x.reduce((a, b) => a + b, 0) / x.length;
  const centre = y.reduce((a, b) => a + b, 0) / y.length;
  let [cross, square, variance] = [0, 0, 0];
  x.forEach((value, k) => {
    cross += (value - middle) * (y[k]! - centre);
    square += (value - middle) ** 2;
    variance += (value - middle) ** 2 * relative[k]! ** 2;
  });
  return { slope: cross / square, slopeError: Math.sqrt(variance) / square };
}

function seriesOf(sizes: readonly number[], values: ReadonlyMap<number, readonly number[]>): SizeSeries {
  const mean = sizes.map((n) => values.get(n)!.reduce((a, b) => a + b, 0) / values.get(n)!.length);
  const error = sizes.map((n, k) => {
    const all = values.get(n)!;
    const variance = all.reduce((sum, value) => sum + (value - mean[k]!) ** 2, 0) / (all.length - 1);
    return Math.sqrt(variance / all.length);
  });
  return { n: [...sizes], mean, error, ...slopeOf(sizes, mean, error) };
}

/**
 * Distances between the levels of one experiment against the number of tokens: every n with `repeats` independent draws
 * (seeds 1, 2, …), at the end of the span. Pairs whose distance is 0 somewhere (two laws without tokens in common) have
 * no exponent and are left out.
 *
 * @throws InputError what `experiment` throws; incompatible (a law that draws no tokens, one level, wrong sizes)
 * @cost sizes × repeats runs
 * @accuracy −½ within its error for tokens against the law they are drawn from (size-scaling.test.ts)
 * @source theory.md §1 and §2; derived
 */
export function sizeScaling(document: unknown, options: SizeOptions): SizeScaling {
  checkSizes(options);
  const { sizes, repeats } = options;
  const first = experiment(document, options);
  if (first.levels.length < 2) refuse("distances need two levels of description", "one level", "Add a level");
  if (first.initial.n === undefined) refuse("the law must draw its tokens", first.initial.name, "Take a law with n");
  const [start, end] = first.integration.span;
  const values = new Map<string, Map<number, number[]>>();
  let done = 0;
  for (const n of sizes) {
    for (let seed = 1; seed <= repeats; seed++) {
      const { distances } = runExperiment(experiment(sized(document, n, seed, end - start), options), {
        ...(options.cancel === undefined ? {} : { cancel: options.cancel }),
      });
      for (const [pair, metrics] of Object.entries(distances)) {
        for (const [metric, { value }] of Object.entries(metrics)) {
          const key = `${pair} ${metric}`;
          const byN = values.get(key) ?? new Map<number, number[]>();
          byN.set(n, [...(byN.get(n) ?? []), value.at(-1)!]);
          values.set(key, byN);
        }
      }
      options.onProgress?.({ stage: `n = ${n}`, fraction: ++done / (sizes.length * repeats) });
      if (options.cancel?.aborted) return {};
    }
  }
  const found: Record<string, Record<string, SizeSeries>> = {};
  for (const [key, byN] of values) {
    const [pair, metric] = key.split(" ") as [string, string];
    const series = seriesOf(sizes, byN);
    if (Number.isFinite(series.slope)) found[pair] = { ...found[pair], [metric]: series };
  }
  return found;
}
