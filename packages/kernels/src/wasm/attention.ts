import type { FieldOutput, KernelDescription, KernelHead, Visibility } from "@meanfield/core/foundation/backend";
import { declined } from "../shared/declined.js";
import { hasStrayPotential } from "../shared/stray-potential.js";
import { visibleRanges } from "../shared/visible-ranges.js";
import {
  asksLogarithms,
  flagsOf,
  holdsLogarithms,
  holdsQuotients,
  isExponential,
  isSafe,
  normBound,
  scoreFactor,
  weightOf,
} from "./describe-kernel.js";
import { decline, type Engine, place, placeScratch, runJob } from "./engine.js";
import { emptyJob, type Job, jobBytes, jobFlag } from "./job.js";
import { fitsPointwise, type Keys, placeExponentialBias, placePointwiseBias } from "./key-bias.js";

/** Points of all systems and, for queries, nothing else. */
export interface Asks {
  readonly m: number;
  readonly points: Float64Array;
  readonly positions: Float64Array | undefined;
}

/** One call: `systems` clouds of keys, each with its own queries. */
export interface Call {
  readonly kernel: KernelDescription;
  readonly keys: Keys;
  /** Shape [systems, m, d]. */
  readonly keyPoints: Float64Array;
  readonly asks: Asks;
  readonly visibility: Visibility;
  readonly out: FieldOutput;
  /** Whether every system attends to itself. */
  readonly batch: boolean;
}

/** What is filled in anew for every call. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Greater coordinates than this leave no room for products of three of them. */
const largestCoordinate = { f32: 1e10, f64: 1e90 } as const;
/** Where all coordinates are less, those times the least weight that needs no maximum (`isSafe`) lose digits. */
const leastCoordinate = { f32: 2 ** -58, f64: 2 ** -500 } as const;

/** The points of keys and queries, as they are; returns where the keys are. */
function placePoints(engine: Engine, { keys, keyPoints, asks }: Call, job: Job): number {
  const arena = engine.arena();
  const { systems, m, d } = keys;
  const at = place(arena, keyPoints, systems * m * d);
  job.points = asks.points === keyPoints ? at : place(arena, asks.points, systems * asks.m * d);
  return at;
}

/** The keys in the forms the kernels read; a batch makes them where they are used. */
function placeKeys(engine: Engine, { m, d }: Keys, points: number, job: Job): void {
  if (job.flags & jobFlag.batch) return;
  const arena = engine.arena();
  const { pairs } = engine.kernels();
  job.y = points;
  if (engine.size === 4) {
    job.y = arena.take(4 * m * d);
    pairs.narrowKeys(points, job.y, m * d, 0);
  }
  if (!(job.flags & jobFlag.field)) return;
  job.transposed = arena.take(engine.size * m * d);
  pairs.transposeKeys(points, job.transposed, m, d, m);
}

/** Whether a is a[0] times the identity. */
function isScale(a: Float64Array, d: number): boolean {
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) if (a[i * d + j] !== (i === j ? a[0] : 0)) return false;
  return true;
}

/** The matrices of every head, scaled; returns the greatest c‖A‖. */
function placeHeads(engine: Engine, kernel: KernelDescription, d: number, job: Job): number {
  const arena = engine.arena();
  const square = d * d;
  const heads = kernel.heads.length;
  job.queryMap = arena.take(8 * heads * square);
  job.valueMap = arena.take(8 * heads * square);
  job.queryForm = arena.take(8 * heads * square);
  const wide = arena.wide();
  let greatest = 0;
  let queryScale = true;
  let valueScale = true;
  for (let h = 0; h < heads; h++) {
    const head = kernel.heads[h]!;
    const factor = scoreFactor(kernel, head);
    const from = h * square;
    for (let k = 0; k < square; k++) wide[job.queryMap / 8 + from + k] = factor * head.queryKey[k]!;
    wide.set(head.value, job.valueMap / 8 + from);
    queryScale &&= isScale(head.queryKey, d);
    valueScale &&= isScale(head.value, d);
    greatest = Math.max(greatest, Math.abs(factor) * normBound(head.queryKey, d));
    if (kernel.weight !== "gaussian") continue;
    for (let k = 0; k < square; k++) wide[job.queryForm / 8 + from + k] = -head.beta * head.queryGram![k]!;
  }
  job.flags |= (queryScale ? jobFlag.queryScale : 0) | (valueScale ? jobFlag.valueScale : 0);
  return greatest;
}

