import {
  type ExpectationResult,
  type LevelResult,
  measuredDepartures,
  type RunResult,
} from "@meanfield/core/experiment";
import { readable } from "../drawing/describe.js";
import type { AnalysisJson } from "../figure.js";
import { applicableFigures } from "../kinds/index.js";
import { equationHtml } from "./equations.js";
import { figuresHtml } from "./figure-html.js";
import { definitions, escapeHtml, inlineMath, numberHtml, table, valueHtml } from "./html.js";
import { modelTex } from "./model-tex.js";
import type { ReportPart } from "./report-html.js";
import { attentionHtml, monitorsHtml } from "./watched.js";

/** What the part of an experiment shows. */
export interface ExperimentInput {
  readonly title: string;
  /** A paragraph under the title; `$…$` is mathematics. */
  readonly summary?: string;
  readonly run: RunResult;
  readonly analysis?: AnalysisJson;
  /** Creates the elements of figures. */
  readonly document: Document;
}

function verdict(kind: "good" | "bad" | "open" | "above" | "below", text: string): string {
  return `<span class="verdict ${kind}">${escapeHtml(text)}</span>`;
}

function levelRow([name, level]: [string, LevelResult]): string[] {
  const { outcome, stats } = level;
  const reached = Math.max(
    0,
    ...[level.t, ...Object.values(level.series).map((series) => series.t)].map((t) => t.at(-1) ?? 0),
  );
  const work = `${escapeHtml(stats.method)}, ${stats.steps} steps, ${stats.evaluations} evaluations`;
  const label = escapeHtml(readable(name));
  if (outcome.status === "completed") return [label, verdict("good", "completed"), numberHtml(reached), "", work];
  if (outcome.status === "stopped") {
    return [
      label,
      verdict("open", `stopped: ${outcome.event}`),
      numberHtml(outcome.t),
      `± ${numberHtml(outcome.tError)}`,
      work,
    ];
  }
  return [
    label,
    `${verdict("bad", `failed: ${outcome.code}`)}<br>${escapeHtml(outcome.message)}`,
    numberHtml(outcome.t),
    "",
    work,
  ];
}

function depthHtml(t: number): string {
  return `<i class="math">t</i> = ${numberHtml(t)}`;
}

/** The departure of each finite cloud from the closure as it was measured. */
function seenDeparture(run: RunResult): string[][] {
  return Object.entries(measuredDepartures(run)).map(([pair, { t, comparedTo, criterion }]) => {
    const label = `departure of ${escapeHtml(pair.split("|").map(readable).join(" from "))}, measured`;
    if (t === undefined) return [label, "<b>none</b>", "", `inside the closure up to ${depthHtml(comparedTo)}`];
    return [label, "<b>departs</b>", depthHtml(t), escapeHtml(criterion)];
  });
}

/** A verdict without the numbers that only its figure draws. */
function withoutPicture(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("picture" in value)) return value;
  const { picture: _, ...rest } = value;
  return rest;
}

/** What theory says: the regime with its certificate, the departure from the closure, and every further verdict. */
function theoryHtml(run: RunResult, analysis: AnalysisJson | undefined): string {
  const rows: string[][] = [];
  const { regime, departure: given, id: _id, ...others } = analysis ?? {};
  if (regime !== undefined) {
    const { verdict: said, tStar, tError, certificate, ...rest } = regime;
    const error = tError === undefined ? "" : ` ± ${numberHtml(tError)}`;
    const detail = Object.keys(rest).length === 0 ? "" : `<details><summary>more</summary>${valueHtml(rest)}</details>`;
    rows.push([
      "regime",
      `<b class="verdict">${escapeHtml(said)}</b>`,
      tStar === undefined ? "" : `<i class="math">t</i><sup>∗</sup> = ${numberHtml(tStar)}${error}`,
      `${certificate === undefined ? "" : valueHtml(certificate)}${detail}`,
    ]);
  }
  if (given !== undefined) {
    const { verdict: said, predicted, ...rest } = given;
    rows.push([
      "departure, predicted",
      `<b class="verdict">${escapeHtml(said ?? "departs")}</b>`,
      predicted === undefined ? "" : depthHtml(predicted),
      valueHtml(rest),
    ]);
  }
  rows.push(...seenDeparture(run));
  for (const [name, given] of Object.entries(others)) {
    const value = withoutPicture(given);
    const said =
      typeof value === "object" && value !== null && "verdict" in value
        ? `<b>${escapeHtml(String(value.verdict))}</b>`
        : "";
    rows.push([
      escapeHtml(readable(name)),
      said,
      "",
      `<details><summary>values</summary>${valueHtml(value)}</details>`,
    ]);
  }
  return rows.length === 0
    ? ""
    : `<h3>Regime and departure</h3>${table(["statement", "verdict", "depth", "certificate"], rows)}`;
}

