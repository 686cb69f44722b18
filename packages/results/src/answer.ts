import type { DistanceSeries, LevelResult } from "@meanfield/core/experiment";
import { toNested } from "@meanfield/core/foundation/shapes";
import { runArrays } from "./arrays.js";
import { type JsonValue, toJson } from "./canonical.js";
import { mapValues } from "./map-values.js";
import type { RunRecord } from "./run-record.js";

function levelAnswer({ outcome, t, states, series, events }: LevelResult): Record<string, unknown> {
  return {
    outcome,
    ...(events === undefined ? {} : { events }),
    t: Array.from(t),
    ...mapValues(states, toNested),
    series: mapValues(series, (one) => ({ t: Array.from(one.t), value: toNested(one.value) })),
  };
}

function distanceAnswer({ t, value, null: band }: DistanceSeries): Record<string, unknown> {
  const answer = { t: Array.from(t), value: Array.from(value) };
  if (band === undefined) return answer;
  const { median, low, high, n, repeats } = band;
  return {
    ...answer,
    null: { median: Array.from(median), low: Array.from(low), high: Array.from(high), n, repeats },
  };
}

/**
 * What `meanfield run --json` prints: { id, format, spec, backend, levels, distances, expect }; arrays row-major.
 * `JSON.stringify` of it keeps every number to full precision (−0 is printed 0).
 *
 * @throws SolveError not-finite (an array holds NaN or Infinity)
 * @throws InputError not-finite, wrong-type (the rest is not JSON)
 * @cost O(numbers) time and memory
 */
export function runAnswer(record: Pick<RunRecord, "id" | "result">): JsonValue {
  const { format, spec, backend, levels, distances, expect } = record.result;
  runArrays(record.result);
  const answer = {
    id: record.id,
    format,
    spec,
    backend,
    levels: mapValues(levels, levelAnswer),
    distances: mapValues(distances, (metrics) => mapValues(metrics, distanceAnswer)),
    expect,
  };
  return toJson(answer, "run");
}
