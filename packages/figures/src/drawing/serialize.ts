import { ink } from "./style.js";
import { escapeXml, round, textToTspans } from "./typeset.js";

/** The part of a DOM node that serialization reads: the same for a page, linkedom and jsdom. */
export interface NodeLike {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly nodeValue: string | null;
  readonly textContent: string | null;
  readonly childNodes: Iterable<NodeLike>;
  readonly attributes?: Iterable<{ readonly name: string; readonly value: string }>;
}

const ELEMENT = 1;
const TEXT = 3;
const dropped = /^(class|xmlns.*|aria-.*|viewBox)$/;
const numeric = /-?\d*\.?\d+(?:e[-+]?\d+)?/gi;
const geometric =
  /^(d|x|y|x1|x2|y1|y2|cx|cy|r|rx|ry|dx|dy|width|height|points|transform|stroke-width|stroke-dashoffset)$/;

/** Names in the order in which ids are met, so that two renderings of one figure agree. */
export interface IdNames {
  readonly prefix: string;
  readonly names: Map<string, string>;
}

function idName(ids: IdNames, id: string): string {
  const known = ids.names.get(id);
  if (known !== undefined) return known;
  const name = `${ids.prefix}-${ids.names.size}`;
  ids.names.set(id, name);
  return name;
}

function attributeText(name: string, value: string, ids: IdNames): string {
  let text = value;
  if (name === "id") text = idName(ids, value);
  else if (geometric.test(name)) text = value.replace(numeric, (number) => round(Number(number)));
  text = text
    .replace(/currentColor/g, ink)
    .replace(/var\(--plot-background\)/g, "#ffffff")
    .replace(/url\(#([^)]+)\)/g, (_, id: string) => `url(#${idName(ids, id)})`);
  return ` ${name}="${escapeXml(text)}"`;
}

/** An `em` length is relative to a font size that a converter may not know: px are safe everywhere. */
function withoutEm(name: string, value: string, size: number): string {
  if (!/^(dx|dy|x|y)$/.test(name) || !value.endsWith("em")) return value;
  return round(Number(value.slice(0, -2)) * size);
}

/** Names with capitals that some DOM implementations write in lower case. */
const capitals: Readonly<Record<string, string>> = {
  clippath: "clipPath",
  lineargradient: "linearGradient",
  textpath: "textPath",
};

function tagName(node: NodeLike): string {
  const name = node.nodeName.replace(/^.*:/, "");
  return capitals[name.toLowerCase()] ?? (/^[A-Z]+$/.test(name) ? name.toLowerCase() : name);
}

/** What a node inherits that its text needs. */
export interface TextContext {
  readonly size: number;
  readonly anchor: string;
}

function inherit(context: TextContext, attributes: readonly { name: string; value: string }[]): TextContext {
  const of = (name: string): string | undefined =>
    attributes.find((attribute) => attribute.name === name)?.value || undefined;
  const size = of("font-size");
  return {
    size: size === undefined ? context.size : Number.parseFloat(size),
    anchor: of("text-anchor") ?? context.anchor,
  };
}

/**
 * A DOM node as SVG text: numbers rounded to .01 px, ids renamed in order, classes and styles left out, and the text of
 * every `<text>` typeset (`$…$`); a text of several runs carries its font size and anchor itself. @cost O(nodes)
 */
export function serialize(node: NodeLike, ids: IdNames, inherited: TextContext): string {
  if (node.nodeType === TEXT) return escapeXml(node.nodeValue ?? "");
  if (node.nodeType !== ELEMENT) return "";
  const tag = tagName(node);
  const list = [...(node.attributes ?? [])];
  const context = inherit(inherited, list);
  const children = [...node.childNodes];
  const isText = tag === "text" && children.every((child) => child.nodeType === TEXT);
  const empty = isText && (node.textContent ?? "") === "";
  if (tag === "style" || empty) return "";
  const inside = isText
    ? textToTspans(node.textContent ?? "", context.size)
    : children.map((child) => serialize(child, ids, context)).join("");
  const runs = isText && inside.startsWith("<tspan");
  let attributes = runs ? ` font-size="${round(context.size)}" text-anchor="${context.anchor}"` : "";
  for (const { name, value } of list) {
    const own = runs && (name === "font-size" || name === "text-anchor");
    if (!own && !dropped.test(name)) attributes += attributeText(name, withoutEm(name, value, context.size), ids);
  }
  if (inside !== "") return `<${tag}${attributes}>${inside}</${tag}>`;
  return tag === "g" ? "" : `<${tag}${attributes}/>`;
}
