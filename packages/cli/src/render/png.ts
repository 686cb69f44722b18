import { InputError } from "@meanfield/core/foundation/errors";
import { fontStacks } from "@meanfield/figures";
import { Resvg, type ResvgRenderOptions } from "@resvg/resvg-js";
import { katexFontPath } from "./katex-assets.js";
import { placeRuns } from "./place-runs.js";

/** How a PNG is made. */
export interface PngOptions {
  /** Pixels per CSS px; 2 is 192 dpi. */
  readonly scale?: number;
}

const faces = ["SansSerif-Regular", "Math-Italic", "Main-Regular"] as const;

function fonts(loadSystemFonts: boolean): NonNullable<ResvgRenderOptions["font"]> {
  return {
    fontFiles: faces.map(katexFontPath),
    loadSystemFonts,
    defaultFontFamily: "KaTeX_SansSerif",
    sansSerifFamily: "KaTeX_SansSerif",
    serifFamily: "KaTeX_Main",
  };
}

/** Characters that the KaTeX faces lack: figures set them in a stack of their own. */
function foreignCharacters(svg: string): string[] {
  const runs = svg.split(`<tspan font-family="${fontStacks.latin}"`).slice(1);
  const texts = runs.map((rest) => rest.slice(rest.indexOf(">") + 1, rest.indexOf("<")));
  return [...new Set(texts.join(""))].filter((char) => char.trim() !== "");
}

/** The box of one character, as it is drawn with the fonts of the system. */
function glyphBox(char: string): string {
  const text = `<text x="5" y="20" font-family="${fontStacks.latin}">${char}</text>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="50" height="30">${text}</svg>`;
  const box = new Resvg(svg, { font: fonts(true) }).getBBox();
  return box === undefined ? "" : `${box.width} ${box.height}`;
}

/** A character without a glyph is drawn as the box that a noncharacter gets. */
function requireGlyphs(characters: readonly string[]): void {
  const none = glyphBox("\u{10fffe}");
  const missing = characters.filter((char) => [none, ""].includes(glyphBox(char)));
  if (missing.length === 0) return;
  throw new InputError({
    code: "unreadable",
    who: "PNG",
    rule: "every character of a figure needs a font",
    got: `none for ${missing.join(" ")}`,
    fix: "Install a system font with these characters (for example fonts-dejavu or fonts-noto), or write SVG",
  });
}

/**
 * SVG → PNG. The fonts are those that come with KaTeX, so that one figure gives one picture on every machine; fonts of the
 * system are asked only for characters that those lack (letters with accents, other scripts).
 * @param svg Standalone SVG of `renderSvg`.
 * @throws InputError unreadable (the fonts of katex are missing, or no font has a character)
 * @cost O(pixels)
 */
export function svgToPng(svg: string, options: PngOptions = {}): Uint8Array {
  const foreign = foreignCharacters(svg);
  if (foreign.length > 0) requireGlyphs(foreign);
  const renderer = new Resvg(placeRuns(svg), {
    fitTo: { mode: "zoom", value: options.scale ?? 2 },
    background: "#ffffff",
    font: fonts(foreign.length > 0),
  });
  return new Uint8Array(renderer.render().asPng());
}
