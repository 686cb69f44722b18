import type { Json } from "../../analysis/index.js";
import { SolveError } from "../../foundation/errors/index.js";
import type { Experiment } from "../experiment.js";
import type { ExperimentLevel } from "../resolve-series.js";
import type { LevelResult, RunResult } from "../result.js";
import type { ExpressionValue } from "./expression.js";
import type { Measure } from "./section.js";

/** What a cell's row holds, by column; what is not there is left out. */
export type CellColumns = Readonly<Record<string, ExpressionValue>>;

type Entry = readonly [column: string, value: ExpressionValue];

function requireFinite([column, value]: Entry): Entry {
  if (typeof value !== "number" || Number.isFinite(value)) return [column, value];
  throw new SolveError({
    code: "not-finite",
    who: column,
    rule: "every number of a result must be finite",
    got: String(value),
    fix: "End the run at an event or a failed outcome before this time",
  });
}

function levelEntries(name: string, { outcome, series }: LevelResult): Entry[] {
  const told = Object.entries(outcome).map(([key, value]): Entry => [`${name}.outcome.${key}`, value]);
  const ends = Object.entries(series).flatMap(([key, { value }]): Entry[] =>
    value.shape.length === 1 && value.data.length > 0 ? [[`${name}.${key}`, value.data.at(-1)!]] : [],
  );
  return [...told, ...ends];
}

/** Times at which the series of a level are asked for. */
function askedTimes(levels: readonly ExperimentLevel[], name: string, key: string): ReadonlySet<number> {
  const found = levels.find(({ level }) => level.name === name)?.series.find((one) => one.name === key);
  return new Set(found?.times);
}

/** `@t` for each time, to fifteen digits: three steps of .1 are @0.3, unless that would be two times. */
function depthNames(t: ArrayLike<number>): readonly string[] {
  const short = Array.from(t, (time) => Number(time.toPrecision(15)));
  return new Set(short).size === t.length ? short.map((time) => `@${time}`) : Array.from(t, (time) => `@${time}`);
}

/** Every record of every scalar series that was asked for, a column per time; the one at a stop has a time of its own. */
function seriesEntries(levels: readonly ExperimentLevel[], name: string, { series }: LevelResult): Entry[] {
  return Object.entries(series).flatMap(([key, { t, value }]): Entry[] => {
    if (value.shape.length !== 1) return [];
    const asked = askedTimes(levels, name, key);
    const entries = depthNames(t).map((depth, k): Entry => [`${name}.${key}${depth}`, value.data[k]!]);
    return entries.filter((_, k) => asked.has(t[k]!));
  });
}

/** Statistics over the repeats of every scalar series: at its last time, and at every time where `series` is measured. */
function ensembleEntries(name: string, { ensemble }: LevelResult, every: boolean): Entry[] {
  return Object.entries(ensemble?.series ?? {}).flatMap(([key, { t, count, mean, sd, se, quantiles }]): Entry[] => {
    if (mean.shape.length !== 1 || t.length === 0) return [];
    const qs = Array.from(quantiles?.at ?? [], (q, j): [string, Float64Array] => [
      `quantile-${q}`,
      quantiles!.value.data.subarray(j * t.length, (j + 1) * t.length),
    ]);
    const statistics: [string, Float64Array][] = [
      ["mean", mean.data],
      ["se", se.data],
      ["sd", sd.data],
      ["count", count],
    ];
    return [...statistics, ...qs].flatMap(([statistic, data]): Entry[] => {
      const column = `${name}.${key}.${statistic}`;
      const all = every ? depthNames(t).map((depth, k): Entry => [`${column}${depth}`, data[k]!]) : [];
      return [[column, data.at(-1)!], ...all];
    });
  });
}

function distanceEntries({ distances }: RunResult): Entry[] {
  return Object.entries(distances).flatMap(([pair, metrics]) =>
    Object.entries(metrics).flatMap(([metric, { value, failed }]): Entry[] =>
      value.length > 0 && failed === undefined ? [[`${pair}.${metric}`, value.at(-1)!]] : [],
    ),
  );
}

/** The scalars of a verdict, dots between the keys; of a certificate the method alone; lists and matrices stay out. */
function verdictEntries(name: string, value: Json): Entry[] {
  if (value === null || Array.isArray(value)) return [];
  if (typeof value !== "object") return [[name, value as ExpressionValue]];
  return Object.entries(value as Record<string, Json>).flatMap(([key, inner]) => {
    const isCertificate = key === "certificate" && inner !== null && typeof inner === "object";
    if (!isCertificate) return verdictEntries(`${name}.${key}`, inner);
    return verdictEntries(`${name}.certificate.method`, (inner as Record<string, Json>)["method"] ?? null);
  });
}

/**
 * The row of a cell: `<level>.outcome.status` (and event, t, tError, code, message), `<level>.<series>` the last record
 * of every scalar observable (at the event where a level stopped), `<level>.<series>@<t>` all of them where `series` is measured; with repeats
 * `<level>.<series>.mean` (and se, sd, count, quantile-<q>) likewise; `<A>|<B>.<metric>` the last distance, `expect.ok`, `analysis.<name>.<field>` the scalars of every verdict.
 *
 * @throws SolveError not-finite
 * @cost O(columns)
 */
export function cellColumns(
  { levels }: Pick<Experiment, "levels">,
  measure: readonly Measure[],
  result: RunResult | undefined,
  analysis: Readonly<Record<string, Json>> | undefined,
): CellColumns {
  const entries: Entry[] = [];
  for (const [name, level] of Object.entries(result?.levels ?? {})) {
    entries.push(...levelEntries(name, level));
    if (measure.includes("series")) entries.push(...seriesEntries(levels, name, level));
    entries.push(...ensembleEntries(name, level, measure.includes("series")));
  }
  if (result !== undefined && measure.includes("distances")) entries.push(...distanceEntries(result));
  if (result !== undefined && result.expect.length > 0)
    entries.push(["expect.ok", result.expect.every(({ ok }) => ok)]);
  for (const [name, verdict] of Object.entries(analysis ?? {}))
    entries.push(...verdictEntries(`analysis.${name}`, verdict));
  return Object.fromEntries(entries.map(requireFinite));
}
