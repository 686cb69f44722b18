import { fontStacks } from "./style.js";

/** A stretch of text in one font and at one height. */
export interface TextRun {
  readonly text: string;
  readonly font: keyof typeof fontStacks;
  readonly shift: "none" | "sub" | "super";
}

const sansExtra = new Set("¨°–—‘’“” ");

function plainFont(char: string): TextRun["font"] {
  if (/[α-ωϵϑϕϖϱ]/u.test(char)) return "math";
  if ((/[\x20-\x7e]/.test(char) && !/[<>\\{|}`]/.test(char)) || sansExtra.has(char)) return "sans";
  return /\p{L}/u.test(char) && !/[Α-Ω]/u.test(char) ? "latin" : "symbol";
}

function pushRun(runs: TextRun[], run: TextRun): void {
  const last = runs.at(-1);
  if (last && last.font === run.font && last.shift === run.shift)
    runs[runs.length - 1] = { ...last, text: last.text + run.text };
  else runs.push(run);
}

/** Words of two letters or more are upright, as \operatorname would set them; single letters are italic. */
function mathRuns(source: string, shift: TextRun["shift"], runs: TextRun[]): void {
  let i = 0;
  while (i < source.length) {
    const char = source[i]!;
    if (char === "_" || char === "^") {
      const grouped = source[i + 1] === "{";
      const close = grouped ? source.indexOf("}", i) : i + 2;
      const end = close < 0 ? source.length : close;
      mathRuns(source.slice(grouped ? i + 2 : i + 1, end), char === "_" ? "sub" : "super", runs);
      i = grouped ? end + 1 : end;
      continue;
    }
    const word = /^[A-Za-z]{2,}/.exec(source.slice(i))?.[0];
    const text = word ?? char;
    const italic = word === undefined && /[A-Za-zα-ωϵϑϕϖϱ]/u.test(char);
    pushRun(runs, { text: text === "*" ? "∗" : text === "-" ? "−" : text, font: italic ? "math" : "symbol", shift });
    i += text.length;
  }
}

/**
 * Text with `$…$` mathematics → runs. Inside: `_x`, `^x`, `_{…}`, `^{…}`; single letters italic, words upright.
 * Outside: characters that a sans text face lacks (Greek, minus, arrows) move to the mathematical faces by themselves.
 */
export function textRuns(source: string): readonly TextRun[] {
  const runs: TextRun[] = [];
  const parts = source.split("$");
  if (parts.length % 2 === 0) {
    for (const char of source) pushRun(runs, { text: char, font: plainFont(char), shift: "none" });
    return runs;
  }
  parts.forEach((part, index) => {
    if (index % 2 === 1) mathRuns(part, "none", runs);
    else for (const char of part) pushRun(runs, { text: char, font: plainFont(char), shift: "none" });
  });
  return runs;
}

const scripted = /(?<![a-z0-9_])\p{L}(?:_(?:\{[^}]*\}|max|min|[0-9a-z](?![a-z]))|\^(?:\{[^}]*\}|[½0-9*]))+/gu;

/** Marks indices and powers written in plain text (x_i, λ_max, Σ^½) as mathematics; text that has `$` stays as it is. */
export function markScripts(text: string): string {
  if (text.includes("$")) return text;
  return text.replace(scripted, (found) => `$${found.replace(/_(max|min)/g, "_{$1}")}$`);
}

/** The same text without markup, for titles and places where no run can be set. */
export function plainText(source: string): string {
  return textRuns(source)
    .map((run) => run.text)
    .join("");
}

function characterWidth(char: string): number {
  if (/[ ijltfrI.,:;|'()[\]]/.test(char)) return 0.3;
  if (/[mwMW]/.test(char)) return 0.83;
  return /[A-Z−=±×]/.test(char) ? 0.68 : 0.55;
}

/** About the width in px that a text at `size` px takes in a face like Helvetica. */
export function textWidth(source: string, size: number): number {
  let width = 0;
  for (const run of textRuns(source)) {
    const scale = run.shift === "none" ? size : 0.72 * size;
    for (const char of run.text) width += characterWidth(char) * scale;
  }
  return width;
}

/** `<` `>` `&` `"` as XML entities. */
export function escapeXml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

const drop = { none: 0, sub: 0.22, super: -0.36 } as const;

/** Runs as the inside of an SVG `<text>`; one sans run stays plain text. @cost O(length) */
export function textToTspans(source: string, size: number): string {
  const runs = textRuns(source);
  if (runs.length === 1 && runs[0]!.font === "sans") return escapeXml(runs[0]!.text);
  let height = 0;
  return runs
    .map((run) => {
      const target = drop[run.shift] * size;
      const dy = target - height;
      height = target;
      const attributes = [
        run.font === "sans" ? "" : ` font-family="${fontStacks[run.font]}"`,
        run.font === "math" ? ` font-style="italic"` : "",
        run.shift === "none" ? "" : ` font-size="${round(size * 0.72)}"`,
        Math.abs(dy) > 1e-9 ? ` dy="${round(dy)}"` : "",
      ].join("");
      return `<tspan${attributes}>${escapeXml(run.text)}</tspan>`;
    })
    .join("");
}

/** Two decimals: enough for a px, and the same text on every machine. */
export function round(value: number): string {
  const text = value.toFixed(2).replace(/\.?0+$/, "");
  return text === "-0" ? "0" : text;
}
