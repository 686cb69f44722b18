import type { AnalysisContext, AnalysisPlugin } from "../contract.js";
import { causalDecay } from "../shared/causal-mask.js";
import { pairTime } from "../shared/pair-time.js";
import { plainSoftmax } from "../shared/plain-softmax.js";

/** What counts as arrived, rad. */
const arrived = 0.01;

/** The time a token takes to an earlier one that does not see it: ∫(e^{β(1−cos θ)} + 1)/sin θ dθ, twice that of a pair. */
export const followTime = (beta: number, angle: number): number =>
  angle <= arrived ? 0 : 2 * pairTime({ beta, masses: [1, 1] }, angle, arrived);

/** The angle from which a token reaches an earlier one within `time`; π where it does from everywhere. */
export function catchAngle(beta: number, time: number): number {
  const widest = Math.PI - 1e-6;
  if (followTime(beta, widest) <= time) return Math.PI;
  let [low, high] = [arrived, widest];
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (followTime(beta, middle) <= time) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Parking in the order of the context: a token is a centre where no centre before it is within the angle. */
export function parkedAt(
  rows: readonly Float64Array[],
  distance: (x: Float64Array, y: Float64Array) => number,
  angle: number,
) {
  const centres: number[] = [];
  rows.forEach((row, i) => {
    if (centres.every((c) => distance(row, rows[c]!) > angle)) centres.push(i);
  });
  return centres;
}

/**
 * Rényi centres of causal attention on the sphere: in the order of the context a token is a centre where no centre before
 * it is within δ, and waits there; the others go to centres. δ is the angle from which one token reaches an earlier one
 * within the span, about √(2 log T/β); c = δ√β. The first token never moves; in infinite depth all tokens reach it.
 *
 * A token between centres, or a crowd that pulls together, may do otherwise: the centres are what leading order says.
 *
 * @cost n² distances
 * @accuracy particles, and Rényi's parking constant .7476 on the circle (analysis/renyi-centres/index.test.ts)
 * @source theory.md §3; δ from the depth: derived
 */
export const renyiCentres: AnalysisPlugin = {
  name: "renyi-centres",
  doc: "Causal attention on the sphere: the tokens that others gather at within the span (Rényi parking).",
  source: "theory.md §3",
  tokens: true,
  obstacle({ model, initial, span }: AnalysisContext) {
    if (initial.n === undefined) return `the law ${initial.name} has no tokens`;
    if (causalDecay(model.mask) !== 0) return `the mask ${model.mask.name} is not causal`;
    const beta = plainSoftmax(model, span[0]);
    if (typeof beta === "string") return beta;
    return beta > 0 ? undefined : "centres need β > 0";
  },
  analyze({ model, initial, span }) {
    const beta = plainSoftmax(model, span[0]) as number;
    const { m, d, points } = initial.cloud();
    const rows = Array.from({ length: m }, (_, i) => points.subarray(i * d, i * d + d));
    const angle = catchAngle(beta, span[1] - span[0]);
    const centres = parkedAt(rows, model.geometry.distance, angle);
    return {
      verdict: centres.length === 1 ? "one centre" : "several centres",
      angle,
      c: angle * Math.sqrt(beta),
      centres,
      certificate: {
        method: "parking in the order of the context, at the angle that one token covers within the span",
        hypotheses: "the sphere, causal mask, softmax with KᵀQ a positive multiple of I, V = I, no other feed-forward",
        order: "leading: crowds and tokens between centres may do otherwise",
      },
    };
  },
};
