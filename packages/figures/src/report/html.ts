import { fontStacks } from "../drawing/style.js";
import { escapeXml, markScripts, textRuns } from "../drawing/typeset.js";

export { escapeXml as escapeHtml } from "../drawing/typeset.js";

/** Text with `$…$` as HTML: italic letters, sub- and superscripts. */
export function inlineMath(source: string): string {
  return textRuns(source)
    .map(({ text, font, shift }) => {
      const plain = escapeXml(text);
      const styled = font === "math" ? `<i class="math">${plain}</i>` : plain;
      return shift === "none" ? styled : shift === "sub" ? `<sub>${styled}</sub>` : `<sup>${styled}</sup>`;
    })
    .join("");
}

/** A table with its head; cells are HTML already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], className = ""): string {
  const cells = (row: readonly string[], tag: string): string => row.map((cell) => `<${tag}>${cell}</${tag}>`).join("");
  const body = rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("\n");
  const attributes = className === "" ? "" : ` class="${className}"`;
  return `<div class="scroll"><table${attributes}><thead><tr>${cells(head, "th")}</tr></thead>\n<tbody>${body}</tbody></table></div>`;
}

/** A number as HTML: integers in full, others to six significant digits; the full number stands in the results. */
export function numberHtml(value: number): string {
  if (Number.isSafeInteger(value)) return String(value).replace("-", "−");
  const [mantissa, power] = String(Number(value.toPrecision(6)))
    .replace(/^-/, "−")
    .split("e") as [string, string | undefined];
  return power === undefined ? mantissa : `${mantissa}×10<sup>${String(Number(power)).replace("-", "−")}</sup>`;
}

/** A JSON value in words: a number or text as it is, a list or record as "key: value" lines. */
export function valueHtml(value: unknown): string {
  if (typeof value === "number") return numberHtml(value);
  if (typeof value === "string") return inlineMath(markScripts(value));
  if (Array.isArray(value)) {
    const flat = value.every((entry) => typeof entry !== "object" || entry === null);
    return flat ? `[${value.map(valueHtml).join(", ")}]` : value.map(valueHtml).join("<br>");
  }
  if (typeof value !== "object" || value === null) return escapeXml(String(value));
  return Object.entries(value)
    .map(([key, entry]) => `<span class="key">${escapeXml(readableKey(key))}:</span> ${valueHtml(entry)}`)
    .join("<br>");
}

/** "optimalityGap" and "effective-rank" → "optimality gap" and "effective rank". */
export function readableKey(key: string): string {
  return key.replace(/[-_]/g, " ").replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
}

/** Rows of records as a table whose columns are all keys that occur. */
export function recordsTable(records: readonly Readonly<Record<string, unknown>>[]): string {
  const keys = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const rows = records.map((record) => keys.map((key) => (record[key] === undefined ? "" : valueHtml(record[key]))));
  return table(
    keys.map((key) => escapeXml(readableKey(key))),
    rows,
  );
}

/** A definition list; values are HTML already. */
export function definitions(entries: readonly (readonly [string, string])[]): string {
  return `<dl>${entries.map(([term, html]) => `<dt>${escapeXml(term)}</dt><dd>${html}</dd>`).join("\n")}</dl>`;
}

/** The style sheet of a report: dark on white, and A4 when printed. */
export const reportStyle = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 860px; padding: 40px 28px 64px; background: #fff; color: #1b1b1b;
  font: 16px/1.55 ${fontStacks.latin}; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 8px; letter-spacing: -.01em; }
h2 { font-size: 22px; margin: 48px 0 8px; padding-top: 20px; border-top: 1px solid #d0d0d0; }
h3 { font-size: 16px; margin: 28px 0 8px; }
p { margin: 8px 0; max-width: 70ch; }
.summary { font-size: 17px; }
.equations { margin: 12px 0; overflow-x: auto; overflow-y: hidden; }
.equations > div { margin: 10px 0; }
.katex-display { margin: .4em 0; text-align: left; }
.katex-display > .katex { text-align: left; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: 8px 0; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 6px 16px 6px 0; border-bottom: 1px solid #e2e2e2; }
td.short { white-space: nowrap; }
th { white-space: nowrap; font-weight: 600; border-bottom: 1.5px solid #1b1b1b; }
.verdict { font-weight: 600; white-space: nowrap; }
.verdict::before { display: inline-block; width: 1.2em; }
.above::before { content: "▲"; color: #a94400; }
.below::before { content: "▼"; color: #0063a0; }
.good::before { content: "✓"; color: #00694c; }
.bad::before { content: "✗"; color: #a94400; }
.open::before { content: "–"; color: #555; }
.key { color: #555; }
i.math { font-family: ${fontStacks.math}; }
sub, sup { line-height: 0; font-size: .75em; }
.figures { display: grid; grid-template-columns: 1fr 1fr; gap: 36px 24px; margin: 32px 0; align-items: start; }
figure { margin: 0; break-inside: avoid; }
figure.wide { grid-column: 1 / -1; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { font-size: 14px; line-height: 1.45; color: #333; margin-top: 8px; max-width: 78ch; }
figcaption b { color: #1b1b1b; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 20px; font-size: 14px; margin: 8px 0; }
dt { color: #555; } dd { margin: 0; overflow-wrap: anywhere; }
pre { background: #f5f5f5; padding: 12px; overflow-x: auto; font: 12.5px/1.45 ui-monospace, Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
code { font: 13px ui-monospace, Menlo, Consolas, monospace; }
summary { cursor: pointer; }
@media screen and (max-width: 700px) { .figures { grid-template-columns: 1fr; } body { padding: 20px 16px; } }
@page { size: A4; margin: 18mm 16mm; }
@media print {
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  h1 { font-size: 20pt; } h2 { font-size: 14pt; margin-top: 20pt; } h2, h3 { break-after: avoid; }
  table, dl, figcaption { font-size: 9pt; } figcaption { font-size: 8.5pt; } .figures { gap: 14pt 12pt; margin: 14pt 0; } tr { break-inside: avoid; }
}
`;
