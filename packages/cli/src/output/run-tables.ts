import { type ExpectationResult, measuredDepartures, measuredGrowth, type RunResult } from "@meanfield/core/experiment";
import { show } from "@meanfield/core/foundation/errors";
import type { Analysis } from "../compute/protocol.js";
import { brief, levelOutcome, withError } from "./format.js";
import { textTable } from "./text-table.js";

type Fields = { readonly [key: string]: unknown };

const numberOf = (fields: Fields, key: string): number | undefined => {
  const value = fields[key];
  return typeof value === "number" ? value : undefined;
};

/** Level, outcome, work. */
export function levelsTable(result: RunResult): string {
  const rows = Object.entries(result.levels).map(([name, level]) => [
    name,
    levelOutcome(level),
    level.stats.method,
    String(level.stats.steps),
    String(level.stats.evaluations),
  ]);
  return textTable(["level", "outcome", "method", "steps", "evaluations"], rows);
}

/** What every run is watched for: one line per level and monitor, and the label of an approximation. */
export function monitorLines(result: RunResult): string[] {
  return Object.entries(result.levels).flatMap(([name, { monitors = {}, approximation }]) => [
    ...(approximation === undefined ? [] : [`${name}: approximate, ${approximation}`]),
    ...Object.entries(monitors).map(([monitor, report]) => {
      const parts = Object.entries(report).map(([key, value]) =>
        typeof value === "number" ? `${key} ${brief(value)}` : value,
      );
      return `${name}, ${monitor}: ${parts.join(", ")}`;
    }),
  ]);
}

/** Tilt against log n and entropies at every compared depth, one table a pair of a cloud and exact moments. */
export function attentionTables({ attention = {} }: RunResult): string[] {
  return Object.entries(attention).map(([pair, one]) => {
    const rows = one.t.map((t, k) => [
      brief(t),
      ...[one.tilt, one.effectiveSampleSize, one.entropyInClosure].map((column) =>
        k < column.length ? brief(column[k]!) : "–",
      ),
      brief(one.entropy[k]!),
      brief(Math.exp(one.entropy[k]!)),
    ]);
    const columns = ["t", "tilt", "n·e^−tilt", "entropy in closure", "entropy measured", "tokens seen"];
    const frozen = one.frozen === undefined ? "not frozen" : `frozen at t = ${brief(one.frozen)} (${one.criterion})`;
    const ended = one.ended === undefined ? "" : `\nended: ${one.ended}`;
    const title = `attention, ${pair.replace("|", " | ")}: log n = ${brief(one.logN)}; ${frozen}`;
    return `${title}\n${textTable(columns, rows)}${ended}`;
  });
}

/** The last record of every scalar series of every ensemble, with its standard error. */
export function ensemblesTable(result: RunResult): string | undefined {
  const rows = Object.entries(result.levels).flatMap(([level, { ensemble }]) =>
    Object.entries(ensemble?.series ?? {}).flatMap(([name, { t, count, mean, se, sd, quantiles }]) => {
      const k = t.length - 1;
      if (k < 0 || mean.shape.length > 1) return [];
      const last = (quantiles?.at.length ?? 0) - 1;
      const at = (q: number) => brief(quantiles!.value.data[q * t.length + k]!);
      const range = last > 0 ? `${at(0)} … ${at(last)} (${quantiles!.at[0]}–${quantiles!.at[last]})` : "";
      return [
        [level, name, String(count[k]), brief(t[k]!), withError(mean.data[k]!, se.data[k]!), brief(sd.data[k]!), range],
      ];
    }),
  );
  if (rows.length === 0) return undefined;
  return textTable(["level", "series", "repeats", "t", "mean ± standard error", "sd", "quantiles"], rows);
}

/** How the repeats of ensembles ended, where not all completed. */
export function endLines(result: RunResult): string[] {
  return Object.entries(result.levels).flatMap(([level, { ensemble }]) =>
    (ensemble?.ends ?? [])
      .filter(({ status }) => status !== "completed")
      .map(({ status, reason, count, t }) => {
        const when = t === undefined ? "" : `, t from ${brief(t.min)} to ${brief(t.max)}`;
        return `${level}: ${count} of ${ensemble!.repeats} repeats ${status} (${reason}${when})`;
      }),
  );
}

