import type { DistanceSeries, EnsembleResult, LevelResult } from "@meanfield/core/experiment";
import { type NdArray, toNested } from "@meanfield/core/foundation/shapes";
import { runArrays } from "./arrays.js";
import { type JsonValue, toJson } from "./canonical.js";
import { ensembleArrays } from "./ensemble-arrays.js";
import { mapValues } from "./map-values.js";
import type { RunRecord } from "./run-record.js";

function nested(value: NdArray | Float64Array): unknown {
  return value instanceof Float64Array ? Array.from(value) : toNested(value);
}

/** { t, count, mean, …, quantiles: { at, value, rankError } }: the keys of the store, one inside the other. */
function ensembleAnswer({ repeats, ends, series }: EnsembleResult): Record<string, unknown> {
  return {
    repeats,
    ends,
    series: mapValues(series, (statistics) => {
      const answer: Record<string, unknown> = {};
      for (const [key, value] of ensembleArrays(statistics)) {
        const [name, part] = key.split("/") as [string, string?];
        answer[name] = part === undefined ? nested(value) : { ...(answer[name] as object), [part]: nested(value) };
      }
      const { quantiles } = statistics;
      if (quantiles) answer["quantiles"] = { ...(answer["quantiles"] as object), rankError: quantiles.rankError };
      return answer;
    }),
  };
}

function levelAnswer(level: LevelResult): Record<string, unknown> {
  const { outcome, t, states, series, events, ensemble, monitors, approximation } = level;
  return {
    outcome,
    ...(events === undefined ? {} : { events }),
    ...(monitors === undefined ? {} : { monitors }),
    ...(approximation === undefined ? {} : { approximation }),
    t: Array.from(t),
    ...mapValues(states, toNested),
    series: mapValues(series, (one) => ({ t: Array.from(one.t), value: toNested(one.value) })),
    ...(ensemble && { ensemble: ensembleAnswer(ensemble) }),
  };
}

function distanceAnswer({ t, value, null: band, failed }: DistanceSeries): Record<string, unknown> {
  const answer = { t: Array.from(t), value: Array.from(value), ...(failed && { failed }) };
  if (band === undefined) return answer;
  const { median, low, high, n, repeats } = band;
  return {
    ...answer,
    null: { median: Array.from(median), low: Array.from(low), high: Array.from(high), n, repeats },
  };
}

/**
 * What `meanfield run --json` prints: { id, format, spec, backend, levels, distances, attention?, expect }; arrays row-major.
 * `JSON.stringify` of it keeps every number to full precision (−0 is printed 0).
 *
 * @throws SolveError not-finite (an array holds NaN or Infinity)
 * @throws InputError not-finite, wrong-type (the rest is not JSON)
 * @cost O(numbers) time and memory
 */
export function runAnswer(record: Pick<RunRecord, "id" | "result">): JsonValue {
  const { format, spec, backend, levels, distances, attention, expect } = record.result;
  runArrays(record.result);
  const answer = {
    id: record.id,
    format,
    spec,
    backend,
    levels: mapValues(levels, levelAnswer),
    distances: mapValues(distances, (metrics) => mapValues(metrics, distanceAnswer)),
    ...(attention === undefined ? {} : { attention }),
    expect,
  };
  return toJson(answer, "run");
}
