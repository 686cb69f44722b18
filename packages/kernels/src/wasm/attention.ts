import type { FieldOutput, KernelDescription, Visibility } from "@meanfield/core/foundation/backend";
import { flagsOf, isExponential, isSafe, normBound, scoreFactor, weightOf } from "./describe-kernel.js";
import { type Engine, place, runJob } from "./engine.js";
import { emptyJob, type Job, jobBytes, jobFlag } from "./job.js";
import { fitsPointwise, type Keys, placeExponentialBias, placePointwiseBias } from "./key-bias.js";
import { visibleRanges } from "./visible-ranges.js";

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
}

/** Greater coordinates than this leave no room for products of three of them. */
const largestCoordinate = { f32: 1e10, f64: 1e90 } as const;

/** The points of the keys in the three forms the kernels read. */
function placePoints(engine: Engine, { keys, keyPoints, asks }: Call, job: Job): void {
  const arena = engine.arena();
  const { pairs } = engine.kernels();
  const { systems, m, d } = keys;
  const length = systems * m * d;
  const at = place(arena, keyPoints, length);
  job.points = asks.points === keyPoints ? at : place(arena, asks.points, systems * asks.m * d);
  // Until the bias is made `y` is float64 in either precision.
  job.y = at;
  job.transposed = arena.take(length * engine.size);
  pairs.transposeKeys(at, job.transposed, systems, m, d, m);
}

function narrowPoints(engine: Engine, { systems, m, d }: Keys, job: Job): void {
  if (engine.size === 8) return;
  const to = engine.arena().take(4 * systems * m * d);
  engine.kernels().pairs.narrowKeys(job.y, to, systems * m * d, 0);
  job.y = to;
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
  for (let h = 0; h < heads; h++) {
    const head = kernel.heads[h]!;
    const factor = scoreFactor(kernel, head);
    const from = h * square;
    for (let k = 0; k < square; k++) wide[job.queryMap / 8 + from + k] = factor * head.queryKey[k]!;
    wide.set(head.value, job.valueMap / 8 + from);
    greatest = Math.max(greatest, Math.abs(factor) * normBound(head.queryKey, d));
    if (kernel.weight !== "gaussian") continue;
    for (let k = 0; k < square; k++) wide[job.queryForm / 8 + from + k] = -head.beta * head.queryGram![k]!;
  }
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
  const first = words.subarray(job.first / 4, job.first / 4 + n);
  const last = words.subarray(job.last / 4, job.last / 4 + n);
  if (!visibleRanges(visibility, keys.positions!, asks.positions!, first, last)) return false;
  if (visibility.decay === 0) return true;
  job.shift = arena.take(8 * n);
  const wide = arena.wide();
  for (let i = 0; i < n; i++) wide[job.shift / 8 + i] = -visibility.decay! * asks.positions![i]!;
  return true;
}

const hasGrams = ({ weight, heads }: KernelDescription): boolean =>
  weight !== "gaussian" || heads.every((head) => head.keyGram !== undefined && head.queryGram !== undefined);

/** Whether the kernels know this call at all; what is wrong with one that they do not is for the reference to say. */
function isOurs({ kernel, keys, asks, visibility }: Call): boolean {
  if (!hasGrams(kernel) || keys.m === 0 || asks.m === 0 || kernel.heads.length === 0) return false;
  if (visibility.dense) return true;
  if (visibility.decay === undefined || keys.positions === undefined || asks.positions === undefined) return false;
  return fitsPointwise(kernel, keys, visibility);
}

/** Bounds the scores; leaves the flag `safe` where no maximum is needed. Returns false beyond what the kernels can hold. */
function placeScores(engine: Engine, call: Call, job: Job): boolean {
  const { kernel, keys, asks, visibility } = call;
  const { systems, m, d } = keys;
  const { wide } = engine.kernels();
  const weights = place(engine.arena(), keys.weights, m);
  const keySize = Math.sqrt(wide.largestSquare(job.y, weights, systems, m, d));
  const asked = asks.points === call.keyPoints ? 0 : wide.largestSquare(job.points, 0, systems, asks.m, d);
  const askSize =
    asks.points === call.keyPoints ? Math.sqrt(wide.largestSquare(job.y, 0, systems, m, d)) : Math.sqrt(asked);
  const slope = placeHeads(engine, kernel, d, job);
  const largest = largestCoordinate[engine.precision];
  if (!(keySize <= largest && askSize <= largest && slope * askSize <= largest)) return false;
  if (!isExponential(kernel)) {
    placePointwiseBias(engine, kernel, keys, visibility, job);
    return true;
  }
  const range = slope * keySize * askSize + placeExponentialBias(engine, kernel, keys, visibility, job);
  if (!Number.isFinite(range)) return false;
  if (isSafe(engine.precision, range, m, keySize)) job.flags |= jobFlag.safe;
  return true;
}

function placeOutputs(engine: Engine, { kernel, keys, asks, out }: Call, job: Job): void {
  const arena = engine.arena();
  const rows = keys.systems * asks.m;
  if (out.field) job.field = arena.take(8 * rows * keys.d);
  if (out.logPartition) job.logPartition = arena.take(8 * rows * kernel.heads.length);
  if (out.entropy) job.entropy = arena.take(8 * rows * kernel.heads.length);
}

/**
 * Γ, log-partition and entropy of a call by the streaming kernels.
 * @returns false, with nothing written, for what only the reference computes: a mask whose keys are no interval, a query
 * that sees no key, numbers beyond the range of the precision
 * @throws MemoryRefused
 */
export function createAttention(engine: Engine): (call: Call) => boolean {
  const job = emptyJob();
  return (call) => {
    const { kernel, keys, asks, out } = call;
    job.flags = flagsOf(kernel, call.visibility, out);
    if (!isOurs(call)) return false;
    const arena = engine.arena();
    arena.reset();
    const at = arena.take(jobBytes);
    job.d = keys.d;
    job.keys = keys.m;
    job.keyStride = keys.m;
    job.queries = asks.m;
    job.heads = kernel.heads.length;
    job.weight = weightOf(kernel);
    placePoints(engine, call, job);
    if (!placeScores(engine, call, job) || !placeMask(engine, call, job)) return false;
    narrowPoints(engine, keys, job);
    placeOutputs(engine, call, job);
    if (runJob(engine, job, at, keys.systems) > 0) return false;
    const rows = keys.systems * asks.m;
    if (out.field) arena.read(job.field, out.field, rows * keys.d);
    if (out.logPartition) arena.read(job.logPartition, out.logPartition, rows * job.heads);
    if (out.entropy) arena.read(job.entropy, out.entropy, rows * job.heads);
    return true;
  };
}