/** Which keys each query sees; false where the kernels cannot say it. */
function placeMask(engine: Engine, { keys, asks, visibility }: Call, job: Job): boolean {
  if (visibility.dense) return true;
  const arena = engine.arena();
  const n = asks.m;
  job.first = arena.take(4 * n);
  job.last = arena.take(4 * n);
  const words = arena.words();
  const [first, last] = [job.first / 4, job.last / 4];
  if (!visibleRanges(visibility, keys.positions!, asks.positions!, words, words, first, last))
    return decline(engine, declined.blind);
  if (visibility.decay === 0) return true;
  job.shift = arena.take(8 * n);
  const wide = arena.wide();
  for (let i = 0; i < n; i++) wide[job.shift / 8 + i] = -visibility.decay! * asks.positions![i]!;
  return true;
}

const lacksGram = ({ keyGram, queryGram }: KernelHead): boolean => keyGram === undefined || queryGram === undefined;

const hasGrams = ({ weight, heads }: KernelDescription): boolean => weight !== "gaussian" || !heads.some(lacksGram);

/** Whether the kernels know this call at all; what is wrong with one that they do not is for the reference to say. */
function isOurs(engine: Engine, { kernel, keys, asks, visibility }: Call): boolean {
  const filled = keys.m > 0 && asks.m > 0 && kernel.heads.length > 0;
  if (!filled || !hasGrams(kernel) || hasStrayPotential(kernel)) return decline(engine, declined.incomplete);
  if (visibility.dense) return true;
  if (visibility.decay === undefined) return decline(engine, declined.mask);
  if (keys.positions === undefined || asks.positions === undefined) return decline(engine, declined.incomplete);
  return fitsPointwise(kernel, keys, visibility);
}

/** A bound on |y| of the points of all systems, from the greatest coordinate alone, which is quick to find. */
function roughSize(engine: Engine, points: number, count: number, d: number): number {
  return Math.sqrt(d) * engine.kernels().wide.largestMagnitude(points, count * d);
}

/** Whether no maximum is needed, by the greatest |y| of the keys that have mass and the greatest |x|. */
function isSafeExactly(engine: Engine, call: Call, points: number, slope: number, biases: number, job: Job): boolean {
  const { keys, asks } = call;
  const { systems, m, d, weights } = keys;
  const { wide } = engine.kernels();
  const masses = place(engine.arena(), weights, m);
  const ofKeys = Math.sqrt(wide.largestSquare(points, masses, systems, m, d));
  const ofAsks = Math.sqrt(wide.largestSquare(job.points, 0, systems, asks.m, d));
  return isSafe(engine.precision, slope * ofKeys * ofAsks + biases, m, ofKeys);
}

/** max |x_k|, k = from … to − 1. */
function greatestOf(points: Float64Array, from: number, to: number): number {
  let greatest = 0;
  for (let k = from; k < to; k++) if (Math.abs(points[k]!) > greatest) greatest = Math.abs(points[k]!);
  return greatest;
}

/** Whether all coordinates of some system, not all 0, are below `least`; one whose first key is not needs no look. */
function isTooSmall(points: Float64Array, systems: number, size: number, d: number, least: number): boolean {
  for (let from = 0; from < systems * size; from += size) {
    if (greatestOf(points, from, from + d) >= least) continue;
    const greatest = greatestOf(points, from, from + size);
    if (greatest !== 0 && greatest < least) return true;
  }
  return false;
}

