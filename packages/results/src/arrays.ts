import type { DistanceSeries, LevelResult, RunResult } from "@meanfield/core/experiment";
import { InputError, SolveError } from "@meanfield/core/foundation/errors";
import { firstNonFinite, type NdArray } from "@meanfield/core/foundation/shapes";
import type { Lookup } from "./array-lookup.js";
import { describeEnsemble, ensembleArrays, restoreEnsemble } from "./ensemble-arrays.js";
import type { FinishedManifest } from "./manifest.js";
import { mapValues } from "./map-values.js";

type Arrays = Record<string, NdArray>;
type LevelDescription = FinishedManifest["levels"][string];
type DistanceDescription = FinishedManifest["distances"][string][string];

const distancesKey = "distances";
const reservedStates: readonly string[] = ["t", "series", "ensemble"];
const bands = ["median", "low", "high"] as const;

function checkName(kind: string, name: string, reserved: readonly string[]): void {
  if (name !== "" && !/[/\\\0]/.test(name) && !reserved.includes(name)) return;
  throw new InputError({
    code: "conflict",
    who: "results store",
    rule: `a ${kind} must have a name without slashes${reserved.length ? ` that is not ${reserved.join(" or ")}` : ""}`,
    got: JSON.stringify(name),
    fix: "Rename it",
  });
}

function add(arrays: Arrays, key: string, value: NdArray | Float64Array): void {
  const array = value instanceof Float64Array ? { shape: [value.length], data: value } : value;
  const size = array.shape.reduce((a, b) => a * b, 1);
  if (size !== array.data.length) {
    const rule = `shape [${array.shape.join(", ")}] needs ${size} numbers`;
    throw new InputError({ code: "wrong-shape", who: key, rule, got: String(array.data.length) });
  }
  const bad = firstNonFinite(array.data);
  if (bad >= 0) {
    throw new SolveError({
      code: "not-finite",
      who: key,
      rule: "every number of a result must be finite",
      got: `${array.data[bad]} at entry ${bad}`,
      fix: "End the run at an event or a failed outcome before this time",
    });
  }
  arrays[key] = array;
}

function addLevel(arrays: Arrays, name: string, level: LevelResult): void {
  checkName("level", name, [distancesKey]);
  add(arrays, `${name}/t`, level.t);
  for (const [state, value] of Object.entries(level.states)) {
    checkName("state", state, reservedStates);
    add(arrays, `${name}/${state}`, value);
  }
  for (const [series, { t, value }] of Object.entries(level.series)) {
    checkName("series", series, []);
    if (value.shape[0] !== t.length) {
      const rule = `must have one value for each of its ${t.length} times`;
      throw new InputError({
        code: "wrong-shape",
        who: `${name}/series/${series}`,
        rule,
        got: `shape [${value.shape.join(", ")}]`,
      });
    }
    add(arrays, `${name}/series/${series}/t`, t);
    add(arrays, `${name}/series/${series}/value`, value);
  }
  for (const [series, statistics] of Object.entries(level.ensemble?.series ?? {})) {
    for (const [key, value] of ensembleArrays(statistics)) add(arrays, `${name}/ensemble/${series}/${key}`, value);
  }
}

function addDistance(arrays: Arrays, key: string, distance: DistanceSeries): void {
  add(arrays, `${key}/t`, distance.t);
  const columns = [
    distance.value,
    distance.spread,
    ...(distance.null ? bands.map((band) => distance.null![band]) : []),
  ];
  const wrong = columns.find((column) => column.length !== distance.t.length);
  if (wrong) {
    const rule = `must have one value for each of its ${distance.t.length} times`;
    throw new InputError({ code: "wrong-shape", who: key, rule, got: String(wrong.length) });
  }
  add(arrays, `${key}/value`, distance.value);
  add(arrays, `${key}/spread`, distance.spread);
  if (distance.null) for (const band of bands) add(arrays, `${key}/null/${band}`, distance.null[band]);
}

