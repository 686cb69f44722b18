import type { BackendRecord } from "@meanfield/core/experiment";
import { InputError } from "@meanfield/core/foundation/errors";
import { equationStyle, type ReadAsset } from "./equations.js";
import { definitions, escapeHtml, inlineMath, reportStyle, valueHtml } from "./html.js";

/** One part of a report: a heading and HTML that needs nothing from outside the page. */
export interface ReportPart {
  readonly title: string;
  readonly html: string;
}

/** Where the numbers come from and how to make them again. */
export interface Provenance {
  readonly id?: string;
  readonly seed?: number;
  /** package → version. */
  readonly versions?: Readonly<Record<string, string>>;
  readonly backend?: BackendRecord;
  /** A sentence, or a record of names and values. */
  readonly machine?: unknown;
  readonly created?: string;
  /** The command line that computes this report again. */
  readonly command?: string;
  /** The spec as text (YAML) or as a JSON value. */
  readonly spec?: unknown;
}

/** What a report is made of. */
export interface ReportInput {
  readonly title: string;
  /** One paragraph; `$…$` is mathematics. */
  readonly summary: string;
  readonly parts: readonly ReportPart[];
  readonly provenance: Provenance;
  /** Reads files of katex/dist. */
  readonly readAsset: ReadAsset;
}

function backendSentence({ name, variant, precision, accuracy, threads, summation, notices }: BackendRecord): string {
  const exact = accuracy === "exact" ? "exact sums" : `accuracy ${accuracy}`;
  const who = variant === undefined ? name : `${name} (${variant})`;
  const methods = (summation ?? []).map(({ method, by, evaluations, bound, fallBacks }) => {
    const whose = by === undefined ? "" : ` by the ${by}`;
    const certified = bound > 0 ? `, error at most ${bound.toExponential(1)}` : "";
    return `${evaluations} × ${method}${whose}${certified}${fallBacks > 0 ? `, ${fallBacks} queries fell back` : ""}`;
  });
  const first = `${who}, ${precision}, ${exact}, ${threads} ${threads === 1 ? "thread" : "threads"}`;
  return [first, ...methods, ...(notices ?? [])].join("; ");
}

function provenanceHtml(provenance: Provenance): string {
  const { id, seed, versions, backend, machine, created, command, spec } = provenance;
  const entries: (readonly [string, string])[] = [];
  if (id !== undefined) entries.push(["id", `<code>${escapeHtml(id)}</code>`]);
  if (seed !== undefined) entries.push(["seed", String(seed)]);
  if (versions !== undefined) {
    const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
    entries.push(["versions", escapeHtml(list.join(", "))]);
  }
  if (backend !== undefined) entries.push(["backend", escapeHtml(backendSentence(backend))]);
  if (machine !== undefined) entries.push(["machine", valueHtml(machine)]);
  if (created !== undefined) entries.push(["made", escapeHtml(created)]);
  if (command !== undefined) entries.push(["to reproduce", `<code>${escapeHtml(command)}</code>`]);
  const text = spec === undefined ? undefined : typeof spec === "string" ? spec : JSON.stringify(spec, null, 2);
  const details =
    text === undefined ? "" : `<details><summary>The resolved spec</summary><pre>${escapeHtml(text)}</pre></details>`;
  return `<section><h2>Provenance</h2>${definitions(entries)}${details}</section>`;
}

function requireDifferentTitles(parts: readonly ReportPart[]): void {
  const seen = new Set<string>();
  for (const { title } of parts) {
    if (seen.has(title)) {
      throw new InputError({
        code: "conflict",
        who: "report",
        rule: "parts must have different titles",
        got: title,
        fix: "Rename one of them",
      });
    }
    seen.add(title);
  }
}

/**
 * A report as one HTML page that opens offline: style sheets, fonts and figures are inside, no script, no reference to
 * anything outside; dark text on white, prints on A4.
 * @throws InputError conflict (two parts of one title), wrong-type (an asset of the wrong kind)
 * @cost O(size of the page), about 100 KB of it fonts
 */
export function reportHtml(input: ReportInput): string {
  requireDifferentTitles(input.parts);
  const parts = input.parts.map(({ title, html }) => `<section><h2>${inlineMath(title)}</h2>\n${html}</section>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(input.title.replace(/\$/g, ""))}</title>
<link rel="icon" href="data:,">
<style>${equationStyle(input.readAsset)}</style>
<style>${reportStyle}</style>
</head>
<body>
<main>
<h1>${inlineMath(input.title)}</h1>
<p class="summary">${inlineMath(input.summary)}</p>
${parts.join("\n")}
${provenanceHtml(input.provenance)}
</main>
</body>
</html>
`;
}
