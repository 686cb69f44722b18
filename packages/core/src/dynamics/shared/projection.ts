import type { Attention } from "../../attention/contract.js";
import { matMulNT, symmetricEigen, symmetricRankUpdate } from "../../foundation/linear-algebra/index.js";
import { firstNonFinite, type WeightedPoints } from "../../foundation/shapes/index.js";
import { none } from "../../masks/none/index.js";
import { createModel, type Model } from "../../model/index.js";
import type { MomentRates, RatesAt } from "./moment-level.js";
import type { StandardNodes } from "./standard-nodes.js";
import { visibleShare } from "./visible-share.js";

/** The velocity field of a model against Gaussians, projected on affine fields. */
export interface Projection {
  /** ṁ = E[F(x)] and Ξ = E[F(x)(x − m)ᵀ], x ~ N(m, Σ). */
  readonly ratesAt: RatesAt;
  /** |F − its best affine fit| / |F| in L²(N(m, Σ)), in [0, 1]; 0 for a closure, and where there is no field. */
  defectAt(t: number, mean: Float64Array, cov: Float64Array): number;
}

/** Beyond this part of the largest a negative eigenvalue is no error of a trial state any more. */
const greatestDent = 0.1;

/** Σ^½; eigenvalues that a stage of a step has made negative count as zero. Undefined where they are no mere dent. */
function rootOf(cov: Float64Array, d: number): Float64Array | undefined {
  if (firstNonFinite(cov) >= 0) return undefined;
  const { values, vectors } = symmetricEigen(cov, d);
  if (values[0]! < -greatestDent * values[d - 1]!) return undefined;
  const half = vectors.map((entry, k) => entry * Math.max(0, values[k % d]!) ** 0.25);
  const root = new Float64Array(d * d);
  symmetricRankUpdate(half, d, d, 1, 0, root);
  return root;
}

/** The model in two parts: what a mask leaves alone where every position has one law, and what it scales by a share. */
function partsOf(model: Model): {
  whole: Model;
  scaled: Model | undefined;
} {
  const { mask, attention, feedforward } = model;
  const untouched = (one: Attention) => mask.dense || one.traits.weights === "probability";
  const common = { ...model, mask: none.bind({}) };
  const others = attention.filter((one) => !untouched(one));
  return {
    whole: createModel({ ...common, attention: attention.filter(untouched), feedforward }),
    scaled: others.length === 0 ? undefined : createModel({ ...common, attention: others, feedforward: [] }),
  };
}

/** Fills `out` with the field of a law at its own points, [m, d]. */
type FieldOf = (law: WeightedPoints, t: number, mean: Float64Array, cov: Float64Array, out: Float64Array) => void;

/** The field of N(m, Σ): in closed form where a part has one, from the points elsewhere. */
function hybridField(model: Model, scratch: Float64Array): FieldOf {
  const { d, attention, feedforward } = model;
  const closed = createModel({
    ...model,
    attention: attention.filter((one) => one.traits.gaussianClosed),
    feedforward: feedforward.filter((one) => one.traits.affine),
  });
  const open = createModel({
    ...model,
    attention: attention.filter((one) => !one.traits.gaussianClosed),
    feedforward: feedforward.filter((one) => !one.traits.affine),
  });
  const affine = () => ({ B: new Float64Array(d * d), c: new Float64Array(d) });
  const [exact, work] = [affine(), affine()];
  return (law, t, mean, cov, out) => {
    open.fieldAt(law, law, t, out, scratch);
    closed.gaussianField(mean, cov, t, exact, work);
    matMulNT(law.points, exact.B, law.m, d, d, scratch);
    for (let k = 0; k < law.m * d; k++) out[k]! += scratch[k]! + exact.c[k % d]!;
  };
}

interface AffineFit {
  /** Shape [d]. */
  readonly mean: Float64Array;
  /** Shape [d, d]. */
  readonly slope: Float64Array;
}

