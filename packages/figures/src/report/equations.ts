import { InputError } from "@meanfield/core/foundation/errors";
import katex from "katex";

/** Reads a file of katex/dist: style sheets as text, fonts as bytes. Injected, since only the caller knows files. */
export type ReadAsset = (name: string) => string | Uint8Array;

/** TeX → HTML and MathML. An equation that KaTeX cannot read is an error of the caller. @throws InputError syntax */
export function equationHtml(tex: string): string {
  try {
    return katex.renderToString(tex, {
      displayMode: true,
      output: "htmlAndMathml",
      throwOnError: true,
      strict: "ignore",
    });
  } catch (error) {
    throw new InputError({
      code: "syntax",
      who: "report",
      rule: "equations must be TeX that KaTeX can read",
      got: tex.slice(0, 120),
      details: { message: error instanceof Error ? error.message : String(error) },
    });
  }
}

/** Bytes → base64, without Node's Buffer and without `btoa`. @cost O(length) */
export function base64(bytes: Uint8Array): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b, c] = [bytes[i]!, bytes[i + 1], bytes[i + 2]];
    const word = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    const two = alphabet[word >> 18]! + alphabet[(word >> 12) & 63]!;
    parts.push(
      two + (b === undefined ? "=" : alphabet[(word >> 6) & 63]!) + (c === undefined ? "=" : alphabet[word & 63]!),
    );
  }
  return parts.join("");
}

/** The fonts that equations of this kind use: letters, operators, and large brackets. */
const neededFaces = new Set([
  "KaTeX_Main-Regular",
  "KaTeX_Math-Italic",
  "KaTeX_Size1-Regular",
  "KaTeX_Size2-Regular",
  "KaTeX_Size3-Regular",
  "KaTeX_Size4-Regular",
]);

/**
 * KaTeX's style sheet with the needed fonts inside (base64 woff2) and no reference to a file.
 * @throws InputError wrong-type — when the style sheet is not text or a font is not bytes.
 */
export function equationStyle(readAsset: ReadAsset): string {
  const sheet = readAsset("katex.min.css");
  if (typeof sheet !== "string") {
    throw new InputError({
      code: "wrong-type",
      who: "report",
      rule: "katex.min.css must be read as text",
      got: "bytes",
    });
  }
  return sheet.replace(/@font-face\{[^}]*\}/g, (face) => {
    const name = /url\(fonts\/(KaTeX_[A-Za-z0-9]+-[A-Za-z]+)\.woff2\)/.exec(face)?.[1];
    if (name === undefined || !neededFaces.has(name)) return "";
    const font = readAsset(`fonts/${name}.woff2`);
    if (typeof font === "string") {
      throw new InputError({
        code: "wrong-type",
        who: "report",
        rule: "fonts must be read as bytes",
        got: `text for ${name}`,
      });
    }
    const source = `src:url(data:font/woff2;base64,${base64(font)}) format("woff2")`;
    return face.replace(/src:[^;}]*/, source);
  });
}
