import PDFDocument from "pdfkit";
import { katexFontPath } from "./katex-assets.js";

const faces = { KaTeX_Math: "Math-Italic", KaTeX_Main: "Main-Regular", KaTeX_SansSerif: "SansSerif-Regular" } as const;
const textOfRuns = /<text([^>]*)>((?:<tspan[^>]*>[^<]*<\/tspan>)+)<\/text>/g;
const run = /<tspan([^>]*)>([^<]*)<\/tspan>/g;

/** The face of a font stack: the KaTeX face that stands in it; Helvetica otherwise, KaTeX's sans where no stack is given. */
export function faceOf(family: string | undefined): string {
  if (family === undefined) return "KaTeX_SansSerif";
  return Object.keys(faces).find((name) => family.includes(name)) ?? "Helvetica";
}

/** A PDF document that knows the KaTeX faces by name. @throws InputError unreadable */
export function documentWithFaces(options: PDFKit.PDFDocumentOptions): PDFKit.PDFDocument {
  const document = new PDFDocument(options);
  for (const [name, face] of Object.entries(faces)) document.registerFont(name, katexFontPath(face));
  return document;
}

function attribute(attributes: string, name: string): string | undefined {
  return new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1];
}

const entities: Readonly<Record<string, string>> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&amp;": "&" };

/**
 * Gives every run of a mixed text its own x, measured in the fonts it will be drawn in. A renderer that shapes a whole
 * text in one font, and replaces that font when it lacks a character, then never meets two fonts in one text.
 * @param svg Standalone SVG of `renderSvg`, whose mixed texts carry their size and anchor. @cost O(length)
 */
export function placeRuns(svg: string): string {
  const ruler = documentWithFaces({ autoFirstPage: false });
  return svg.replace(textOfRuns, (_, attributes: string, inside: string) => {
    const size = Number(attribute(attributes, "font-size"));
    const runs = [...inside.matchAll(run)].map(([, own, text]) => ({ own: own!, text: text! }));
    const widths = runs.map(({ own, text }) => {
      const plain = text.replace(/&(?:lt|gt|quot|amp);/g, (entity) => entities[entity]!);
      const height = Number(attribute(own, "font-size") ?? size);
      return ruler
        .font(faceOf(attribute(own, "font-family")))
        .fontSize(height)
        .widthOfString(plain);
    });
    const total = widths.reduce((a, b) => a + b, 0);
    const anchor = attribute(attributes, "text-anchor");
    let x = Number(attribute(attributes, "x") ?? 0) - (anchor === "middle" ? total / 2 : anchor === "end" ? total : 0);
    const placed = runs.map(({ own, text }, i) => {
      const at = x;
      x += widths[i]!;
      return `<tspan x="${at.toFixed(2)}"${own}>${text}</tspan>`;
    });
    return `<text${attributes.replace(/text-anchor="[^"]*"/, 'text-anchor="start"')}>${placed.join("")}</text>`;
  });
}