/**
 * Every number of a run under a name, as states.npz holds it:
 *
 * - `<level>/t` [k], `<level>/<state>` [k, …] (x, mean, cov, …)
 * - `<level>/series/<name>/t` [k], `<level>/series/<name>/value` [k, …item]
 * - `<level>/ensemble/<series>/t` [k], `/count` [k], `/mean`, `/sd`, `/se`, `/min`, `/max` [k, …item], and what was asked for:
 *   `/quantiles/at` [q], `/quantiles/value` [q, k, …item], `/covariance`, `/histogram/…`, `/exceedances/…`
 * - `distances/<A>|<B>/<metric>/t` and `/value` [k], and where there is a band `/null/median`, `/null/low`, `/null/high`
 *
 * @throws SolveError not-finite; InputError wrong-shape, conflict (a name that cannot be a key)
 */
export function runArrays(result: RunResult): Record<string, NdArray> {
  const arrays: Arrays = {};
  for (const [name, level] of Object.entries(result.levels)) addLevel(arrays, name, level);
  for (const [pair, metrics] of Object.entries(result.distances)) {
    checkName("pair of levels", pair, []);
    for (const [metric, distance] of Object.entries(metrics)) {
      checkName("metric", metric, []);
      addDistance(arrays, `${distancesKey}/${pair}/${metric}`, distance);
    }
  }
  return arrays;
}

/** What the manifest says of a level: everything but the numbers. */
export function describeLevel(level: LevelResult): LevelDescription {
  return {
    outcome: level.outcome,
    ...(level.events === undefined ? {} : { events: level.events.map(({ name, t }) => ({ name, t })) }),
    stats: level.stats,
    ...(level.monitors === undefined ? {} : { monitors: mapValues(level.monitors, (report) => ({ ...report })) }),
    ...(level.approximation === undefined ? {} : { approximation: level.approximation }),
    states: mapValues(level.states, ({ shape }) => ({ shape: [...shape] })),
    series: mapValues(level.series, ({ value, unit, doc }) => ({ shape: [...value.shape], unit, doc })),
    ...(level.ensemble && { ensemble: describeEnsemble(level.ensemble) }),
  };
}

/** What the manifest says of a distance: everything but the numbers. */
export function describeDistance(distance: DistanceSeries): DistanceDescription {
  const { value, unit, failed } = distance;
  const described = { shape: [value.length], unit, ...(failed === undefined ? {} : { failed }) };
  if (distance.null === undefined) return described;
  const { n, repeats } = distance.null;
  return { ...described, null: { n, repeats } };
}

/** The level that a description and the arrays make. */
export function restoreLevel(name: string, level: LevelDescription, array: Lookup): LevelResult {
  return {
    outcome: level.outcome,
    ...(level.events === undefined ? {} : { events: level.events }),
    t: array(`${name}/t`).data,
    states: mapValues(level.states, ({ shape }, state) => array(`${name}/${state}`, shape)),
    series: mapValues(level.series, ({ shape, unit, doc }, key) => {
      const t = array(`${name}/series/${key}/t`, shape.slice(0, 1)).data;
      return { t, value: array(`${name}/series/${key}/value`, shape), unit, doc };
    }),
    ...(level.monitors === undefined ? {} : { monitors: level.monitors }),
    ...(level.approximation === undefined ? {} : { approximation: level.approximation }),
    stats: level.stats,
    ...(level.ensemble && { ensemble: restoreEnsemble(name, level.ensemble, array) }),
  };
}

/** The distance that a description and the arrays make. */
export function restoreDistance(
  pair: string,
  metric: string,
  distance: DistanceDescription,
  array: Lookup,
): DistanceSeries {
  const key = `${distancesKey}/${pair}/${metric}`;
  const band = (name: string): Float64Array => array(`${key}/null/${name}`, distance.shape).data;
  return {
    t: array(`${key}/t`, distance.shape).data,
    value: array(`${key}/value`, distance.shape).data,
    spread: array(`${key}/spread`, distance.shape).data,
    unit: distance.unit,
    ...(distance.failed === undefined ? {} : { failed: distance.failed }),
    ...(distance.null
      ? { null: { median: band("median"), low: band("low"), high: band("high"), ...distance.null } }
      : {}),
  };
}
