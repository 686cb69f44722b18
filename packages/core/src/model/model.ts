import type { AffineField, Attention } from "../attention/contract.js";
import type { Feedforward } from "../feedforward/contract.js";
import type { PointBatch, RowOperations } from "../foundation/backend/index.js";
import { InputError } from "../foundation/errors/index.js";
import type { LinearAlgebra } from "../foundation/linear-algebra/index.js";
import { mergeBreakpoints } from "../foundation/parameters/index.js";
import type { WeightedPoints } from "../foundation/shapes/index.js";
import type { Geometry } from "../geometry/contract.js";
import type { Mask } from "../masks/contract.js";
import type { Noise } from "../noise/contract.js";
import type { Normalization } from "../normalization/contract.js";
import { batchSystems } from "./batch-systems.js";

/** Attraction or repulsion: a sign is part of the model. */
export type Sign = "attract" | "repel";

/** The parts of a model, each bound to d and its parameters. */
export interface ModelParts {
  readonly d: number;
  /** Heads of different kinds, summed. */
  readonly attention: readonly Attention[];
  readonly mask: Mask;
  /** Summed; empty for none. */
  readonly feedforward: readonly Feedforward[];
  readonly normalization: Normalization;
  /** Noise of the tokens; no part of the field. */
  readonly noise: Noise;
  readonly geometry: Geometry;
  readonly sign: Sign;
  /** Who multiplies matrices: the backend's, or the project's own. */
  readonly linearAlgebra: LinearAlgebra;
  /** The backend's, where it has them. */
  readonly rows?: RowOperations;
}

/** The composition: what every level of description derives its equations from. */
export interface Model extends ModelParts {
  readonly breakpoints: readonly number[];
  /** sign·Γ_μ(x) + feed-forward(x) at the queries, not projected. `scratch` has shape [queries.m, d]. */
  fieldAt(source: WeightedPoints, queries: WeightedPoints, t: number, out: Float64Array, scratch: Float64Array): void;
  /**
   * The field of every system of an ensemble at its own points, bit for bit that of `fieldAt` on each of them.
   * @param scratch shape [batch.count, batch.m, batch.d]
   */
  batchFieldAt(batch: PointBatch, t: number, out: Float64Array, scratch: Float64Array): void;
  /** Why the model has no exact Gaussian closure, or undefined when it has one. */
  readonly gaussianObstacle: string | undefined;
  /** Where the field jumps, and its smooth pieces; absent where it is smooth. */
  readonly jumps?: ModelJumps;
  /** Bx + c of the whole field on N(mean, cov). Only when there is no obstacle. `scratch` is one AffineField. */
  gaussianField(mean: Float64Array, cov: Float64Array, t: number, out: AffineField, scratch: AffineField): void;
}

/** A field that jumps with the tokens. */
export interface ModelJumps {
  readonly rule: string;
  /** The model without its jumps, as it is at these tokens, and how far they are from the next one (> 0 inside). */
  pieceAt(source: WeightedPoints, t: number): { model: Model; margin(source: WeightedPoints, t: number): number };
}

/** The jumps of every attention that is not smooth. */
function jumpsOf(parts: ModelParts): { jumps: ModelJumps } | undefined {
  const rough = parts.attention.filter((one) => one.pieceAt !== undefined);
  if (rough.length === 0) return undefined;
  const names = rough.map((one) => one.name).join(" and ");
  const pieceAt: ModelJumps["pieceAt"] = (source, t) => {
    const pieces = parts.attention.map((one) => one.pieceAt?.(source, parts.mask, t));
    const attention = parts.attention.map((one, k) => {
      const { pieceAt: _, ...smooth } = pieces[k]?.attention ?? one;
      return smooth;
    });
    return {
      model: createModel({ ...parts, attention }),
      margin: (at, time) => Math.min(...pieces.map((one) => one?.margin(at, time) ?? Number.POSITIVE_INFINITY)),
    };
  };
  return { jumps: { rule: `${names} attention jumps where a query changes its leader`, pieceAt } };
}

/** First reason why Gaussians do not stay Gaussian, in words. */
function obstacleOf(parts: ModelParts): string | undefined {
  const open = parts.attention.find((one) => !one.traits.gaussianClosed);
  if (open !== undefined) return `${open.name} attention has no Gaussian closure`;
  if (!parts.mask.dense) return `under the mask ${parts.mask.name} a Gaussian does not stay Gaussian`;
  const bent = parts.feedforward.find((one) => !one.traits.affine);
  if (bent !== undefined) return `the feed-forward ${bent.name} is not affine`;
  if (!parts.normalization.identity) return `under the normalization ${parts.normalization.name} no law stays Gaussian`;
  if (!parts.geometry.flat) return `on the ${parts.geometry.name} no law is Gaussian`;
  return undefined;
}

/** @throws InputError incompatible, for an attention that is defined without a mask only */
function requireMaskable({ attention, mask }: ModelParts): void {
  const strict = attention.find((one) => one.traits.denseOnly === true);
  if (strict === undefined || mask.dense) return;
  throw new InputError({
    code: "incompatible",
    who: "model",
    rule: `${strict.name} attention is defined only where every token sees every token`,
    got: `the mask ${mask.name}`,
    fix: "Take mask: none, or another attention",
    path: ["mask"],
  });
}

