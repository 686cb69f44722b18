import { InputError } from "../errors/index.js";
import type { WeightedPoints } from "../shapes/index.js";
import type { Backend, FieldOutput, KernelDescription, KernelHead, Visibility } from "./contract.js";

interface Workspace {
  direction: Float64Array;
  scores: Float64Array;
  mean: Float64Array;
}

function seen(source: WeightedPoints, queries: WeightedPoints): { keys: Float64Array; asks: Float64Array } {
  if (source.positions === undefined || queries.positions === undefined) {
    throw new InputError({
      code: "missing",
      who: "masked attention",
      rule: "a mask needs positions on the keys and on the queries",
      got: "points without positions",
    });
  }
  return { keys: source.positions, asks: queries.positions };
}

/** scores_j = β yⱼᵀAx (+ log mask weight), the greatest of them returned. */
function score(
  head: KernelHead,
  source: WeightedPoints,
  queries: WeightedPoints,
  i: number,
  visibility: Visibility,
  work: Workspace,
): number {
  const { m, d, points, weights } = source;
  const { direction, scores } = work;
  for (let a = 0; a < d; a++) {
    let sum = 0;
    for (let b = 0; b < d; b++) sum += head.queryKey[a * d + b]! * queries.points[i * d + b]!;
    direction[a] = head.beta * sum;
  }
  let greatest = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < m; j++) {
    let s = 0;
    for (let a = 0; a < d; a++) s += direction[a]! * points[j * d + a]!;
    scores[j] = s;
    if (s > greatest && weights[j]! > 0) greatest = s;
  }
  if (visibility.dense) return greatest;
  const { keys, asks } = seen(source, queries);
  greatest = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < m; j++) {
    const s = scores[j]! + visibility.logWeight(asks[i]!, keys[j]!);
    scores[j] = s;
    if (s > greatest && weights[j]! > 0) greatest = s;
  }
  if (greatest === Number.NEGATIVE_INFINITY) throw blind(i, asks[i]!);
  return greatest;
}

function blind(index: number, position: number): InputError {
  return new InputError({
    code: "empty",
    who: "masked attention",
    rule: "every query must see a key of positive weight",
    got: `query ${index} at position ${position} sees none`,
  });
}

/** Replaces scores by weights w_j e^{s_j − greatest} and sums them; `mean` becomes Σ_j weight_j y_j. */
function gather(source: WeightedPoints, greatest: number, work: Workspace): number {
  const { m, d, points, weights } = source;
  const { scores, mean } = work;
  mean.fill(0);
  let total = 0;
  for (let j = 0; j < m; j++) {
    // A point without mass may lie beyond the greatest score that counts: 0·∞ must not arise.
    const w = weights[j]! === 0 ? 0 : weights[j]! * Math.exp(scores[j]! - greatest);
    scores[j] = w;
    total += w;
    for (let a = 0; a < d; a++) mean[a]! += w * points[j * d + a]!;
  }
  return total;
}

/** −Σ p log p of the weights that `gather` left behind. */
function entropyOf(weights: Float64Array, m: number, total: number): number {
  let sum = 0;
  for (let j = 0; j < m; j++) {
    const p = weights[j]! / total;
    if (p > 0) sum -= p * Math.log(p);
  }
  return sum;
}

/** The query's own score scale: what turns Σ w e^{s−greatest} into the kernel's normalisation. */
function scaleOf(kernel: KernelDescription, head: KernelHead, greatest: number, total: number): number {
  if (kernel.normalisation === "partition") return 1 / total;
  return Math.exp(kernel.weight === "shifted-exponential" ? greatest - head.beta : greatest);
}

function fieldOfHead(
  kernel: KernelDescription,
  h: number,
  source: WeightedPoints,
  queries: WeightedPoints,
  visibility: Visibility,
  out: FieldOutput,
  work: Workspace,
): void {
  const head = kernel.heads[h]!;
  const { d } = source;
  for (let i = 0; i < queries.m; i++) {
    const greatest = score(head, source, queries, i, visibility, work);
    const total = gather(source, greatest, work);
    const scale = scaleOf(kernel, head, greatest, total);
    for (let a = 0; a < d; a++) {
      let sum = 0;
      for (let b = 0; b < d; b++) sum += head.value[a * d + b]! * work.mean[b]!;
      out.field[i * d + a]! += scale * sum;
    }
    const shift = kernel.weight === "shifted-exponential" ? head.beta : 0;
    if (out.logPartition) out.logPartition[h * queries.m + i] = greatest - shift + Math.log(total);
    if (out.entropy) out.entropy[h * queries.m + i] = entropyOf(work.scores, source.m, total);
  }
}

/**
 * The reference backend: plain float64, the definition of every attention kernel, and never removed. Scores are shifted
 * by the query's greatest score before they are exponentiated, so softmax stays finite at any β⟨Qx,Ky⟩.
 *
 * @cost heads × m_queries × (d² + m_keys·(2d multiply-adds + 1 exp)); memory O(m_keys)
 * @accuracy relative error about (4 + |score|)·2⁻⁵³ per weight; foundation/backend/contract.test.ts
 * @source theory.md §1 (arXiv 2501.18322)
 */
export function createReferenceBackend(): Backend {
  const work: Workspace = { direction: new Float64Array(0), scores: new Float64Array(0), mean: new Float64Array(0) };
  return {
    name: "reference",
    precision: "f64",
    threads: 1,
    field(kernel, source, queries, visibility, out) {
      if (work.mean.length !== source.d) {
        work.mean = new Float64Array(source.d);
        work.direction = new Float64Array(source.d);
      }
      if (work.scores.length < source.m) work.scores = new Float64Array(source.m);
      out.field.fill(0);
      for (let h = 0; h < kernel.heads.length; h++) fieldOfHead(kernel, h, source, queries, visibility, out, work);
      return true;
    },
  };
}
