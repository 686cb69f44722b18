import { z } from "zod";
import { InputError } from "../../foundation/errors/index.js";
import { requireRoom } from "../../foundation/parameters/index.js";
import type { InitialLaw } from "../../laws/contract.js";
import type { Model } from "../../model/index.js";
import type { BoundLevel, LevelContext, LevelPlugin } from "../contract.js";
import { boxLevel } from "./box.js";
import { circleChart, circleLevel } from "./circle.js";
import { maskedCircleLevel } from "./masked-circle.js";
import { quantileLevel, quantilesOf, quantilesOnLine } from "./quantiles.js";
import { spectralLevel } from "./spectral.js";
import { sphereLevel } from "./sphere.js";
import { zonalLevel } from "./zonal.js";

const schemes = ["finite-volume", "spectral", "quantiles", "zonal"] as const;

interface MeanFieldParameters {
  readonly scheme: (typeof schemes)[number];
  readonly grid: number | null;
  readonly tolerance: number | null;
  readonly box: number | null;
  readonly positions: number | null;
}

function refuse(rule: string, got: string, fix: string, path: string): never {
  throw new InputError({ code: "incompatible", who: "level mean-field", rule, got, fix, path: [path] });
}

/** Why there is no density to be followed. */
function obstacleOf(model: Model, initial: InitialLaw): string | undefined {
  const { density, d, name } = initial;
  const { geometry, normalization, mask, attention } = model;
  const finite = attention.find((one) => one.traits.tokensOnly);
  if (finite !== undefined)
    return `${finite.name} attention looks at the support of the law, to which every cell belongs`;
  if (density === undefined) return `the law ${name} has no density`;
  if (density.flat !== geometry.flat) {
    return `the law ${name} is one of ${density.flat ? "R^d" : "the sphere"}, the model's geometry is ${geometry.name}`;
  }
  if (!normalization.identity) return `under the normalization ${normalization.name} directions and lengths move apart`;
  if (mask.dense && density.positional) {
    return `the law ${name} depends on the position s, and under the mask ${mask.name} every token sees all others`;
  }
  if (!mask.dense && d !== (geometry.flat ? 1 : 2))
    return `under the mask ${mask.name} the law is followed on the circle and on the line`;
  if (geometry.flat ? d <= 2 : d <= 3 || density.axis !== undefined) return undefined;
  return `there is no grid for the ${geometry.name} geometry in d = ${d}`;
}

/** Points in all, as near to `cells` as a square grid comes. */
function perAxisOf(cells: number): number {
  const perAxis = Math.round(Math.sqrt(cells));
  if (perAxis * perAxis === cells) return perAxis;
  return refuse("on the plane grid must be a square number", String(cells), `Take ${perAxis * perAxis}`, "grid");
}

function bindFlat(params: MeanFieldParameters, context: LevelContext): BoundLevel {
  const { model, initial } = context;
  const { scheme, positions } = params;
  const halfWidth = params.box ?? 6;
  const box = (perAxis: number) =>
    boxLevel(context, { perAxis, halfWidth, tolerance: params.tolerance ?? 1e-6, positions });
  if (scheme === "spectral" || scheme === "zonal") {
    const rule = scheme === "zonal" ? "scheme zonal is for the sphere" : "scheme spectral is for the circle";
    return refuse(rule, `d = ${initial.d}, flat`, "Take scheme: finite-volume", "scheme");
  }
  if (initial.d === 1) {
    const n = params.grid ?? (positions === null ? 256 : 128);
    if (scheme === "finite-volume") return box(n);
    return quantileLevel(model, "line", quantilesOnLine(initial, halfWidth, n));
  }
  if (scheme === "quantiles") {
    return refuse("quantiles need one dimension", `d = ${initial.d}`, "Take scheme: finite-volume", "scheme");
  }
  return box(perAxisOf(params.grid ?? 1600));
}

function bindCircle(params: MeanFieldParameters, { model, initial }: LevelContext): BoundLevel {
  const n = params.grid ?? 512;
  const tolerance = params.tolerance ?? 1e-6;
  if (params.positions !== null) return maskedCircleLevel(model, initial, n, params.positions, tolerance);
  if (params.scheme === "spectral") return spectralLevel(model, initial, n, params.tolerance ?? 1e-10);
  if (params.scheme === "finite-volume") return circleLevel(model, initial, n, tolerance);
  if (params.scheme === "zonal")
    return refuse("scheme zonal needs d ≥ 3", "d = 2", "Take scheme: finite-volume", "scheme");
  const fine = circleChart(Math.max(8192, 16 * n));
  return quantileLevel(model, "angle", quantilesOf(fine, initial.density!, n));
}

