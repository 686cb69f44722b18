import { InputError } from "../errors/index.js";
import type { WeightedPoints } from "../shapes/index.js";
import type { Backend, FieldOutput, KernelDescription, KernelHead, Visibility } from "./contract.js";
import { positionsOf } from "./positions.js";

interface Workspace {
  direction: Float64Array;
  scores: Float64Array;
  keyScores: Float64Array;
  mean: Float64Array;
  /** Of the present query, in arrays of one, as a number that is handed on may take memory: log of the weights' unit, */
  readonly unit: Float64Array;
  /** and sum of the weights. */
  readonly total: Float64Array;
}

function requireGram(gram: Float64Array | undefined): Float64Array {
  if (gram !== undefined) return gram;
  throw new InputError({
    code: "missing",
    who: "backend",
    rule: "the weight gaussian needs keyGram and queryGram of every head",
    got: "a head without them",
  });
}

/** out_at −= β pᵀGp of the point that begins at `offset`. */
function subtractForm(
  { beta }: KernelHead,
  gram: Float64Array,
  { d, points }: WeightedPoints,
  offset: number,
  out: Float64Array,
  at: number,
): void {
  let form = 0;
  for (let a = 0; a < d; a++) {
    let row = 0;
    for (let b = 0; b < d; b++) row += gram[a * d + b]! * points[offset + b]!;
    form += points[offset + a]! * row;
  }
  out[at]! -= beta * form;
}

/** The part of the scores that only the key decides: its potential, and −β|Ky|² of the weight gaussian. */
function scoreKeys(kernel: KernelDescription, head: KernelHead, source: WeightedPoints, keyScores: Float64Array): void {
  const { m, d } = source;
  const { keyPotential } = head;
  for (let j = 0; j < m; j++) keyScores[j] = keyPotential === undefined ? 0 : keyPotential[j]!;
  if (kernel.weight !== "gaussian") return;
  const gram = requireGram(head.keyGram);
  for (let j = 0; j < m; j++) subtractForm(head, gram, source, j * d, keyScores, j);
}

/** Adds the part that only the query decides to the unit: −β|Qx|² of the weight gaussian, −β of the shifted exponential. */
function addQueryScore(
  kernel: KernelDescription,
  head: KernelHead,
  queries: WeightedPoints,
  i: number,
  { unit }: Workspace,
): void {
  if (kernel.weight === "shifted-exponential") unit[0]! -= head.beta;
  if (kernel.weight !== "gaussian") return;
  subtractForm(head, requireGram(head.queryGram), queries, i * queries.d, unit, 0);
}

/** scores_j = c·yⱼᵀAx (c = β, or 2β for the weight gaussian) + the key's part. */
function score(
  factor: number,
  head: KernelHead,
  source: WeightedPoints,
  queries: WeightedPoints,
  i: number,
  work: Workspace,
): void {
  const { m, d, points } = source;
  const { direction, scores, keyScores } = work;
  for (let a = 0; a < d; a++) {
    let sum = 0;
    for (let b = 0; b < d; b++) sum += head.queryKey[a * d + b]! * queries.points[i * d + b]!;
    direction[a] = factor * sum;
  }
  for (let j = 0; j < m; j++) {
    let s = 0;
    for (let a = 0; a < d; a++) s += direction[a]! * points[j * d + a]!;
    scores[j] = s + keyScores[j]!;
  }
}

/** Adds the mask's log weights to the scores; the unit is the greatest score of a key of positive mass. */
function look(
  source: WeightedPoints,
  queries: WeightedPoints,
  i: number,
  visibility: Visibility,
  { scores, unit }: Workspace,
): void {
  const { m, weights } = source;
  let greatest = Number.NEGATIVE_INFINITY;
  if (visibility.dense) {
    for (let j = 0; j < m; j++) if (scores[j]! > greatest && weights[j]! > 0) greatest = scores[j]!;
    unit[0] = greatest;
    return;
  }
  const keys = positionsOf(source);
  const asks = positionsOf(queries);
  for (let j = 0; j < m; j++) {
    const s = scores[j]! + visibility.logWeight(asks[i]!, keys[j]!);
    scores[j] = s;
    if (s > greatest && weights[j]! > 0) greatest = s;
  }
  if (greatest === Number.NEGATIVE_INFINITY) throw blind(i, asks[i]!);
  unit[0] = greatest;
}

function blind(index: number, position: number): InputError {
  return new InputError({
    code: "empty",
    who: "masked attention",
    rule: "every query must see a key of positive weight",
    got: `query ${index} at position ${position} sees none`,
  });
}

/** Sums the weights in `scores` into `total`, and weight times point into `mean`. */
function gather(source: WeightedPoints, work: Workspace): void {
  const { m, d, points } = source;
  const { scores, mean } = work;
  mean.fill(0);
  let total = 0;
  for (let j = 0; j < m; j++) {
    const w = scores[j]!;
    total += w;
    for (let a = 0; a < d; a++) mean[a]! += w * points[j * d + a]!;
  }
  work.total[0] = total;
}

/** Replaces scores by w_j e^{s_j − greatest}; the greatest is the logarithm of the unit they are in. */
function exponentialWeights(
  source: WeightedPoints,
  queries: WeightedPoints,
  i: number,
  visibility: Visibility,
  work: Workspace,
): void {
  look(source, queries, i, visibility, work);
  const { m, weights } = source;
  const { scores } = work;
  const greatest = work.unit[0]!;
  for (let j = 0; j < m; j++) {
    // A point without mass may lie beyond the greatest score that counts: 0·∞ must not arise.
    scores[j] = weights[j]! === 0 ? 0 : weights[j]! * Math.exp(scores[j]! - greatest);
  }
}

