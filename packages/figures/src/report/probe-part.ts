import type { ProbeResult } from "../figure.js";
import { applicableFigures } from "../kinds/index.js";
import { figuresHtml } from "./figure-html.js";
import { definitions, inlineMath, readableKey, recordsTable, valueHtml } from "./html.js";
import type { ReportPart } from "./report-html.js";

/** What the part of a probe shows. */
export interface ProbeInput {
  readonly title: string;
  /** A paragraph under the title; `$…$` is mathematics. */
  readonly summary?: string;
  readonly probe: ProbeResult;
  /** Creates the elements of figures. */
  readonly document: Document;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Records as a table, a record as a list of terms, anything else in words. */
function anyHtml(value: unknown): string {
  if (Array.isArray(value) && value.length > 0 && value.every(isRecord)) return recordsTable(value);
  if (!isRecord(value)) return `<p>${valueHtml(value)}</p>`;
  return definitions(Object.entries(value).map(([key, entry]) => [readableKey(key), valueHtml(entry)]));
}

/** Every number of every head, as a table that opens on demand. */
function headsHtml({ heads }: ProbeResult): string {
  if (heads === undefined || heads.length === 0) return "";
  const rows = heads.map(({ name, head, input, measures }) => {
    const values = Object.entries(measures).flatMap(([measure, { value, control }]) => [
      [measure, value],
      ...(control === undefined ? [] : [[`${measure} (control)`, control]]),
    ]);
    return { layer: name, head, ...(input === undefined ? {} : { input }), ...Object.fromEntries(values) };
  });
  return `<details><summary>Every attention head</summary>${recordsTable(rows)}</details>`;
}

/** The part of a report about a trained network: what it is, the verdicts, its measures by layer and its heads. */
export function probePart({ title, summary, probe, document }: ProbeInput): ReportPart {
  const html = [
    summary === undefined ? "" : `<p>${inlineMath(summary)}</p>`,
    `<h3>Network</h3>${anyHtml(probe.network)}`,
    probe.outcome?.status === "stopped" ? "<p>The probe was stopped before its end: later layers are missing.</p>" : "",
    probe.verdicts === undefined ? "" : `<h3>Verdicts</h3>${anyHtml(probe.verdicts)}`,
    figuresHtml(applicableFigures({ probe }), document, title),
    headsHtml(probe),
  ];
  return { title, html: html.filter((part) => part !== "").join("\n") };
}