function bindSphere(params: MeanFieldParameters, { model, initial, span }: LevelContext): BoundLevel {
  const tolerance = params.tolerance ?? 1e-6;
  const { scheme } = params;
  if (scheme === "zonal") {
    if (initial.density!.axis === undefined) {
      return refuse(
        "scheme zonal needs a law with an axis",
        `the law ${initial.name}`,
        "Take density: { zonal: … }",
        "scheme",
      );
    }
    return zonalLevel(model, initial, params.grid ?? 256, tolerance, span[0]);
  }
  if (initial.d !== 3 || scheme !== "finite-volume") {
    const fix = initial.d === 3 ? "Take scheme: finite-volume" : "Take scheme: zonal";
    return refuse("this scheme is not for this sphere", `scheme ${scheme} in d = ${initial.d}`, fix, "scheme");
  }
  const cells = params.grid ?? 1152;
  const rings = Math.round(Math.sqrt(cells / 2));
  if (2 * rings * rings !== cells) {
    return refuse("on S² grid must be twice a square", String(cells), `Take ${2 * rings * rings}`, "grid");
  }
  return sphereLevel(model, initial, rings, tolerance);
}

/** A masked law lives on (position, x): only where it is said how many positions there are. */
function requirePositions({ positions, scheme }: MeanFieldParameters, { model }: LevelContext): void {
  const { mask } = model;
  if (mask.dense && positions === null) return;
  if (mask.dense) refuse("positions are for masked models", `${positions}`, "Leave positions out", "positions");
  if (scheme !== "finite-volume") {
    refuse(`scheme ${scheme} knows no mask`, `mask ${mask.name}`, "Take scheme: finite-volume", "scheme");
  }
  if (positions !== null) return;
  throw new InputError({
    code: "missing",
    who: "level mean-field",
    rule: `under the mask ${mask.name} the law lives on (position, x), and this one has no positions`,
    fix: "Give the number of positions, positions: 16",
    path: ["positions"],
  });
}

/** Quantiles follow characteristics, which noise has none of. */
function requireDensity({ scheme }: MeanFieldParameters, { model: { noise } }: LevelContext): void {
  if (scheme !== "quantiles" || noise.traits.tokens === "none") return;
  refuse(
    "scheme quantiles follows tokens without noise",
    `noise ${noise.name}`,
    "Take scheme: finite-volume",
    "scheme",
  );
}

function bind(params: MeanFieldParameters, context: LevelContext): BoundLevel {
  const { geometry, d } = context.model;
  const cells = params.grid ?? 1;
  requireRoom("level mean-field", [cells, d], "Lower grid", { path: ["grid"] });
  requirePositions(params, context);
  requireDensity(params, context);
  if (geometry.flat) return bindFlat(params, context);
  return d === 2 ? bindCircle(params, context) : bindSphere(params, context);
}

/**
 * The law of infinitely many tokens: ∂_tμ + div(μ·(±Γ_μ + f)) = ½σ²Δμ, σ the independent noise of the tokens.
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
      doc: "finite-volume: positive, goes on when atoms emerge; spectral: circle, stops when under-resolved; quantiles: points of equal mass, circle and line; zonal: laws of S^{d−1} with an axis",
    }),
    grid: z.number().int().min(8).nullable().default(null).meta({
      unit: "1",
      doc: "number of cells, or of quantiles; null: 512 on the circle, 256 on the line (128 under a mask) and for zonal, 40² on the plane, 24 × 48 on S²",
    }),
    box: z.number().positive().nullable().default(null).meta({
      unit: "1",
      doc: "half the width of the box in standard deviations, in R^d; null: 6",
    }),
    positions: z
      .number()
      .int()
      .min(1)
      .max(512)
      .nullable()
      .default(null)
      .meta({ unit: "1", doc: "number of positions of a masked law, on the circle and the line; needed under a mask" }),
    tolerance: z.number().positive().nullable().default(null).meta({
      unit: "1",
      doc: "relative error of a step; a scheme brings its own method. null: 1e-6 (ssp-rk3), spectral 1e-10 (dop853)",
    }),
  }),
  noise: ["independent"],
  obstacle: obstacleOf,
  bind,
};
