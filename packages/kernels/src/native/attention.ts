import type {
  BatchOutput,
  FieldOutput,
  KernelDescription,
  KernelHead,
  KernelWeight,
  PointBatch,
  Visibility,
} from "@meanfield/core/foundation/backend";
import type { WeightedPoints } from "@meanfield/core/foundation/shapes";
import { type Declined, declined } from "../shared/declined.js";
import { hasStrayPotential } from "../shared/stray-potential.js";
import { visibleRanges } from "../shared/visible-ranges.js";
import { requireLength } from "./require-length.js";
import type { Session } from "./session.js";

/** The library's numbers of the weights; enum weight of native/attend.c. */
const weightNumbers: Readonly<Record<KernelWeight, number>> = {
  exponential: 0,
  "shifted-exponential": 1,
  gaussian: 2,
  sigmoid: 3,
  linear: 4,
};

/** What of the points the library reads; the first `m` positions are theirs. */
type Cloud = Omit<WeightedPoints, "positions"> & { readonly positions?: Float64Array | undefined };

interface Ranges {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** enum result of native/context.h. */
const noMemory = 2;

function decline(session: Session, reason: Declined): false {
  session.declined = reason;
  return false;
}

function grownRanges(session: Session, size: number): Ranges {
  if (session.from.length < size) {
    session.from = new Int32Array(size);
    session.to = new Int32Array(size);
  }
  return session;
}

/** The ranges of keys seen; null when dense, false when the mask or its positions are not for this backend. */
function rangesOf(session: Session, keys: Cloud, queries: Cloud, visibility: Visibility): Ranges | null | false {
  if (visibility.dense) return null;
  if (visibility.decay === undefined) return decline(session, declined.mask);
  if (keys.positions === undefined || queries.positions === undefined) return decline(session, declined.incomplete);
  const ranges = grownRanges(session, queries.m);
  const keyPositions = keys.positions.length === keys.m ? keys.positions : keys.positions.subarray(0, keys.m);
  const asked = queries.positions.length === queries.m ? queries.positions : queries.positions.subarray(0, queries.m);
  if (visibleRanges(visibility, keyPositions, asked, ranges.from, ranges.to)) return ranges;
  return decline(session, declined.blind);
}

function checkHead(head: KernelHead, d: number, keys: number): void {
  requireLength("queryKey", head.queryKey, d * d);
  requireLength("value", head.value, d * d);
  requireLength("keyGram", head.keyGram, d * d);
  requireLength("queryGram", head.queryGram, d * d);
  requireLength("keyPotential", head.keyPotential, keys);
}

function checkSystems(count: number, keys: Cloud, queries: Cloud, heads: number, out: FieldOutput): void {
  requireLength("points", keys.points, count * keys.m * keys.d);
  requireLength("weights", keys.weights, keys.m);
  requireLength("positions", keys.positions, keys.m);
  requireLength("queries", queries.points, count * queries.m * queries.d);
  requireLength("positions of the queries", queries.positions, queries.m);
  requireLength("field", out.field, count * queries.m * queries.d);
  requireLength("logPartition", out.logPartition, count * heads * queries.m);
  requireLength("entropy", out.entropy, count * heads * queries.m);
}

/** Whether the description is one the library knows; what is left out here the reference refuses, or computes. */
function isKnown(kernel: KernelDescription, keys: Cloud, queries: Cloud, out: FieldOutput): boolean {
  if (kernel.heads.length === 0 || keys.m === 0 || queries.m === 0 || keys.d !== queries.d || keys.d === 0)
    return false;
  if (kernel.weight === "linear") return out.logPartition === undefined && out.entropy === undefined;
  if (kernel.weight !== "gaussian") return true;
  for (const head of kernel.heads) if (head.keyGram === undefined || head.queryGram === undefined) return false;
  return true;
}

function fillSizes(session: Session, kernel: KernelDescription, count: number, keys: Cloud, queries: Cloud): void {
  const { sizes } = session;
  sizes[0] = session.precision === "f32" ? 1 : 0;
  sizes[1] = weightNumbers[kernel.weight];
  sizes[2] = kernel.normalisation === "partition" ? 1 : 0;
  sizes[3] = keys.d;
  sizes[4] = keys.m;
  sizes[5] = queries.m;
  sizes[6] = count;
  sizes[7] = kernel.heads.length;
}

function attendHead(
  session: Session,
  kernel: KernelDescription,
  h: number,
  keys: Cloud,
  queries: Cloud,
  ranges: Ranges | null,
  decay: number,
  out: FieldOutput,
): boolean {
  const head = kernel.heads[h]!;
  session.sizes[8] = h;
  session.scalars[0] = head.beta;
  session.scalars[1] = head.bias ?? 0;
  session.scalars[2] = decay;
  const potential =
    kernel.weight === "exponential" || kernel.weight === "gaussian" || kernel.weight === "shifted-exponential";
  const result = session.library.mf_attend(
    session.context(),
    session.sizes,
    session.scalars,
    keys.points,
    keys.weights,
    queries.points,
    head.queryKey,
    head.value,
    head.keyGram ?? null,
    head.queryGram ?? null,
    potential ? (head.keyPotential ?? null) : null,
    ranges?.from ?? null,
    ranges?.to ?? null,
    keys.positions ?? null,
    queries.positions ?? null,
    out.field ?? null,
    out.logPartition ?? null,
    out.entropy ?? null,
  );
  return result === 0 || decline(session, result === noMemory ? declined.memory : declined.rangeOrBlind);
}

/** `count` systems of points side by side; one system is a batch of one whose queries may be others. */
function attend(
  session: Session,
  kernel: KernelDescription,
  count: number,
  keys: Cloud,
  queries: Cloud,
  visibility: Visibility,
  out: FieldOutput,
): boolean {
  if (!isKnown(kernel, keys, queries, out) || hasStrayPotential(kernel)) return decline(session, declined.incomplete);
  const heads = kernel.heads.length;
  checkSystems(count, keys, queries, heads, out);
  for (const head of kernel.heads) checkHead(head, keys.d, keys.m);
  const ranges = rangesOf(session, keys, queries, visibility);
  if (ranges === false) return false;
  const decay = ranges === null ? 0 : visibility.decay!;
  fillSizes(session, kernel, count, keys, queries);
  // Nothing may be written unless every head is computed, so all but a lone head are looked at first.
  session.sizes[9] = 1;
  for (let h = 0; heads > 1 && h < heads; h++) {
    if (!attendHead(session, kernel, h, keys, queries, ranges, decay, out)) return false;
  }
  session.sizes[9] = 0;
  for (let h = 0; h < heads; h++) {
    if (!attendHead(session, kernel, h, keys, queries, ranges, decay, out)) return false;
  }
  session.evaluations += count;
  return true;
}

/** Γ at the queries, by the direct sum in the library. @cost heads × keys × queries × (2d multiply-adds + 1 exp) */
export function nativeField(
  session: Session,
  kernel: KernelDescription,
  source: WeightedPoints,
  queries: WeightedPoints,
  visibility: Visibility,
  out: FieldOutput,
): boolean {
  return attend(session, kernel, 1, source, queries, visibility, out);
}

/** Γ of every system of a batch; threads take whole systems. */
export function nativeFieldBatch(
  session: Session,
  kernel: KernelDescription,
  batch: PointBatch,
  visibility: Visibility,
  out: BatchOutput,
): boolean {
  if (batch.count === 0 || kernel.heads.some((head) => head.keyPotential !== undefined))
    return decline(session, declined.potentials);
  return attend(session, kernel, batch.count, batch, batch, visibility, out);
}
