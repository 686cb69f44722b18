import * as Plot from "@observablehq/plot";
import type { Figure } from "../figure.js";
import { keyWidthOf, type PlacedEntry, placeLegend } from "./compose.js";
import { type IdNames, type NodeLike, serialize } from "./serialize.js";
import { faint, fontSize, fontStacks, ink } from "./style.js";
import { escapeXml, plainText, round, textToTspans } from "./typeset.js";

/** Paths of the markers, of area about that of a circle of radius 2.6 px. */
const markerPaths = {
  circle: "M2.6,0A2.6,2.6,0,1,1,-2.6,0A2.6,2.6,0,1,1,2.6,0Z",
  square: "M-2.3,-2.3H2.3V2.3H-2.3Z",
  triangle: "M0,-3.5L3,1.75L-3,1.75Z",
  diamond: "M0,-3.3L3.3,0L0,3.3L-3.3,0Z",
  times: "M-2.8,-2.8L2.8,2.8M-2.8,2.8L2.8,-2.8",
} as const;

function legendKey(entry: PlacedEntry): string {
  const { x, y, colour } = entry;
  const dash = entry.dash === undefined ? "" : ` stroke-dasharray="${entry.dash}"`;
  const parts: string[] = [];
  if (entry.kind === "line")
    parts.push(`<path d="M${x},${y}H${x + 21}" stroke="${colour}" stroke-width="1.4" fill="none"${dash}/>`);
  if (entry.kind === "ribbon") parts.push(`<rect x="${x}" y="${y - 4}" width="21" height="8" fill="${colour}"/>`);
  if (entry.kind === "swatch") {
    const outline = `stroke="${faint}" stroke-width="0.5"`;
    parts.push(`<rect x="${x}" y="${y - 4}" width="21" height="8" fill="${colour}" ${outline}/>`);
  }
  if (entry.marker !== undefined) {
    const open = entry.marker === "times" || entry.open === true;
    const paint = open ? `fill="none" stroke="${colour}" stroke-width="1.4"` : `fill="${colour}"`;
    parts.push(`<path d="${markerPaths[entry.marker]}" transform="translate(${x + 10.5},${y})" ${paint}/>`);
  }
  return parts.join("");
}

function legendSvg(figure: Figure): string {
  return placeLegend(figure.legend, figure.width)
    .entries.map((entry) => {
      const place = `x="${round(entry.x + keyWidthOf(entry))}" y="${round(entry.y + 3.5)}" font-size="${fontSize}" text-anchor="start"`;
      const text = `<text ${place}>${textToTspans(entry.label, fontSize)}</text>`;
      return `<g>${legendKey(entry)}${text}</g>`;
    })
    .join("\n");
}

/**
 * Figure → standalone SVG text: namespaces, white background, attributes instead of style sheets, text as text, numbers
 * rounded to .01 px, so that one figure gives one text on every machine.
 * @param document Creates the elements: `linkedom`'s in Node, the page's in a browser. It is not changed.
 * @param idPrefix Goes in front of every id; several figures in one page need different ones.
 * @cost O(marks)
 */
export function renderSvg(figure: Figure, document: Document, idPrefix = figure.name): string {
  const ids: IdNames = { prefix: idPrefix, names: new Map() };
  const panels = figure.panels.map((panel) => {
    const element = Plot.plot({ ...panel.options, document, className: "figure" }) as unknown as NodeLike;
    const inside = [...element.childNodes]
      .map((child) => serialize(child, ids, { size: fontSize, anchor: "middle" }))
      .join("\n");
    return `<g transform="translate(${round(panel.x)},${round(panel.y)})" fill="${ink}" text-anchor="middle">${inside}</g>`;
  });
  const { width, height } = figure;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" ` +
      `viewBox="0 0 ${round(width)} ${round(height)}" role="img" font-family="${fontStacks.sans}" ` +
      `font-size="${fontSize}" fill="${ink}">`,
    `<title>${escapeXml(plainText(figure.title))}</title>`,
    `<desc>${escapeXml(plainText(figure.caption))}</desc>`,
    `<rect width="${round(width)}" height="${round(height)}" fill="#ffffff"/>`,
    legendSvg(figure),
    ...panels,
    "</svg>",
    "",
  ].join("\n");
}
