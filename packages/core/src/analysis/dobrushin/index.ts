import type { KernelDescription } from "../../foundation/backend/index.js";
import { svd } from "../../foundation/linear-algebra/index.js";
import type { Model } from "../../model/index.js";
import type { AnalysisContext, AnalysisPlugin } from "../contract.js";
import { type HeadBounds, type Lipschitz, lipschitzOf } from "./constants.js";
import { boundInBall, type PieceBounds } from "./in-ball.js";

const normOf = (matrix: Float64Array, d: number): number => svd(matrix, d, d).s[0]!;

const exponential = (kernel: KernelDescription | undefined): boolean =>
  kernel?.weight === "exponential" || kernel?.weight === "shifted-exponential";

/** Bounds at depth t, while the schedules stand still until `until`. */
function boundsOf(model: Model, t: number, until: number): PieceBounds {
  const { d } = model;
  const heads = model.attention.flatMap((one) => {
    const { weight, normalisation, heads: every } = one.kernel!(t);
    return every.map(
      ({ beta, queryKey, value }): HeadBounds => ({
        score: Math.abs(beta) * normOf(queryKey, d),
        value: normOf(value, d),
        normalisation,
        scale: weight === "shifted-exponential" ? Math.exp(-beta) : 1,
      }),
    );
  });
  let [growth, shift] = [0, 0];
  for (const one of model.feedforward) {
    const { W, b } = one.affine!(t);
    growth += normOf(W, d);
    shift += Math.hypot(...b);
  }
  return { until, heads, growth, shift };
}

/** The sum over heads and affine feed-forwards, on the sphere. */
function onSphere({ heads, growth, shift }: PieceBounds): Lipschitz {
  // |PWξ − ⟨x, Wx + b⟩ξ|.
  let [position, law] = [2 * growth + shift, 0];
  for (const head of heads) {
    const found = lipschitzOf(head);
    position += found.position;
    law += found.law;
  }
  return { position, law };
}

/** All pieces of the span. */
function piecesOf({ model, span }: AnalysisContext): PieceBounds[] {
  const starts = [span[0], ...model.breakpoints.filter((t) => t > span[0] && t < span[1])];
  return starts.map((t, k) => boundsOf(model, t, starts[k + 1] ?? span[1]));
}

function verdictOnSphere(pieces: readonly PieceBounds[]) {
  const found = pieces.map(onSphere);
  const worst = found.reduce((a, b) => (b.position + b.law > a.position + a.law ? b : a));
  const constant = worst.position + worst.law;
  return {
    ...(Number.isFinite(constant)
      ? { verdict: "continuous in the law", constant, slopeInPosition: worst.position, slopeInLaw: worst.law }
      : { verdict: "constant beyond float64" }),
    certificate: {
      method: "Lipschitz constants of the velocity along geodesics and along couplings",
      holdsFor: "W₁ and W₂ of the geodesic distance, every pair of laws on the sphere",
      over: pieces.length === 1 ? "all depths" : "the worst piece of the schedule",
    },
  };
}

function verdictInSpace(context: AnalysisContext, pieces: readonly PieceBounds[]) {
  const { points, m, d } = context.initial.cloud();
  let radius = 0;
  for (let i = 0; i < m; i++) radius = Math.max(radius, Math.hypot(...points.subarray(i * d, i * d + d)));
  const bound = boundInBall(pieces, radius, context.span);
  return {
    ...(bound === undefined
      ? { verdict: "constant beyond float64", radius }
      : { verdict: "continuous in the law", constant: bound.constant, radius, radiusAtEnd: bound.radiusAtEnd }),
    certificate: {
      method:
        "Lipschitz constants of the velocity in a ball that grows with its greatest speed, averaged over the span",
      holdsFor: "W₁ and W₂, at the end of the span, every pair of laws within the radius of these tokens at the start",
      outside: "laws without a bounded support, Gaussians among them",
    },
  };
}

/**
 * The constant of W(μ_t, ν_t) ≤ e^{Ct}W(μ_0, ν_0) (Dobrushin) on the sphere, for W₁ and W₂ of the geodesic distance:
 * C = sup_x-slope + sup_μ-slope of the velocity. It grows like e^{2β}; what `compare` measures from one pair of laws is a
 * bound from below. In R^d the same at the end of the span for laws within the ball of the tokens, a ball that grows.
 *
 * @cost two SVDs a head
 * @accuracy slopes by differences, and pairs of clouds (analysis/dobrushin/index.test.ts)
 * @source arXiv 2501.18322, theory.md §1 (the statement); the constants: derived
 */
export const dobrushin: AnalysisPlugin = {
  name: "dobrushin",
  doc: "How fast two laws may draw apart: a constant of W(t) ≤ e^{Ct}W(0), on the sphere and in a ball of R^d.",
  source: "arXiv 2501.18322, theory.md §1",
  tokens: true,
  obstacle({ model, initial, span }) {
    if (!model.normalization.identity) return "its constant is known on the sphere and in R^d without a normalisation";
    if (model.geometry.flat && initial.unbounded) return "the support must be bounded, and that of a Gaussian is not";
    if (!model.mask.dense) return `under the mask ${model.mask.name} laws are compared position by position`;
    if (model.attention.length === 0) return "without attention there is no law to compare";
    const other = model.attention.find((one) => !exponential(one.kernel?.(span[0])));
    if (other !== undefined) return `no constant is known here for ${other.name} attention`;
    const bent = model.feedforward.find((one) => one.affine === undefined);
    return bent === undefined ? undefined : `no constant is known here for the feed-forward ${bent.name}`;
  },
  analyze(context) {
    const pieces = piecesOf(context);
    return context.model.geometry.flat ? verdictInSpace(context, pieces) : verdictOnSphere(pieces);
  },
};