/** Bounds the scores; leaves the flag `safe` where no maximum is needed. Returns false beyond what the kernels can hold. */
function placeScores(engine: Engine, call: Call, points: number, job: Job): boolean {
  const { kernel, keys, keyPoints, asks, visibility } = call;
  const { systems, m, d } = keys;
  const ofKeys = roughSize(engine, points, systems * m, d);
  const ofAsks = asks.points === keyPoints ? ofKeys : roughSize(engine, job.points, systems * asks.m, d);
  const slope = placeHeads(engine, kernel, d, job);
  const largest = largestCoordinate[engine.precision];
  if (!(ofKeys <= largest && ofAsks <= largest && slope * ofAsks <= largest)) return false;
  if (isTooSmall(keyPoints, systems, m * d, d, leastCoordinate[engine.precision])) return false;
  if (!isExponential(kernel)) {
    if (!holdsQuotients(engine.precision, kernel, slope * ofKeys * ofAsks)) return false;
    placePointwiseBias(engine, kernel, keys, visibility, job);
    return true;
  }
  const biases = placeExponentialBias(engine, kernel, keys, visibility, points, job);
  if (!Number.isFinite(biases)) return false;
  const safe =
    isSafe(engine.precision, slope * ofKeys * ofAsks + biases, m, ofKeys) ||
    isSafeExactly(engine, call, points, slope, biases, job);
  if (safe) job.flags |= jobFlag.safe;
  return true;
}

/** Bytes of the fields that one thread leaves in the memory before they are copied out, which the cache then still holds. */
const groupBytes = 65536;

/** Systems whose results are in the memory at a time: all where any of them may yet have the call declined. */
function groupOf(engine: Engine, { kernel, keys, asks, out }: Call): number {
  if (engine.team().threads > 1 || asksLogarithms(kernel, out)) return keys.systems;
  return Math.min(keys.systems, Math.max(1, Math.floor(groupBytes / (8 * asks.m * keys.d))));
}

/**
 * Runs a job for a group of systems after the other, and copies the results out.
 * @returns false, with nothing written, where a sum of weights is not positive and finite, or a logarithm is not held; what
 * makes a sum so is in the keys' weights and the head, so it is found in the first group
 */
function runGroups(engine: Engine, call: Call, job: Job, at: number): boolean {
  const { kernel, keys, asks, out } = call;
  const { systems, d } = keys;
  const arena = engine.arena();
  const logs = asksLogarithms(kernel, out);
  const group = groupOf(engine, call);
  placeOutputs(engine, call, job, group);
  const scratch = placeScratch(engine, job);
  for (let first = 0; first < systems; first += group) {
    const count = Math.min(group, systems - first);
    if (runJob(engine, job, at, count, scratch) > 0) return false;
    const rows = count * asks.m;
    const from = first * asks.m;
    if (logs && !holdsLogarithms(engine.precision, arena.wide(), job.logPartition / 8, rows * job.heads)) return false;
    if (out.field) arena.read(job.field, out.field, rows * d, from * d);
    if (out.logPartition) arena.read(job.logPartition, out.logPartition, rows * job.heads, from * job.heads);
    if (out.entropy) arena.read(job.entropy, out.entropy, rows * job.heads, from * job.heads);
    job.points += 8 * rows * d;
  }
  return true;
}

function placeOutputs(engine: Engine, { kernel, keys, asks, out }: Call, job: Job, systems: number): void {
  const arena = engine.arena();
  const rows = systems * asks.m;
  if (out.field) job.field = arena.take(8 * rows * keys.d);
  if (job.flags & jobFlag.logPartition) job.logPartition = arena.take(8 * rows * kernel.heads.length);
  if (out.entropy) job.entropy = arena.take(8 * rows * kernel.heads.length);
}

/** How a call went: `apart` where its systems would see each other in the last bits and go one by one. */
type Said = "done" | "declined" | "apart";

