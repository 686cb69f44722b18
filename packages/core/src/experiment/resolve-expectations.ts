import { atPath, InputError, nearestOf } from "../foundation/errors/index.js";
import type { Comparison } from "./resolve-comparison.js";
import type { ExperimentLevel } from "./resolve-series.js";
import type { ExpectSpec } from "./spec.js";

function unknown(what: string, name: string, names: readonly string[], key: string): InputError {
  return new InputError({
    code: "unknown-name",
    who: "expect",
    rule: `there is no ${what} "${name}" in this experiment`,
    fix:
      names.length === 0 ? "There are none" : `Did you mean "${nearestOf(name, names)}"? There are ${names.join(", ")}`,
    path: [key],
  });
}

function requireOneOf(what: string, name: string, names: readonly string[], key = "series"): void {
  if (!names.includes(name)) throw unknown(what, name, names, key);
}

/** `<level>.<series or state>`, or `<A>|<B>.<metric>`. */
function checkSeries(series: string, levels: readonly ExperimentLevel[], comparison: Comparison | undefined): void {
  const dot = series.indexOf(".");
  const [owner, key] = dot < 0 ? [series, ""] : [series.slice(0, dot), series.slice(dot + 1)];
  const names = levels.map(({ level }) => level.name);
  if (owner.includes("|")) {
    const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => `${a}|${b}`));
    requireOneOf("pair of levels", owner, pairs);
    const [a, b] = owner.split("|").map((name) => levels.find(({ level }) => level.name === name)!.level);
    const metrics = comparison?.metrics.filter((metric) => metric.measures(a!, b!)) ?? [];
    requireOneOf(
      `metric of ${owner}`,
      key,
      metrics.map((metric) => metric.name),
    );
    return;
  }
  requireOneOf("level", owner, names);
  const { level, series: recorded } = levels.find((one) => one.level.name === owner)!;
  requireOneOf(`series or state of ${owner}`, key, [
    ...recorded.map((one) => one.name),
    ...Object.keys(level.problem.layout),
  ]);
}

/** Statistics are those of a series of a level that is repeated. */
function checkStatistic({ series, statistic }: ExpectSpec, levels: readonly ExperimentLevel[], repeats: number): void {
  const repeated = repeats > 1 ? levels.filter((one) => one.random) : [];
  const names = repeated.flatMap(({ level, series: all }) => all.map(({ name }) => `${level.name}.${name}`));
  if (names.includes(series!)) return;
  throw new InputError({
    code: "incompatible",
    who: "expect",
    rule: "a statistic is of a series in observe, on a level that solve.repeats repeats",
    got: `${statistic} of ${series}`,
    fix: names.length === 0 ? "Write solve: { repeats: … }, or leave statistic out" : `There are ${names.join(", ")}`,
    path: ["statistic"],
  });
}

function checkOne(
  entry: ExpectSpec,
  levels: readonly ExperimentLevel[],
  comparison: Comparison | undefined,
  repeats: number,
): void {
  const { series, level, equals, below, above } = entry;
  if ((series === undefined) === (level === undefined)) {
    const got = series === undefined ? "neither" : "both";
    throw new InputError({
      code: "incompatible",
      who: "expect",
      rule: "exactly one of series and level is needed",
      got,
    });
  }
  if (level !== undefined) {
    const names = levels.map((one) => one.level.name);
    requireOneOf("level", level, names, "level");
    return;
  }
  checkSeries(series!, levels, comparison);
  if (entry.statistic !== undefined) checkStatistic(entry, levels, repeats);
  if (equals === undefined && below === undefined && above === undefined) {
    throw new InputError({ code: "missing", who: "expect", rule: "one of equals, below and above is needed" });
  }
}

/** The `expect:` section: every line names something this experiment will record. @throws InputError unknown-name, … */
export function checkExpectations(
  entries: readonly ExpectSpec[],
  levels: readonly ExperimentLevel[],
  comparison: Comparison | undefined,
  repeats: number,
): void {
  for (const [k, entry] of entries.entries()) atPath(["expect", k], () => checkOne(entry, levels, comparison, repeats));
}
