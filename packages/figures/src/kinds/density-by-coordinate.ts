import type { LevelResult, RunResult } from "@meanfield/core/experiment";
import { panelOptions } from "../drawing/axes.js";
import { compose } from "../drawing/compose.js";
import { curveMarks } from "../drawing/curves.js";
import { requireRun, sampleSentence, sentence } from "../drawing/describe.js";
import { depthAxis, extent, formatNumber, valueAxis } from "../drawing/scale.js";
import { columnWidth, curveStyle } from "../drawing/style.js";
import type { Figure, FigureKind, FigureSource, LegendEntry } from "../figure.js";

interface Density {
  readonly depth: number;
  readonly coordinate: Float64Array;
  readonly value: Float64Array;
}

const name = "density-by-coordinate";

/** Options of the level as the spec has them. */
function optionsOf(run: RunResult): Readonly<Record<string, unknown>> {
  const levels = run.spec["levels"] as Readonly<Record<string, unknown>> | undefined;
  return (levels?.["mean-field"] ?? {}) as Readonly<Record<string, unknown>>;
}

/** The level of a density in one coordinate: the circle, or the line. */
function lawLevel(run: RunResult): LevelResult | undefined {
  const level = run.levels["mean-field"];
  const oneAxis = level?.states["mass"]?.shape.length === 2 && level.t.length > 0;
  return oneAxis && optionsOf(run)["scheme"] !== "zonal" ? level : undefined;
}

/** ρ at the midpoints of the cells at each saved depth: θ ∈ [0, 2π), or x = c + Sξ with ξ on the box. */
function densitiesOf(run: RunResult, level: LevelResult): Density[] {
  const { mass, centre, scale } = level.states;
  const m = mass!.shape[1]!;
  const box = Number(optionsOf(run)["box"] ?? 6);
  return Array.from(level.t, (depth, k) => {
    const [low, width] =
      centre === undefined || scale === undefined
        ? [0, (2 * Math.PI) / m]
        : [centre.data[k]! - box * scale.data[k]!, (2 * box * scale.data[k]!) / m];
    const coordinate = Float64Array.from({ length: m }, (_, j) => low + (j + 0.5) * width);
    const value = mass!.data.slice(k * m, (k + 1) * m).map((w) => w / width);
    return { depth, coordinate, value };
  });
}

function draw(source: FigureSource): Figure {
  const run = requireRun(source, name);
  const level = lawLevel(run)!;
  const circle = level.states["centre"] === undefined;
  const densities = densitiesOf(run, level);
  const [low, high] = circle ? [0, 2 * Math.PI] : extent(densities.flatMap(({ coordinate }) => Array.from(coordinate)));
  const y = valueAxis(
    densities.flatMap(({ value }) => Array.from(value)),
    "linear",
  );
  // Lines without markers: a density has a value at every cell.
  const style = (k: number) => ({ ...curveStyle(k, false, k) });
  const curves = densities.map(({ coordinate, value }, k) => ({ t: coordinate, value, style: style(k) }));
  const frame = {
    x: depthAxis(low, high, 4),
    y,
    xLabel: circle ? "angle $θ$ (rad)" : "$x$",
    yLabel: "density of the mean-field law",
    width: columnWidth,
  };
  const legend = densities.map(({ depth }, k): LegendEntry => {
    const { colour, dash } = style(k);
    return { kind: "line", label: `$t$ = ${formatNumber(depth, 4)}`, colour, ...(dash === undefined ? {} : { dash }) };
  });
  const events = (level.events ?? []).map((event) => `${event.name} from $t$ = ${formatNumber(event.t, 4)}`);
  return compose({
    name,
    title: "The density of the mean-field law",
    caption: sentence(
      `Density of the mean-field law at its saved depths, on ${densities[0]!.value.length} cells`,
      sampleSentence(run),
      ...events,
    ),
    width: columnWidth,
    panelHeight: 210,
    columns: 1,
    legend,
    panels: [panelOptions(frame, curveMarks(curves, y))],
  });
}

/** The density of the mean-field law in its one coordinate at every saved depth. */
export const densityByCoordinate: FigureKind = {
  name,
  doc: "Density of the mean-field law on the circle or the line at its saved depths",
  applies: ({ run }) => run !== undefined && lawLevel(run) !== undefined,
  draw,
};