function createOnce(engine: Engine): (call: Call) => Said {
  const job = emptyJob();
  return (call) => {
    const { kernel, keys, asks, out } = call;
    job.flags = flagsOf(kernel, call.visibility, out);
    // The reason of all that says no other below.
    engine.declined = declined.rangeOrBlind;
    if (!isOurs(engine, call)) return "declined";
    // The greatest score that a key has of itself is taken off all keys of a call.
    if (keys.systems > 1 && kernel.weight === "gaussian") return "apart";
    const arena = engine.arena();
    arena.reset();
    const at = arena.take(jobBytes);
    job.d = keys.d;
    job.keys = keys.m;
    job.keyStride = keys.m;
    job.queries = asks.m;
    job.heads = kernel.heads.length;
    job.weight = weightOf(kernel);
    if (call.batch) job.flags |= jobFlag.batch;
    const points = placePoints(engine, call, job);
    const bounded = placeScores(engine, call, points, job);
    if (keys.systems > 1 && isExponential(kernel) && !(job.flags & jobFlag.safe)) return "apart";
    if (!bounded || !placeMask(engine, call, job)) return "declined";
    placeKeys(engine, keys, points, job);
    return runGroups(engine, call, job, at) ? "done" : "declined";
  };
}

const outputs = ["field", "logPartition", "entropy"] as const;

/** The systems of a batch one by one, in memory that is kept; nothing is written unless all of them could be computed. */
function createApart(once: (call: Call) => Said): (call: Call) => boolean {
  const none = new Float64Array(0);
  const keys: Mutable<Keys> = { systems: 1, m: 0, d: 0, weights: none, positions: undefined };
  const asks: Mutable<Asks> = { m: 0, points: none, positions: undefined };
  const own: { field?: Float64Array; logPartition?: Float64Array; entropy?: Float64Array } = {};
  const found = { field: none, logPartition: none, entropy: none };
  const one: Mutable<Call> = {
    kernel: { weight: "linear", normalisation: "mass", heads: [] },
    keys,
    keyPoints: none,
    asks,
    visibility: { dense: true, logWeight: () => 0 },
    out: own,
    batch: true,
  };
  /** Makes `one` a call for a system of the batch, and room for the results of all. */
  const prepare = ({ kernel, keys: all, visibility, out }: Call): void => {
    const { systems, m, d, weights, positions } = all;
    one.kernel = kernel;
    one.visibility = visibility;
    keys.m = asks.m = m;
    keys.d = d;
    keys.weights = weights;
    keys.positions = asks.positions = positions;
    if (one.keyPoints.length !== m * d) one.keyPoints = asks.points = new Float64Array(m * d);
    for (const name of outputs) {
      const size = name === "field" ? m * d : kernel.heads.length * m;
      if (out[name] === undefined) delete own[name];
      else if (own[name]?.length !== size) own[name] = new Float64Array(size);
      if (out[name] !== undefined && found[name].length !== systems * size) {
        found[name] = new Float64Array(systems * size);
      }
    }
  };
  return (call) => {
    prepare(call);
    const size = one.keyPoints.length;
    for (let k = 0; k < call.keys.systems; k++) {
      for (let e = 0; e < size; e++) one.keyPoints[e] = call.keyPoints[k * size + e]!;
      if (once(one) !== "done") return false;
      for (const name of outputs) {
        const result = own[name];
        if (result !== undefined) found[name].set(result, k * result.length);
      }
    }
    for (const name of outputs) call.out[name]?.set(found[name]);
    return true;
  };
}

/**
 * Γ, log-partition and entropy of a call by the streaming kernels. A system of a batch has the same bits in every batch:
 * where the sizes of all systems together do not bound the scores, or keys have scores of themselves, each goes by itself.
 * @returns false, with nothing written, for what only the reference computes: a mask whose keys are no interval, a query
 * that sees no key, numbers beyond the range of the precision
 * @throws MemoryRefused
 */
export function createAttention(engine: Engine): (call: Call) => boolean {
  const once = createOnce(engine);
  const apart = createApart(once);
  return (call) => {
    const said = once(call);
    return said === "apart" ? apart(call) : said === "done";
  };
}
