import { z } from "zod";
import { InputError } from "../../foundation/errors/index.js";
import type { InitialLaw } from "../../laws/contract.js";
import type { Model } from "../../model/index.js";
import type { BoundLevel, LevelContext, LevelPlugin } from "../contract.js";
import { boxLevel } from "./box.js";
import { circleChart, circleLevel } from "./circle.js";
import { quantileLevel, quantilesOf, quantilesOnLine } from "./quantiles.js";
import { spectralLevel } from "./spectral.js";

const schemes = ["finite-volume", "spectral", "quantiles"] as const;

interface MeanFieldParameters {
  readonly scheme: (typeof schemes)[number];
  readonly grid: number | null;
  readonly tolerance: number | null;
  readonly box: number | null;
}

function refuse(rule: string, got: string, fix: string, path: string): never {
  throw new InputError({ code: "incompatible", who: "level mean-field", rule, got, fix, path: [path] });
}

/** Why there is no density to be followed. */
function obstacleOf(model: Model, initial: InitialLaw): string | undefined {
  const { density, d, name } = initial;
  if (density === undefined) return `the law ${name} has no density`;
  if (density.flat !== model.geometry.flat) {
    return `the law ${name} is one of ${density.flat ? "R^d" : "the sphere"}, the model's geometry is ${model.geometry.name}`;
  }
  if (!model.normalization.identity) {
    return `under the normalization ${model.normalization.name} directions and lengths move apart`;
  }
  if (model.geometry.flat ? d > 2 : d !== 2)
    return `there is no grid for the ${model.geometry.name} geometry in d = ${d}`;
  return undefined;
}

/** Points in all, as near to `cells` as a square grid comes. */
function perAxisOf(cells: number): number {
  const perAxis = Math.round(Math.sqrt(cells));
  if (perAxis * perAxis === cells) return perAxis;
  return refuse("on the plane grid must be a square number", String(cells), `Take ${perAxis * perAxis}`, "grid");
}

function bindFlat(params: MeanFieldParameters, { model, initial }: LevelContext): BoundLevel {
  const tolerance = params.tolerance ?? 1e-6;
  if (params.scheme === "spectral") {
    return refuse(
      "scheme spectral is for the circle",
      `d = ${initial.d}, flat`,
      "Take scheme: finite-volume",
      "scheme",
    );
  }
  if (initial.d === 1) {
    const n = params.grid ?? 256;
    const halfWidth = params.box ?? 6;
    if (params.scheme === "finite-volume") return boxLevel(model, initial, n, halfWidth, tolerance);
    return quantileLevel(model, "line", quantilesOnLine(initial, halfWidth, n));
  }
  if (params.scheme === "quantiles") {
    return refuse("quantiles need one dimension", `d = ${initial.d}`, "Take scheme: finite-volume", "scheme");
  }
  return boxLevel(model, initial, perAxisOf(params.grid ?? 1600), params.box ?? 6, tolerance);
}

function bindCircle(params: MeanFieldParameters, { model, initial }: LevelContext): BoundLevel {
  const n = params.grid ?? 512;
  if (params.scheme === "spectral") return spectralLevel(model, initial, n, params.tolerance ?? 1e-10);
  if (params.scheme === "finite-volume") return circleLevel(model, initial, n, params.tolerance ?? 1e-6);
  const fine = circleChart(Math.max(8192, 16 * n));
  return quantileLevel(model, "angle", quantilesOf(fine, initial.density!, n));
}

function bind(params: MeanFieldParameters, context: LevelContext): BoundLevel {
  const { mask, geometry } = context.model;
  if (!mask.dense) refuse("a masked law lives on (position, x)", `mask ${mask.name}`, "Take mask: none", "scheme");
  return geometry.flat ? bindFlat(params, context) : bindCircle(params, context);
}

/**
 * The law of infinitely many tokens: ∂_tμ + div(μ·(±Γ_μ + f)) = 0.
 *
 * @source arXiv 2501.18322, theory.md §1
 */
export const meanField: LevelPlugin<MeanFieldParameters> = {
  name: "mean-field",
  doc: "The law of infinitely many tokens: the continuity equation of its density, conservative and positive.",
  source: "arXiv 2501.18322, theory.md §1",
  params: z.strictObject({
    scheme: z.enum(schemes).default("finite-volume").meta({
      unit: "1",
      doc: "finite-volume: positive, goes on when atoms emerge; spectral: circle, stops when under-resolved",
    }),
    grid: z.number().int().min(8).nullable().default(null).meta({ unit: "1", doc: "number of cells; null takes 512" }),
    box: z.number().positive().nullable().default(null).meta({
      unit: "1",
      doc: "half the width of the box in standard deviations, in R^d; null: 6",
    }),
    tolerance: z.number().positive().default(1e-6).meta({
      unit: "1",
      doc: "relative error of a step of scheme finite-volume, which brings its own method ssp-rk3",
    }),
  }),
  obstacle: obstacleOf,
  bind,
};
