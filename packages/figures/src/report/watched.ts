import { type AttentionWatch, measuredDepartures, type RunResult } from "@meanfield/core/experiment";
import { readable } from "../drawing/describe.js";
import { markScripts } from "../drawing/typeset.js";
import { escapeHtml, inlineMath, numberHtml, table } from "./html.js";

const short = (value: number): string => numberHtml(Number(value.toPrecision(4)));

const pairLabel = (pair: string): string => escapeHtml(pair.split("|").map(readable).join(" against "));

/** What each level was watched for: rank and mean of moments, defect of an approximation. Empty where nothing was. */
export function monitorsHtml(run: RunResult): string {
  const rows = Object.entries(run.levels).flatMap(([level, { monitors = {}, approximation }]) => [
    ...(approximation === undefined
      ? []
      : [[escapeHtml(readable(level)), "approximation", inlineMath(markScripts(approximation))]]),
    ...Object.entries(monitors).map(([monitor, report]) => {
      const found = Object.entries(report).map(
        ([key, value]) =>
          `${escapeHtml(readable(key))} ${typeof value === "number" ? short(value) : escapeHtml(value)}`,
      );
      return [escapeHtml(readable(level)), escapeHtml(readable(monitor)), found.join("; ")];
    }),
  ]);
  return rows.length === 0 ? "" : `<h3>Watched along the run</h3>${table(["level", "monitor", "found"], rows)}`;
}

function rowsOf(one: AttentionWatch): string[][] {
  return one.t.map((t, k) => {
    const inClosure = [one.tilt, one.effectiveSampleSize, one.entropyInClosure].map((column) =>
      k < column.length ? short(column[k]!) : "–",
    );
    const ratio = k < one.tilt.length ? short(one.tilt[k]! / one.logN) : "–";
    const [tilt, size, entropy] = inClosure as [string, string, string];
    return [numberHtml(t), tilt, ratio, size, entropy, short(one.entropy[k]!), short(Math.exp(one.entropy[k]!))];
  });
}

const head = ["depth", "tilt", "tilt / log n", "n·e^−tilt", "entropy in closure", "entropy measured", "tokens seen"];

/** When the cloud was seen to leave the closure, and when its attention froze, in words. */
function lastWords(run: RunResult, pair: string, one: AttentionWatch): string {
  const departure = measuredDepartures(run)[pair];
  const left =
    departure === undefined
      ? "the departure was not measured (no Bures–Wasserstein distance)"
      : departure.t === undefined
        ? `inside the closure up to depth ${numberHtml(departure.comparedTo)}`
        : `left the closure at depth ${numberHtml(departure.t)}`;
  const frozen = one.frozen === undefined ? "attention did not freeze" : `frozen from depth ${numberHtml(one.frozen)}`;
  const ended = one.ended === undefined ? "" : ` The rows end early: ${escapeHtml(one.ended)}.`;
  return `${left}; ${frozen} (${escapeHtml(one.criterion)}).${ended}`;
}

/**
 * Tilt against log n, effective sample size and entropies at every compared depth, one table for each pair of a cloud and
 * the exact moments. Empty where the model has no closure. Columns of the closure end with it.
 * @source theory.md §2
 */
export function attentionHtml(run: RunResult): string {
  const parts = Object.entries(run.attention ?? {}).map(([pair, one]) => {
    const size = `<i class="math">n</i> = ${one.n}, log <i class="math">n</i> = ${short(one.logN)}`;
    const said = `<p>${pairLabel(pair)}: ${size}; ${lastWords(run, pair, one)}</p>`;
    return `${said}${table(head, rowsOf(one))}`;
  });
  return parts.length === 0
    ? ""
    : `<h3>Attention and the closure</h3><p>A cloud follows the closure while the tilt is well below log <i class="math">n</i>; the effective sample size is <i class="math">n</i>·e<sup>−tilt</sup>. Entropies in nat.</p>${parts.join("")}`;
}