/** The last record of every scalar series of an ensemble, with its error; how the repeats ended. */
function ensemblesHtml(run: RunResult): string {
  const rows = Object.entries(run.levels).flatMap(([level, { ensemble }]) =>
    Object.entries(ensemble?.series ?? {}).flatMap(([name, { t, count, mean, se, sd, min, max }]) => {
      const k = t.length - 1;
      if (k < 0 || mean.shape.length > 1) return [];
      const short = (value: number) => numberHtml(Number(value.toPrecision(4)));
      const [at, error] = [numberHtml(t[k]!), `± ${numberHtml(Number(se.data[k]!.toPrecision(2)))}`];
      const range = `${short(min.data[k]!)} … ${short(max.data[k]!)}`;
      const label = escapeHtml(`${readable(level)}, ${readable(name)}`);
      return [[label, String(count[k]), at, short(mean.data[k]!), error, short(sd.data[k]!), range]];
    }),
  );
  const ends = Object.entries(run.levels).flatMap(([level, { ensemble }]) =>
    (ensemble?.ends ?? []).map(
      ({ status, reason, count }) =>
        `${readable(level)}: ${count} ${status}${reason === undefined ? "" : ` (${reason})`}`,
    ),
  );
  if (ends.length === 0) return "";
  const head = ["series", "repeats", "depth", "mean", "standard error", "standard deviation", "range"];
  const said = `<p>${escapeHtml(ends.join("; "))}. Outcomes, states and distances elsewhere are those of repeat 0.</p>`;
  return `<h3>Ensembles at their last depth</h3>${said}${rows.length === 0 ? "" : table(head, rows)}`;
}

function distancesHtml(run: RunResult): string {
  const rows = Object.entries(run.distances).flatMap(([pair, metrics]) =>
    Object.entries(metrics).flatMap(([metric, { t, value, spread, null: band }]) => {
      const last = t.length - 1;
      if (last < 0) return [];
      const relative = spread[last]! > 0 ? `${numberHtml(Number((value[last]! / spread[last]!).toPrecision(3)))}` : "";
      const levels = escapeHtml(pair.split("|").map(readable).join(" to "));
      const row = [
        levels,
        escapeHtml(readable(metric)),
        numberHtml(t[last]!),
        numberHtml(Number(value[last]!.toPrecision(4))),
        relative,
      ];
      if (band === undefined) return [[...row, "", verdict("open", "no band")]];
      const [low, high] = [band.low[last]!, band.high[last]!];
      const said =
        value[last]! > high
          ? verdict("above", "above the band")
          : value[last]! < low
            ? verdict("below", "below the band")
            : verdict("good", "inside the band");
      return [[...row, `${numberHtml(Number(low.toPrecision(3)))} … ${numberHtml(Number(high.toPrecision(3)))}`, said]];
    }),
  );
  const head = ["levels", "distance", "depth", "value", "value / √tr Σ", "null band (5–95 %)", "verdict"];
  const failures = Object.entries(run.distances).flatMap(([pair, metrics]) =>
    Object.values(metrics).flatMap(({ failed }) =>
      failed === undefined ? [] : [`<p>${escapeHtml(`${pair} at t = ${failed.t}: ${failed.message}`)}</p>`],
    ),
  );
  if (rows.length === 0 && failures.length === 0) return "";
  return `<h3>Distances at the last common depth</h3>${table(head, rows)}${failures.join("")}`;
}

function expectationsHtml(expect: readonly ExpectationResult[]): string {
  if (expect.length === 0) return "";
  const rows = expect.map(({ ok, ...rest }) => {
    const words = Object.entries(rest).map(
      ([key, value]) => `<span class="key">${escapeHtml(key)}</span> ${valueHtml(value)}`,
    );
    return [verdict(ok ? "good" : "bad", ok ? "met" : "not met"), words.join(" &ensp; ")];
  });
  return `<h3>Expectations</h3>${table(["verdict", "expectation"], rows)}`;
}

function setupHtml(spec: Readonly<Record<string, unknown>>): string {
  const shown = ["initial", "levels", "solve"].filter((key) => spec[key] !== undefined);
  return shown.length === 0
    ? ""
    : `<details><summary>Initial law, levels and solver</summary>${definitions(shown.map((key) => [key, valueHtml(spec[key])]))}</details>`;
}

/**
 * The part of a report about one experiment: the model in mathematics, verdicts, distances, expectations and figures.
 * @cost O(size of the result)
 */
export function experimentPart({ title, summary, run, analysis, document }: ExperimentInput): ReportPart {
  const equations = modelTex(run.spec).map((tex) => `<div>${equationHtml(tex)}</div>`);
  const levels = table(["level", "outcome", "depth", "error", "work"], Object.entries(run.levels).map(levelRow));
  const figures = applicableFigures(analysis === undefined ? { run } : { run, analysis });
  const html = [
    summary === undefined ? "" : `<p>${inlineMath(summary)}</p>`,
    `<h3>Model</h3><div class="equations">${equations.join("\n")}</div>${setupHtml(run.spec)}`,
    `<h3>Levels of description</h3>${levels}`,
    monitorsHtml(run),
    theoryHtml(run, analysis),
    attentionHtml(run),
    ensemblesHtml(run),
    distancesHtml(run),
    expectationsHtml(run.expect),
    figuresHtml(figures, document, title),
  ];
  return { title, html: html.filter((part) => part !== "").join("\n") };
}
