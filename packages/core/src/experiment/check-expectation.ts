import { toNested } from "../foundation/shapes/index.js";
import type { DistanceSeries, ExpectationResult, LevelResult } from "./result.js";
import type { ExpectSpec } from "./spec.js";

/** Absolute tolerance of `equals` when the document gives none: relative rounding of printed numbers. */
const defaultWithin = 1e-9;

interface Sources {
  readonly levels: Readonly<Record<string, LevelResult>>;
  readonly distances: Readonly<Record<string, Readonly<Record<string, DistanceSeries>>>>;
}

/** The record nearest to the time asked for; undefined when there is none to one part in 10⁹ of the span. */
function indexAt(t: Float64Array, at: number | undefined): number | undefined {
  if (t.length === 0) return undefined;
  if (at === undefined) return t.length - 1;
  let best = 0;
  for (let k = 1; k < t.length; k++) if (Math.abs(t[k]! - at) < Math.abs(t[best]! - at)) best = k;
  const scale = Math.max(1, Math.abs(at));
  return Math.abs(t[best]! - at) <= 1e-9 * scale ? best : undefined;
}

function seriesValue(sources: Sources, { series, at, statistic }: ExpectSpec): unknown {
  const name = series!;
  const dot = name.indexOf(".");
  const [owner, key] = [name.slice(0, dot), name.slice(dot + 1)];
  const distance = sources.distances[owner]?.[key];
  if (distance !== undefined) {
    const k = indexAt(distance.t, at);
    return k === undefined ? undefined : distance.value[k];
  }
  const level = sources.levels[owner];
  const found = level?.series[key];
  const over = level?.ensemble?.series[key];
  const record = statistic
    ? over && { t: over.t, array: over[statistic] }
    : found
      ? { t: found.t, array: found.value }
      : level?.states[key]
        ? { t: level.t, array: level.states[key] }
        : undefined;
  if (record === undefined) return undefined;
  const k = indexAt(record.t, at);
  if (k === undefined) return undefined;
  return (toNested(record.array) as unknown[])[k];
}

/** Why the distance asked for is not there at this time. */
function failureOf({ distances }: Sources, { series = "", at }: ExpectSpec): DistanceSeries["failed"] {
  const dot = series.indexOf(".");
  const distance = distances[series.slice(0, dot)]?.[series.slice(dot + 1)];
  const missing = distance?.failed !== undefined && (at === undefined || indexAt(distance.t, at) === undefined);
  return missing ? distance.failed : undefined;
}

/** Greatest |a − b| over nested numbers; Infinity when shapes differ. */
function difference(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return Math.abs(a - b);
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce((worst: number, entry, k) => Math.max(worst, difference(entry, b[k])), 0);
}

function extremes(value: unknown): [least: number, greatest: number] {
  const flat = [value].flat(Number.POSITIVE_INFINITY) as number[];
  return [Math.min(...flat), Math.max(...flat)];
}

function checkLevel(expect: ExpectSpec, level: LevelResult): ExpectationResult {
  const { outcome } = level;
  const state = outcome.status === "stopped" ? outcome.event : outcome.status;
  const time = outcome.status === "completed" ? undefined : outcome.t;
  const named = expect.equals === undefined || expect.equals === state || expect.equals === outcome.status;
  const within = expect.within ?? defaultWithin;
  const timed = expect.at === undefined || (time !== undefined && Math.abs(time - expect.at) <= within);
  return { ok: named && timed, ...expect, value: state, ...(time === undefined ? {} : { t: time }) };
}

/** One line of `expect:` against what the run found. A series or time that is not there is not ok, and says so. */
export function checkExpectation(expect: ExpectSpec, sources: Sources): ExpectationResult {
  if (expect.level !== undefined) return checkLevel(expect, sources.levels[expect.level]!);
  const value = seriesValue(sources, expect);
  const failed = failureOf(sources, expect);
  if (failed !== undefined) return { ok: false, ...expect, reason: failed.message };
  if (value === undefined) return { ok: false, ...expect, reason: "no such series at this time" };
  const [least, greatest] = extremes(value);
  const conditions: boolean[] = [];
  if (expect.equals !== undefined)
    conditions.push(difference(value, expect.equals) <= (expect.within ?? defaultWithin));
  if (expect.below !== undefined) conditions.push(greatest < expect.below);
  if (expect.above !== undefined) conditions.push(least > expect.above);
  return { ok: conditions.every(Boolean), ...expect, value };
}