/** @throws InputError incompatible, for noise where directions and lengths move apart */
function requirePlainUnderNoise({ noise, normalization }: ModelParts): void {
  if (noise.traits.tokens === "none" || normalization.identity) return;
  throw new InputError({
    code: "incompatible",
    who: "model",
    rule: `noise ${noise.name} acts in R^d and on the sphere, not on directions and lengths apart`,
    got: `the normalization ${normalization.name}`,
    fix: "Take geometry: sphere (post-LN on unit tokens), normalization: none, or noise: none",
    path: ["noise"],
  });
}

/** Where an attention writes; made once for each array that a run hands on. */
function targets(): (field: Float64Array) => { readonly field: Float64Array } {
  const known = new WeakMap<Float64Array, { readonly field: Float64Array }>();
  return (field) => {
    let target = known.get(field);
    if (target === undefined) {
      target = { field };
      known.set(field, target);
    }
    return target;
  };
}

/** The field of one attention on every system of a batch, one by one where it has no faster way. */
function batchFields(mask: Mask, targetOf: ReturnType<typeof targets>) {
  const systemsOf = batchSystems();
  return (one: Attention, batch: PointBatch, t: number, field: Float64Array): void => {
    if (one.fieldAtBatch?.(batch, mask, t, targetOf(field))) return;
    for (const system of systemsOf(batch, field)) one.fieldAt(system.points, system.points, mask, t, system.out);
  };
}

/** Where the fields of the attentions meet: a lone field that attracts is written where it is wanted. */
const isAlone = (attention: readonly Attention[], sign: 1 | -1): boolean => attention.length === 1 && sign === 1;

/** out += factor·x, entry by entry. */
function addTo(out: Float64Array, factor: number, x: Float64Array): void {
  for (let i = 0; i < out.length; i++) out[i]! += factor * x[i]!;
}

/** Bx + c of the first attention times the sign; 0 without attention. Filled in place: a sum would cost one pass more. */
function firstField(
  first: Attention | undefined,
  sign: number,
  moments: readonly [mean: Float64Array, cov: Float64Array],
  t: number,
  out: AffineField,
): void {
  if (first === undefined) {
    out.B.fill(0);
    out.c.fill(0);
    return;
  }
  first.gaussianField!(...moments, t, out);
  if (sign === 1) return;
  for (const part of [out.B, out.c]) for (let i = 0; i < part.length; i++) part[i]! *= sign;
}

/**
 * ẋ = sign·Σ Γ_μ(x) + Σ f(x), to be projected on the tangent space by the level that integrates it.
 * `repel` turns round the attention, and with it every feed-forward that is a gradient.
 *
 * @throws InputError incompatible (a mask over an attention that allows none; noise under a normalisation)
 * @source theory.md §1; sign: format.md
 */
export function createModel(parts: ModelParts): Model {
  requireMaskable(parts);
  requirePlainUnderNoise(parts);
  const { attention, mask, feedforward, linearAlgebra } = parts;
  const once = [1];
  const slot: Float64Array[] = [];
  const sign = parts.sign === "repel" ? -1 : 1;
  const targetOf = targets();
  const batchField = batchFields(mask, targetOf);
  const factorOf = (one: Feedforward) => (one.traits.gradient ? sign : 1);
  return {
    ...parts,
    breakpoints: mergeBreakpoints(
      [...attention, ...feedforward, parts.normalization, parts.noise].map((one) => one.breakpoints),
    ),
    gaussianObstacle: obstacleOf(parts),
    ...jumpsOf(parts),
    fieldAt(source, queries, t, out, scratch) {
      if (isAlone(attention, sign)) attention[0]!.fieldAt(source, queries, mask, t, targetOf(out));
      else {
        out.fill(0);
        for (const one of attention) {
          one.fieldAt(source, queries, mask, t, targetOf(scratch));
          addTo(out, sign, scratch);
        }
      }
      for (const one of feedforward) one.addTo(queries.points, queries.m, t, factorOf(one), out);
    },
    batchFieldAt(batch, t, out, scratch) {
      const { points, count, m } = batch;
      if (isAlone(attention, sign)) batchField(attention[0]!, batch, t, out);
      else {
        out.fill(0);
        for (const one of attention) {
          batchField(one, batch, t, scratch);
          addTo(out, sign, scratch);
        }
      }
      for (const one of feedforward) one.addTo(points, count * m, t, factorOf(one), out);
    },
    gaussianField(mean, cov, t, out, scratch) {
      firstField(attention[0], sign, [mean, cov], t, out);
      for (let k = 1; k < attention.length; k++) {
        attention[k]!.gaussianField!(mean, cov, t, scratch);
        addTo(out.B, sign, scratch.B);
        addTo(out.c, sign, scratch.c);
      }
      for (const one of feedforward) {
        const { W, b } = one.affine!(t);
        const factor = factorOf(one);
        slot[0] = W;
        linearAlgebra.combine(out.B, factor, once, slot, out.B);
        addTo(out.c, factor, b);
      }
    },
  };
}
