import { renderSvg } from "../drawing/render-svg.js";
import { columnWidth } from "../drawing/style.js";
import type { Figure } from "../figure.js";
import { escapeHtml, inlineMath } from "./html.js";

/** Letters and digits of a title, for ids. */
function slug(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

/** Figures as HTML with their captions; `partTitle` keeps the ids of several parts apart. @cost O(marks) */
export function figuresHtml(figures: readonly Figure[], document: Document, partTitle: string): string {
  const parts = figures
    .map((figure) => {
      const svg = renderSvg(figure, document, `${slug(partTitle)}-${figure.name}`).trim();
      const className = figure.width <= columnWidth ? "narrow" : "wide";
      const caption = `<figcaption><b>${escapeHtml(figure.title)}.</b> ${inlineMath(figure.caption)}</figcaption>`;
      return `<figure class="${className}" id="${slug(partTitle)}-${figure.name}">\n${svg}\n${caption}</figure>`;
    })
    .join("\n");
  return figures.length === 0 ? "" : `<div class="figures">${parts}</div>`;
}
