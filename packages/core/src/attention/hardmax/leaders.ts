import { type KernelHead, positionsOf, type Visibility } from "../../foundation/backend/index.js";
import { InputError } from "../../foundation/errors/index.js";
import type { WeightedPoints } from "../../foundation/shapes/index.js";
import type { Leaders } from "../contract.js";

/** Scores this near to the greatest, relative to |Ax| max|y|, are equal to it: the rounding of a score of a few products. */
const tie = 64 * Number.EPSILON;

/** Scores of one query against all keys. */
export interface ScoreRow {
  /** ⟨Qx, Ky_j⟩, −∞ where the key is hidden or has no mass; shape [source.m]. */
  readonly scores: Float64Array;
  /** Ax, shape [d]. */
  readonly direction: Float64Array;
  /** The greatest of them. */
  greatest: number;
  /** Scores that differ by less are tied. */
  slack: number;
  /** Greatest |y_j|, the scale of a tie. */
  reach: number;
}

/** Room for the scores of one query against the keys. */
function scoreRow({ m, d }: WeightedPoints): ScoreRow {
  return { scores: new Float64Array(m), direction: new Float64Array(d), greatest: 0, slack: 0, reach: 0 };
}

/** Greatest |y_j| over the keys. */
function reachOf({ m, d, points }: WeightedPoints): number {
  let square = 0;
  for (let j = 0; j < m; j++) {
    let sum = 0;
    for (let a = 0; a < d; a++) sum += points[j * d + a]! ** 2;
    square = Math.max(square, sum);
  }
  return Math.sqrt(square);
}

/**
 * Scores of query i against keys whose reach stands in the row.
 * @throws InputError missing (positions under a mask), empty (a query that sees no key)
 */
function scoreQuery(
  head: KernelHead,
  source: WeightedPoints,
  queries: WeightedPoints,
  i: number,
  mask: Visibility,
  row: ScoreRow,
): void {
  const { m, d, points, weights } = source;
  const { direction } = row;
  let square = 0;
  for (let a = 0; a < d; a++) {
    let sum = 0;
    for (let b = 0; b < d; b++) sum += head.queryKey[a * d + b]! * queries.points[i * d + b]!;
    direction[a] = sum;
    square += sum * sum;
  }
  const ask = mask.dense ? 0 : positionsOf(queries)[i]!;
  const keys = mask.dense ? undefined : positionsOf(source);
  row.greatest = Number.NEGATIVE_INFINITY;
  row.slack = tie * Math.sqrt(square) * row.reach;
  for (let j = 0; j < m; j++) {
    row.scores[j] = Number.NEGATIVE_INFINITY;
    if (!(weights[j]! > 0)) continue;
    if (keys !== undefined && mask.logWeight(ask, keys[j]!) === Number.NEGATIVE_INFINITY) continue;
    let s = 0;
    for (let a = 0; a < d; a++) s += direction[a]! * points[j * d + a]!;
    row.scores[j] = s;
    if (!(s <= row.greatest)) row.greatest = s;
  }
  if (row.greatest !== Number.NEGATIVE_INFINITY) return;
  throw new InputError({
    code: "empty",
    who: "masked attention",
    rule: "every query must see a key of positive weight",
    got: `query ${i} at position ${ask} sees none`,
  });
}

/** Leaders that are found again and again in the same arrays, which grow to what they must hold. */
export interface LeaderRoom {
  row: ScoreRow;
  /** At least queries + 1 of them. */
  starts: Int32Array;
  indices: Int32Array;
  shares: Float64Array;
}

/** Room without anything in it yet. */
export function leaderRoom(): LeaderRoom {
  return {
    row: scoreRow({ m: 0, d: 0, points: new Float64Array(0), weights: new Float64Array(0) }),
    starts: new Int32Array(0),
    indices: new Int32Array(0),
    shares: new Float64Array(0),
  };
}

/** Room for one more leader than `count`. */
function makeRoom(room: LeaderRoom, count: number): void {
  if (count < room.indices.length) return;
  const { indices, shares } = room;
  room.indices = new Int32Array(2 * count + 16);
  room.shares = new Float64Array(2 * count + 16);
  room.indices.set(indices);
  room.shares.set(shares);
}

/** Adds the leaders of query i, whose scores stand in the row, from place `from` on; returns the place after them. */
function addLeaders(
  source: WeightedPoints,
  queries: WeightedPoints,
  i: number,
  mask: Visibility,
  room: LeaderRoom,
  from: number,
): number {
  const { row } = room;
  let end = from;
  let total = 0;
  for (let j = 0; j < source.m; j++) {
    if (!(row.scores[j]! >= row.greatest - row.slack)) continue;
    makeRoom(room, end);
    const log = mask.dense ? 0 : mask.logWeight(queries.positions![i]!, source.positions![j]!);
    const share = source.weights[j]! * Math.exp(log);
    room.indices[end] = j;
    room.shares[end] = share;
    total += share;
    end++;
  }
  for (let k = from; k < end; k++) room.shares[k]! /= total;
  return end;
}

/**
 * The leaders argmax_j ⟨Qx_i, Ky_j⟩ of every query. Ties share the row in proportion to mass and to the weight of the mask,
 * as in the limit β → ∞ of softmax.
 *
 * @param room overwritten
 * @cost queries × keys scores; no allocation once the room holds what is found
 * @accuracy exact up to ties within 64 roundings of |Ax| max|y|
 */
export function findLeaders(
  head: KernelHead,
  source: WeightedPoints,
  queries: WeightedPoints,
  mask: Visibility,
  room: LeaderRoom,
): void {
  if (room.row.scores.length < source.m || room.row.direction.length < source.d) room.row = scoreRow(source);
  if (room.starts.length <= queries.m) room.starts = new Int32Array(queries.m + 1);
  room.row.reach = reachOf(source);
  let end = 0;
  for (let i = 0; i < queries.m; i++) {
    scoreQuery(head, source, queries, i, mask, room.row);
    end = addLeaders(source, queries, i, mask, room, end);
    room.starts[i + 1] = end;
  }
}

/** The same in arrays of their own. */
export function leadersOf(
  head: KernelHead,
  source: WeightedPoints,
  queries: WeightedPoints,
  mask: Visibility,
): Leaders {
  const room = leaderRoom();
  findLeaders(head, source, queries, mask, room);
  const count = room.starts[queries.m]!;
  return {
    starts: room.starts.slice(0, queries.m + 1),
    indices: room.indices.slice(0, count),
    shares: room.shares.slice(0, count),
  };
}

/**
 * How far the keys are from other leaders, least over the queries and in units of score: positive where `leaders` still
 * lead, negative once a key passes a leader by twice the slack of a tie, or tied leaders part by as much.
 */
export function marginOf(head: KernelHead, leaders: Leaders, source: WeightedPoints, mask: Visibility): number {
  const row = scoreRow(source);
  row.reach = reachOf(source);
  const { starts, indices } = leaders;
  let margin = Number.POSITIVE_INFINITY;
  for (let i = 0; i < source.m; i++) {
    scoreQuery(head, source, source, i, mask, row);
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let k = starts[i]!; k < starts[i + 1]!; k++) {
      const s = row.scores[indices[k]!]!;
      least = Math.min(least, s);
      most = Math.max(most, s);
      row.scores[indices[k]!] = Number.NEGATIVE_INFINITY;
    }
    const rival = row.scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    margin = Math.min(margin, least - rival + 2 * row.slack, 2 * row.slack - (most - least));
  }
  return margin;
}