/** What theory says: one line per analysis. */
export function analysisLines(analysis: Analysis): string[] {
  return Object.entries(analysis).map(([name, value]) => {
    const fields = value as Fields;
    const parts = [`${name}: ${String(fields["verdict"])}`];
    const tStar = numberOf(fields, "tStar");
    if (tStar !== undefined) parts.push(`t* = ${withError(tStar, numberOf(fields, "tError") ?? 0)}`);
    const predicted = numberOf(fields, "predicted");
    if (predicted !== undefined)
      parts.push(`predicted at t = ${brief(predicted)} (${String(fields["criterion"])}, n = ${String(fields["n"])})`);
    const fastest = fields["fastest"] as Fields | undefined;
    if (fastest !== undefined)
      parts.push(`degree ${String(fastest["degree"])} fastest at rate ${brief(numberOf(fastest, "rate") ?? 0)}`);
    const critical = fields["criticalNoise"] as Fields | undefined;
    if (critical !== undefined) parts.push(`still from noise of σ = ${brief(numberOf(critical, "sigma") ?? 0)} on`);
    const certificate = fields["certificate"] as Fields | undefined;
    if (certificate !== undefined) parts.push(`by ${String(certificate["method"])}`);
    return parts.join(", ");
  });
}

/** The last record of every distance at which both levels lived, with its band. */
export function distancesTable(result: RunResult): string | undefined {
  const rows = Object.entries(result.distances).flatMap(([pair, metrics]) =>
    Object.entries(metrics).flatMap(([metric, { t, value, spread, null: band }]) => {
      const k = t.length - 1;
      if (k < 0) return [];
      const range = band === undefined ? "" : `${brief(band.low[k]!)} … ${brief(band.high[k]!)}`;
      const place =
        band === undefined ? "" : value[k]! > band.high[k]! ? "above" : value[k]! < band.low[k]! ? "below" : "inside";
      return [
        [pair.replace("|", " | "), metric, brief(t[k]!), brief(value[k]!), brief(value[k]! / spread[k]!), range, place],
      ];
    }),
  );
  if (rows.length === 0) return undefined;
  return textTable(["levels", "distance", "t", "value", "value/√trΣ", "null band 5–95 %", "band"], rows);
}

/** When finite clouds were seen to leave the closure. */
export function departureLines(result: RunResult): string[] {
  return Object.entries(measuredDepartures(result)).map(([pair, { t, comparedTo, criterion }]) =>
    t === undefined
      ? `${pair.replace("|", " | ")}: inside the closure up to t = ${brief(comparedTo)}`
      : `${pair.replace("|", " | ")}: left the closure at t = ${brief(t)} (${criterion})`,
  );
}

/**
 * The constant of theory for two laws, where an analysis has one that holds for both: in R^d its ball is that of the drawn
 * tokens, and the law may reach beyond.
 */
function theoreticalGrowth({ spec }: RunResult, analysis: unknown): string {
  const { geometry } = spec["model"] as { readonly geometry?: unknown };
  if (geometry !== "sphere") return "";
  const constant = (analysis as { dobrushin?: { constant?: number } } | undefined)?.dobrushin?.constant;
  return constant === undefined ? "" : `; in theory C ≤ ${brief(constant)}`;
}

/** How fast clouds and the mean-field law drew apart. */
export function growthLines(result: RunResult, analysis?: unknown): string[] {
  return Object.entries(measuredGrowth(result)).flatMap(([pair, metrics]) =>
    Object.entries(metrics).map(
      ([metric, { rate, t, start }]) =>
        `${pair.replace("|", " | ")}: ${metric} ≤ ${brief(start)}·e^{Ct} with C = ${brief(rate)} (measured, attained at t = ${brief(t)})${theoreticalGrowth(result, analysis)}`,
    ),
  );
}

/** One expectation in words: what was found, and what was expected. */
function unmetText({ series, level, at, equals, below, above, within, value, t, reason }: ExpectationResult): string {
  const named = (name: string, wanted: unknown) => (wanted === undefined ? [] : [`${name} ${show(wanted)}`]);
  const expected = [...named("equal to", equals), ...named("below", below), ...named("above", above)];
  const time = at === undefined ? "" : ` at t = ${String(at)}`;
  const near = within === undefined ? "" : ` within ${String(within)}`;
  const found = reason === undefined ? show(value) : String(reason);
  const foundAt = t === undefined ? "" : ` at t = ${String(t)}`;
  const wanted = `${expected.join(" and ")}${level === undefined ? "" : time}${near}`.trim();
  return `not met: ${String(series ?? level)}${level === undefined ? time : ""}: expected ${wanted}, found ${found}${foundAt}`;
}

/** Expectations that were not met; empty when all were. */
export function unmetLines(result: RunResult): string[] {
  return result.expect.filter((one) => !one.ok).map(unmetText);
}

/** A line for each distance that ends before its levels do. */
export const distanceFailures = ({ distances }: Pick<RunResult, "distances">): string[] =>
  Object.entries(distances).flatMap(([pair, metrics]) =>
    Object.values(metrics).flatMap(({ failed }) =>
      failed === undefined ? [] : [`distance ${pair.replace("|", " | ")} at t = ${brief(failed.t)}: ${failed.message}`],
    ),
  );
