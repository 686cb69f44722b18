import { type LevelResult, measuredDepartures, type RunResult, type Series } from "@meanfield/core/experiment";
import { InputError } from "@meanfield/core/foundation/errors";
import type { AnalysisJson, FigureSource } from "../figure.js";
import type { DepthRule } from "./axes.js";
import { formatNumber } from "./scale.js";
import { type CurveStyle, curveStyle } from "./style.js";

/** "gaussian-moments" → "Gaussian moments". */
export function readable(name: string): string {
  return name
    .replace(/[-_]/g, " ")
    .replace(/\b(gaussian|bures|wasserstein|mardia)\b/g, (word) => word[0]!.toUpperCase() + word.slice(1))
    .replace(/\bmmd\b/g, "MMD");
}

/** " (unit)", or nothing where the unit is 1. */
export function unitSuffix(unit: string): string {
  return unit === "1" || unit === "" ? "" : ` (${unit})`;
}

/** The run of a source. @throws InputError missing */
export function requireRun(source: FigureSource, who: string): RunResult {
  if (source.run !== undefined) return source.run;
  throw new InputError({
    code: "missing",
    who: `figure ${who}`,
    rule: "a run is needed to draw this figure",
    fix: "Give the result of `run`",
  });
}

/** A level is a finite cloud unless it saved a mean, covariance or density and no tokens. */
export function isFiniteLevel(level: LevelResult): boolean {
  return level.states["x"] !== undefined || ["cov", "mean", "mass"].every((name) => level.states[name] === undefined);
}

/** The style of each level: colour by place among all levels, dash or marker by place among its own sort. */
export function levelStyles(run: RunResult): Readonly<Record<string, CurveStyle>> {
  const counts = { finite: 0, law: 0 };
  const entries = Object.entries(run.levels).map(([name, level], index): [string, CurveStyle] => {
    const sort = isFiniteLevel(level) ? "finite" : "law";
    return [name, curveStyle(index, sort === "finite", counts[sort]++)];
  });
  return Object.fromEntries(entries);
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** "n = 1024, seed 1", as far as the spec says so. */
export function sampleSentence(run: RunResult): string {
  const law = asRecord(Object.values(asRecord(run.spec["initial"]))[0]);
  const noise = asRecord(run.spec["solve"])["seed"];
  const parts: string[] = [];
  const cloud = Object.values(run.levels).find((level) => level.states["x"] !== undefined)?.states["x"];
  const n = typeof law["n"] === "number" ? law["n"] : cloud?.shape[1];
  if (n !== undefined) parts.push(`$n$ = ${n} tokens`);
  if (typeof law["seed"] === "number") parts.push(`seed ${law["seed"]}`);
  if (typeof noise === "number" && noise !== law["seed"] && asRecord(run.spec["model"])["noise"] !== "none")
    parts.push(`noise seed ${noise}`);
  return parts.join(", ");
}

/** Where each level stopped or failed, as a sentence; empty when all completed. */
export function stopSentence(run: RunResult): string {
  const said = Object.entries(run.levels).flatMap(([name, { outcome }]) => {
    if (outcome.status === "stopped")
      return [`${readable(name)} stopped at $t$ = ${formatNumber(outcome.t, 4)} (${outcome.event})`];
    return outcome.status === "failed"
      ? [`${readable(name)} failed at $t$ = ${formatNumber(outcome.t, 4)} (${outcome.code})`]
      : [];
  });
  return said.length === 0 ? "" : `× marks the end of a level: ${said.join("; ")}`;
}

/** Joins the clauses that are not empty into one sentence. */
export function sentence(...clauses: readonly string[]): string {
  const text = clauses.filter((clause) => clause !== "").join("; ");
  return text.endsWith(".") ? text : `${text}.`;
}

/** Every time of every series and state of the levels. */
export function lastTime(run: RunResult): number {
  let last = 0;
  for (const level of Object.values(run.levels)) {
    for (const t of [level.t, ...Object.values(level.series).map((series) => series.t)])
      last = Math.max(last, t.at(-1) ?? 0);
  }
  return last;
}

interface RulesSaid {
  readonly rules: DepthRule[];
  /** What the caption says of them. */
  readonly said: string;
}

function blowUpRule(run: RunResult, analysis: AnalysisJson | undefined): RulesSaid {
  const { tStar, tError, source } = analysis?.regime ?? {};
  if (tStar === undefined) return { rules: [], said: "" };
  const label = `$t^*$ = ${formatNumber(tStar, 4)}`;
  const error = tError === undefined ? "" : ` ± ${formatNumber(tError, 2)}`;
  const inside = tStar <= 1.3 * lastTime(run);
  const rule: DepthRule = { t: tStar, label, kind: "theory", ...(tError === undefined ? {} : { error: tError }) };
  const where = inside ? " (solid vertical line)" : ", beyond the depths shown,";
  const said = `predicted blow-up ${label}${error}${where} from the ${source ?? "Gaussian closure (arXiv 2606.07600)"}`;
  return { rules: inside ? [rule] : [], said };
}

function departureRules(run: RunResult, analysis: AnalysisJson | undefined): RulesSaid {
  const rules: DepthRule[] = [];
  const said: string[] = [];
  const predicted = analysis?.departure?.predicted;
  if (predicted !== undefined && predicted <= 1.3 * lastTime(run)) {
    rules.push({ t: predicted, label: `predicted ${formatNumber(predicted, 3)}`, kind: "prediction" });
    said.push("dashed line: predicted departure of the cloud from the closure");
  }
  const seen = Object.values(measuredDepartures(run)).flatMap((one) => (one.t === undefined ? [] : [one.t]));
  if (seen.length > 0) {
    const first = Math.min(...seen);
    rules.push({ t: first, label: `departs ${formatNumber(first, 3)}`, kind: "data" });
    said.push("dotted line: measured departure, where the Bures–Wasserstein distance exceeds 0.1 √tr Σ for good");
  }
  return { rules, said: said.join("; ") };
}

/** t* and, when asked for, the departure as predicted and as seen, as vertical rules, with what the caption says of them. */
export function theoryRules(run: RunResult, analysis: AnalysisJson | undefined, withDeparture: boolean): RulesSaid {
  const parts = [blowUpRule(run, analysis), ...(withDeparture ? [departureRules(run, analysis)] : [])];
  const said = parts.map((part) => part.said).filter((text) => text !== "");
  return { rules: parts.flatMap((part) => part.rules), said: said.join("; ") };
}

/** The depth at which the axis ends: all data, and a little beyond the last rule. */
export function lastDepth(end: number, rules: readonly DepthRule[]): number {
  return Math.max(end, ...rules.map((rule) => 1.03 * (rule.t + (rule.error ?? 0)))) || 1;
}

/** Column `index` of a series of vectors (0 for a scalar). */
export function column(series: Series, index: number): Float64Array {
  const width = series.value.shape.slice(1).reduce((a, b) => a * b, 1);
  return Float64Array.from(series.t, (_, i) => series.value.data[i * width + index]!);
}

/** How many numbers one entry of the series has. */
export function itemSize(series: Series): number {
  return series.value.shape.slice(1).reduce((a, b) => a * b, 1);
}
