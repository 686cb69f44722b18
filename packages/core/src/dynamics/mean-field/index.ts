import { z } from "zod";
import { InputError } from "../../foundation/errors/index.js";
import type { InitialLaw } from "../../laws/contract.js";
import type { Model } from "../../model/index.js";
import type { BoundLevel, LevelContext, LevelPlugin } from "../contract.js";
import { circleChart, circleLevel } from "./circle.js";
import { quantileLevel, quantilesOf } from "./quantiles.js";
import { spectralLevel } from "./spectral.js";

const schemes = ["finite-volume", "spectral", "quantiles"] as const;

interface MeanFieldParameters {
  readonly scheme: (typeof schemes)[number];
  readonly grid: number | null;
  readonly tolerance: number | null;
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
  if (model.geometry.flat || d !== 2) return `there is no grid for the ${model.geometry.name} in d = ${d}`;
  return undefined;
}

function bind(params: MeanFieldParameters, { model, initial }: LevelContext): BoundLevel {
  const n = params.grid ?? 512;
  if (!model.mask.dense)
    refuse("a masked law lives on (position, x)", `mask ${model.mask.name}`, "Take mask: none", "scheme");
  if (params.scheme === "spectral") return spectralLevel(model, initial, n, params.tolerance ?? 1e-10);
  if (params.scheme === "quantiles") {
    const fine = circleChart(Math.max(8192, 16 * n));
    return quantileLevel(model, "angle", quantilesOf(fine, initial.density!, n));
  }
  return circleLevel(model, initial, n, params.tolerance ?? 1e-6);
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
    tolerance: z.number().positive().default(1e-6).meta({
      unit: "1",
      doc: "relative error of a step of scheme finite-volume, which brings its own method ssp-rk3",
    }),
  }),
  obstacle: obstacleOf,
  bind,
};