/** Σ_j w_j F_j, and Σ_j w_j F_j z_jᵀ = Ξ Σ^{−½}. */
function fitAffine(field: Float64Array, { count, points, weights }: StandardNodes, d: number, fit: AffineFit): void {
  const { mean, slope } = fit;
  mean.fill(0);
  slope.fill(0);
  for (let j = 0; j < count; j++) {
    for (let a = 0; a < d; a++) {
      const weighted = weights[j]! * field[j * d + a]!;
      mean[a]! += weighted;
      for (let b = 0; b < d; b++) slope[a * d + b]! += weighted * points[j * d + b]!;
    }
  }
}

/** Σ_j w_j|F_j|². */
function squareNorm(field: Float64Array, weights: Float64Array, d: number): number {
  let sum = 0;
  for (let k = 0; k < field.length; k++) sum += weights[Math.floor(k / d)]! * field[k]! * field[k]!;
  return sum;
}

/**
 * Moment matching: the tokens of N(m, Σ) move with the full field F, and the Gaussian follows their mean and
 * covariance. Attentions with a closure and affine feed-forwards enter in closed form, the rest through the nodes. Under a mask every position has the same law, so that normalised attention does not see the mask, and any
 * other is scaled by the share ρ(s) of the context that a query at s sees; its mean over s enters the rates, its
 * variance the defect.
 *
 * @param nodes stand for N(0, I_d); the points are m + Σ^½z
 * @cost one attention over count² pairs a call
 * @accuracy exact closures to the error of the nodes; test/closures.test.ts
 * @source theory.md §2 (moment-matched, approximate); masks derived
 */
export function projectionOf(model: Model, nodes: StandardNodes): Projection {
  const { d } = model;
  const { count, weights } = nodes;
  const parts = partsOf(model);
  const share = visibleShare(model.mask);
  const points = new Float64Array(count * d);
  const [field, part, scratch] = [0, 1, 2].map(() => new Float64Array(count * d)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const whole = hybridField(parts.whole, scratch);
  const scaled = parts.scaled && hybridField(parts.scaled, scratch);
  const law: WeightedPoints = { m: count, d, points, weights };
  const fit: AffineFit = { mean: new Float64Array(d), slope: new Float64Array(d * d) };
  /** Fills `field` with the mean over positions, `part` with what the mask scales. @returns Σ^½ */
  const compute = (t: number, mean: Float64Array, cov: Float64Array): Float64Array | undefined => {
    const root = rootOf(cov, d);
    if (root === undefined || firstNonFinite(mean) >= 0) return undefined;
    matMulNT(nodes.points, root, count, d, d, points);
    for (let k = 0; k < count * d; k++) points[k]! += mean[k % d]!;
    whole(law, t, mean, cov, field);
    if (scaled === undefined) return root;
    scaled(law, t, mean, cov, part);
    for (let k = 0; k < count * d; k++) field[k]! += share.mean * part[k]!;
    return root;
  };
  return {
    ratesAt(t, mean, cov, out: MomentRates) {
      const root = compute(t, mean, cov);
      if (root === undefined) {
        out.mean.fill(Number.NaN);
        out.cross.fill(Number.NaN);
        return;
      }
      fitAffine(field, nodes, d, fit);
      out.mean.set(fit.mean);
      matMulNT(fit.slope, root, d, d, d, out.cross);
    },
    defectAt(t, mean, cov) {
      if (compute(t, mean, cov) === undefined) return Number.NaN;
      fitAffine(field, nodes, d, fit);
      const spread = scaled === undefined ? 0 : share.variance * squareNorm(part, weights, d);
      const total = squareNorm(field, weights, d) + spread;
      for (let j = 0; j < count; j++) {
        for (let a = 0; a < d; a++) {
          let affine = fit.mean[a]!;
          for (let b = 0; b < d; b++) affine += fit.slope[a * d + b]! * nodes.points[j * d + b]!;
          field[j * d + a]! -= affine;
        }
      }
      return total === 0 ? 0 : Math.sqrt((squareNorm(field, weights, d) + spread) / total);
    },
  };
}
