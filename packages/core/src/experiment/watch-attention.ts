import { headTilts } from "../analysis/shared/gaussian-tilt.js";
import { SolveError } from "../foundation/errors/index.js";
import type { Gaussian, Law } from "../laws/contract.js";
import type { Model } from "../model/index.js";
import { attentionEntropy } from "../observables/attention-entropy/index.js";
import type { LevelStates } from "./compare-levels.js";
import type { AttentionWatch } from "./result.js";

/** Below so many tokens seen by a query, e^H, attention counts as frozen. */
const frozenBelow = 2;

/** The head whose tilt is greatest at this depth, with its place among all heads. */
function governingHead(model: Model, t: number, law: Gaussian) {
  const tilts = headTilts(model, t, law);
  let at = -1;
  tilts.forEach((one, h) => {
    if (one !== undefined && (at < 0 || one.tilt > tilts[at]!.tilt)) at = h;
  });
  return at < 0 ? undefined : { ...tilts[at]!, head: at };
}

/** A function giving the entropies of all heads on a cloud, or undefined where some rows are no probabilities. */
function entropiesOf(model: Model): ((t: number, cloud: Law) => Float64Array) | undefined {
  if (model.attention.some((one) => one.traits.weights !== "probability")) return undefined;
  const observable = attentionEntropy.bind({}, { model, kind: "point-cloud", d: model.d });
  const out = new Float64Array(observable.shape[0]!);
  return (t, cloud) => {
    observable.measure(t, cloud, out);
    return out;
  };
}

/** The first depth from which e^H stays below two tokens. */
function frozenAt(t: readonly number[], entropy: readonly number[]): number | undefined {
  let first = t.length;
  while (first > 0 && Math.exp(entropy[first - 1]!) < frozenBelow) first--;
  return t[first];
}

function lawAt({ level, states }: LevelStates, k: number): Law {
  const size = level.problem.y0.length;
  return level.law(states.subarray(k * size, (k + 1) * size));
}

/** Tilt and divergence of the governing head at the depths that the moments have reached. */
function closureRows(model: Model, moments: LevelStates, depths: Float64Array) {
  const rows: { readonly head: number; readonly tilt: number; readonly divergence: number }[] = [];
  for (const t of depths) {
    const k = moments.t.indexOf(t);
    const found = k < 0 ? undefined : governingHead(model, t, lawAt(moments, k) as Gaussian);
    if (found === undefined) break;
    rows.push(found);
  }
  return rows;
}

/** The entropy of a head at every depth of the cloud; where the numerics fail they end, and `ended` says why. */
function entropyRows(
  entropies: (t: number, cloud: Law) => Float64Array,
  cloud: LevelStates,
  headAt: (k: number) => number,
): { readonly entropy: readonly number[]; readonly ended?: string } {
  const entropy: number[] = [];
  for (let k = 0; k < cloud.t.length; k++) {
    try {
      entropy.push(entropies(cloud.t[k]!, lawAt(cloud, k))[headAt(k)]!);
    } catch (error) {
      if (!(error instanceof SolveError)) throw error;
      return { entropy, ended: error.message };
    }
  }
  return { entropy };
}

/**
 * What governs how long a finite cloud follows the closure: tilt of the governing head against log n and the effective
 * sample size n·e^{−tilt}, from the moments as far as they go; the entropy of that head in the closure, log n − KL, and
 * as measured on the cloud at every compared depth, which falls towards 0 when attention freezes on a few tokens.
 * Undefined where the model has no closure, or no exponential weights that are normalised.
 *
 * @cost one attention over n² pairs a depth
 * @source theory.md §2
 */
export function watchAttention(model: Model, cloud: LevelStates, moments: LevelStates): AttentionWatch | undefined {
  const n = cloud.level.n;
  const entropies = entropiesOf(model);
  if (n === undefined || model.gaussianObstacle !== undefined || entropies === undefined) return undefined;
  const rows = closureRows(model, moments, cloud.t);
  if (rows.length === 0) return undefined;
  const { entropy, ended } = entropyRows(entropies, cloud, (k) => rows[Math.min(k, rows.length - 1)]!.head);
  const t = Array.from(cloud.t).slice(0, entropy.length);
  const frozen = frozenAt(t, entropy);
  return {
    n,
    logN: Math.log(n),
    t,
    head: rows.map((row) => row.head),
    tilt: rows.map((row) => row.tilt),
    effectiveSampleSize: rows.map((row) => n * Math.exp(-row.tilt)),
    entropyInClosure: rows.map((row) => Math.log(n) - row.divergence),
    entropy,
    ...(frozen === undefined ? {} : { frozen }),
    ...(ended === undefined ? {} : { ended }),
    criterion: "e^H < 2 tokens from here on",
  };
}