/** Below this 1/(1 + e^{−z}) is e^z to the last bit, and soon leaves the range of float64. */
const leastLogit = -700;

/** Replaces scores by w_j/(1 + e^{−s−b}), in a unit that is 1 unless all of them are below e^{leastLogit}. */
function sigmoidWeights({ m, weights }: WeightedPoints, bias: number, { scores, unit }: Workspace): void {
  let greatest = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < m; j++) if (weights[j]! > 0 && scores[j]! + bias > greatest) greatest = scores[j]! + bias;
  const relative = greatest < leastLogit && greatest > Number.NEGATIVE_INFINITY;
  for (let j = 0; j < m; j++) {
    const z = scores[j]! + bias;
    scores[j] = weights[j]! * (relative ? Math.exp(z - greatest) : 1 / (1 + Math.exp(-z)));
  }
  unit[0] = relative ? greatest : 0;
}

/** Hides the keys that query i does not see from sums in any unit. */
function hide(
  source: WeightedPoints,
  queries: WeightedPoints,
  i: number,
  visibility: Visibility,
  scores: Float64Array,
): void {
  const keys = positionsOf(source);
  const asks = positionsOf(queries);
  for (let j = 0; j < source.m; j++) {
    if (visibility.logWeight(asks[i]!, keys[j]!) === Number.NEGATIVE_INFINITY) scores[j] = Number.NEGATIVE_INFINITY;
  }
}

/** Replaces scores by w_j·mask/(1 + e^{−s−b}), or by w_j·mask·s. */
function pointwiseWeights(
  kernel: KernelDescription,
  head: KernelHead,
  source: WeightedPoints,
  queries: WeightedPoints,
  i: number,
  visibility: Visibility,
  work: Workspace,
): void {
  const { m, weights } = source;
  const { scores, unit } = work;
  if (kernel.weight === "sigmoid") {
    if (!visibility.dense) hide(source, queries, i, visibility, scores);
    sigmoidWeights(source, head.bias ?? 0, work);
  } else {
    for (let j = 0; j < m; j++) scores[j]! *= weights[j]!;
    unit[0] = 0;
  }
  if (visibility.dense) return;
  const keys = positionsOf(source);
  const asks = positionsOf(queries);
  for (let j = 0; j < m; j++) scores[j]! *= Math.exp(visibility.logWeight(asks[i]!, keys[j]!));
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

function requireUnsigned(kernel: KernelDescription, out: FieldOutput): void {
  if (kernel.weight !== "linear" || (out.logPartition === undefined && out.entropy === undefined)) return;
  throw new InputError({
    code: "incompatible",
    who: "linear attention",
    rule: "weights that may be negative have neither log-partition nor entropy",
    got: out.entropy === undefined ? "logPartition asked for" : "entropy asked for",
  });
}

function requirePotentials({ weight, heads }: KernelDescription): void {
  const pointwise = weight === "sigmoid" || weight === "linear";
  if (!pointwise || heads.every(({ keyPotential }) => keyPotential === undefined)) return;
  throw new InputError({
    code: "incompatible",
    who: `${weight} attention`,
    rule: "dual potentials need weights e^score",
    got: "keyPotential",
  });
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
  const pointwise = kernel.weight === "sigmoid" || kernel.weight === "linear";
  const factor = kernel.weight === "gaussian" ? 2 * head.beta : head.beta;
  scoreKeys(kernel, head, source, work.keyScores);
  for (let i = 0; i < queries.m; i++) {
    score(factor, head, source, queries, i, work);
    if (pointwise) pointwiseWeights(kernel, head, source, queries, i, visibility, work);
    else exponentialWeights(source, queries, i, visibility, work);
    if (!pointwise) addQueryScore(kernel, head, queries, i, work);
    const unit = work.unit[0]!;
    gather(source, work);
    const total = work.total[0]!;
    if (out.field) {
      const scale = kernel.normalisation === "partition" ? 1 / total : Math.exp(unit);
      for (let a = 0; a < d; a++) {
        let sum = 0;
        for (let b = 0; b < d; b++) sum += head.value[a * d + b]! * work.mean[b]!;
        out.field[i * d + a]! += scale * sum;
      }
    }
    if (out.logPartition) out.logPartition[h * queries.m + i] = unit + Math.log(total);
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
  const empty = new Float64Array(0);
  const work: Workspace = {
    direction: empty,
    scores: empty,
    keyScores: empty,
    mean: empty,
    unit: new Float64Array(1),
    total: new Float64Array(1),
  };
  let evaluations = 0;
  return {
    name: "reference",
    precision: "f64",
    threads: 1,
    field(kernel, source, queries, visibility, out) {
      if (work.mean.length !== source.d) {
        work.mean = new Float64Array(source.d);
        work.direction = new Float64Array(source.d);
      }
      if (work.scores.length < source.m) {
        work.scores = new Float64Array(source.m);
        work.keyScores = new Float64Array(source.m);
      }
      requireUnsigned(kernel, out);
      requirePotentials(kernel);
      out.field?.fill(0);
      for (let h = 0; h < kernel.heads.length; h++) fieldOfHead(kernel, h, source, queries, visibility, out, work);
      evaluations++;
      return true;
    },
    activity() {
      const summation = evaluations === 0 ? [] : [{ method: "direct", evaluations, bound: 0, fallBacks: 0 }];
      evaluations = 0;
      return { summation, notices: [] };
    },
  };
}
