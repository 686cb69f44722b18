import { InputError } from "@meanfield/core/foundation/errors";
import * as Plot from "@observablehq/plot";
import { panelOptions } from "../drawing/axes.js";
import { compose } from "../drawing/compose.js";
import { sentence } from "../drawing/describe.js";
import { depthAxis, formatNumber, valueAxis } from "../drawing/scale.js";
import { columnWidth, fontSize, palette } from "../drawing/style.js";
import type { Figure, FigureKind, FigureSource } from "../figure.js";

interface Place {
  readonly position: number;
}

/** What the analysis `lost-in-the-middle` says. */
interface Profile {
  readonly verdict: string;
  readonly depth: number;
  readonly criticalDepth: number;
  readonly minimum?: Place & { readonly value: number };
  readonly profile: readonly (Place & { readonly influence: number })[];
}

const profileOf = ({ analysis }: FigureSource): Profile | undefined =>
  analysis?.["lost-in-the-middle"] as unknown as Profile | undefined;

function draw(source: FigureSource): Figure {
  const found = profileOf(source);
  if (found === undefined) {
    const rule = "the analysis lost-in-the-middle is needed to draw this figure";
    throw new InputError({ code: "missing", who: "figure context-profile", rule });
  }
  const { verdict, depth, criticalDepth, minimum, profile } = found;
  const x = depthAxis(0, 1);
  const y = valueAxis(
    profile.map(({ influence }) => influence),
    "auto",
  );
  const least = minimum === undefined ? [] : [minimum];
  const panel = panelOptions(
    { x, y, xLabel: "position $σ_0$ in the context", yLabel: "influence on the last token", width: columnWidth },
    [
      Plot.line(profile, { x: "position", y: "influence", stroke: palette.blue, strokeWidth: 1.8 }),
      Plot.dot(least, { x: "position", y: "value", r: 3.5, fill: palette.vermillion }),
      Plot.text(least, {
        x: "position",
        y: "value",
        text: ({ position }: Place) => `least at ${formatNumber(position)}`,
        dy: -12,
        fontSize,
        fill: palette.vermillion,
      }),
    ],
  );
  return compose({
    name: "context-profile",
    title: "Influence of the positions of the context on the last token",
    caption: sentence(
      `Influence $S_t(σ_0)$ of each position on the last token at depth $t$ = ${formatNumber(depth)}, near the uniform law`,
      `${verdict}; the end of the context stops counting more than its middle at $t$ = ${formatNumber(criticalDepth)}`,
    ),
    width: columnWidth,
    panelHeight: 220,
    columns: 1,
    legend: [],
    panels: [panel],
  });
}

/** S_t(σ_0) over the positions of the context, with its minimum: lost in the middle. */
export const contextProfile: FigureKind = {
  name: "context-profile",
  doc: "Influence of each position of the context on the last token (lost in the middle)",
  applies: (source) => profileOf(source) !== undefined,
  draw,
};
