import { InputError } from "../errors/index.js";
import { normalQuantile } from "../special-functions/index.js";
import { philox4x32 } from "./philox.js";
import { hashPurpose } from "./stream.js";

/** What a Brownian path is a function of. */
export interface BrownianKey {
  /** Integer in [0, 2^53). */
  readonly seed: number;
  /** What the path drives: different purposes are independent. */
  readonly purpose: string;
  /** Integer in [0, 2^32); default 0. */
  readonly run?: number;
}

/** One path of a Brownian motion on the whole line of t. */
export interface BrownianPath {
  readonly dimension: number;
  /** W(to) − W(from) → out. @param out dimension */
  increment(from: number, to: number, out: Float64Array): void;
}

const two32 = 2 ** 32;
/** Levels of the bridge below a unit of time. */
const depth = 32;

function requireKey({ seed, run = 0 }: BrownianKey, dimension: number): void {
  const checks: readonly (readonly [string, number, number])[] = [
    ["seed", seed, 2 ** 53],
    ["run", run, two32],
    ["the dimension", dimension, two32],
  ];
  for (const [name, value, below] of checks) {
    if (Number.isInteger(value) && value >= 0 && value < below) continue;
    throw new InputError({
      code: "out-of-range",
      who: "brownianPath",
      rule: `${name} must be an integer from 0 to ${below - 1}`,
      got: String(value),
    });
  }
}

/** Tail probabilities with signs become normals where they stand. */
function toNormals(values: Float64Array): void {
  for (let k = 0; k < values.length; k++) {
    const tail = values[k]!;
    const value = normalQuantile(Math.abs(tail));
    values[k] = tail > 0 ? value : -value;
  }
}

/** Standard normals of one node of one cell, two to a Philox block; component k depends on k alone. */
function nodeNormals(key: BrownianKey) {
  const base = Uint32Array.of(key.seed % two32, Math.floor(key.seed / two32), hashPurpose(key.purpose), 0x62726f77);
  philox4x32(base, Uint32Array.of(0x6d65616e, 0x66696c64), base);
  const run = key.run ?? 0;
  const counter = new Uint32Array(4);
  const words = new Uint32Array(4);
  const cellKey = base.slice(0, 2);
  /** A tail probability with the sign that its normal is to be multiplied with. */
  const put = (pair: number, out: Float64Array, at: number): void => {
    const high = words[pair]!;
    const tail = ((high >>> 1) * two32 + words[pair + 1]! + 0.5) * 2 ** -64;
    out[at] = (high & 1) === 0 ? tail : -tail;
  };
  return (cell: number, level: number, index: number, out: Float64Array): void => {
    // Cell and level make the key, so that no two nodes share a counter.
    counter[0] = cell % two32;
    counter[1] = Math.floor(cell / two32);
    counter[2] = level;
    counter[3] = run;
    philox4x32(counter, base, words);
    cellKey[0] = words[0]!;
    cellKey[1] = words[1]!;
    for (let k = 0; k < out.length; k += 2) {
      counter[0] = k / 2;
      counter[1] = index;
      counter[2] = level;
      counter[3] = run;
      philox4x32(counter, cellKey, words);
      put(0, out, k);
      if (k + 1 < out.length) put(2, out, k + 1);
    }
    toNormals(out);
  };
}

/** W(cell + fraction) − W(cell), remembering the last way down so that a walk to the right repeats little of it. */
function cellBridge(key: BrownianKey, dimension: number) {
  const normals = nodeNormals(key);
  const noise = new Float64Array(dimension);
  // Values at the ends of the interval of each level on the way down.
  const lefts = Array.from({ length: depth + 1 }, () => new Float64Array(dimension));
  const rights = Array.from({ length: depth + 1 }, () => new Float64Array(dimension));
  const indices = new Float64Array(depth + 1).fill(-1);
  let known = Number.NaN;
  return (cell: number, fraction: number, out: Float64Array): void => {
    if (known !== cell) {
      normals(cell, 0, 0, rights[0]!);
      known = cell;
      indices.fill(-1);
      indices[0] = 0;
    }
    let level = 0;
    let width = 1;
    for (; level < depth && fraction > indices[level]! * width; level++) {
      const left = Math.floor(fraction / width) * width;
      const low = lefts[level]!;
      const high = rights[level]!;
      width /= 2;
      const index = Math.floor(fraction / width);
      if (indices[level + 1] === index) continue;
      const middle = index * width > left ? lefts[level + 1]! : rights[level + 1]!;
      normals(cell, level + 1, Math.floor(index / 2), noise);
      const spread = Math.sqrt(width / 2);
      for (let k = 0; k < dimension; k++) middle[k] = 0.5 * (low[k]! + high[k]!) + spread * noise[k]!;
      if (index * width > left) rights[level + 1]!.set(high);
      else lefts[level + 1]!.set(low);
      indices[level + 1] = index;
      for (let deeper = level + 2; deeper <= depth; deeper++) indices[deeper] = -1;
    }
    const part = fraction / width - indices[level]!;
    const [low, high] = [lefts[level]!, rights[level]!];
    for (let k = 0; k < dimension; k++) out[k] = low[k]! + part * (high[k]! - low[k]!);
  };
}

/**
 * A Brownian path W as a pure function of (seed, purpose, run) and t: any increment comes out the same for any other
 * increments asked before, in any order, from any number of workers, so refining the steps keeps the path. Component k
 * does not depend on the dimension.
 *
 * Increments over units of time are independent normals; inside a unit W is bisected, W((a+b)/2) = (W(a)+W(b))/2 +
 * √((b−a)/4)·N, down to 2⁻³² and straight below that. Each N is Philox of (unit, level, index, component).
 *
 * @throws out-of-range
 * @cost for each end that was not the end before: one normal per component and level, at most 32 levels, and one per
 * unit of time in between; no allocation
 * @accuracy variance of an increment over h: h to 2⁻³³/h relative (brownian.test.ts)
 * @source derived: Lévy's construction; Philox as in philox.ts
 */
export function brownianPath(key: BrownianKey, dimension: number): BrownianPath {
  requireKey(key, dimension);
  const bridge = cellBridge(key, dimension);
  const normals = nodeNormals(key);
  const start = new Float64Array(dimension);
  const end = new Float64Array(dimension);
  const unit = new Float64Array(dimension);
  let endCell = Number.NaN;
  let endFraction = Number.NaN;
  const wrap = (cell: number): number => (cell < 0 ? cell + 2 ** 53 : cell);
  return {
    dimension,
    increment(from, to, out): void {
      const [a, b] = [Math.floor(from), Math.floor(to)];
      if (!(from <= to && Math.abs(a) < 2 ** 52 && Math.abs(b) < 2 ** 52)) {
        throw new InputError({
          code: "out-of-range",
          who: "brownianPath.increment",
          rule: "an interval needs from <= to, both below 2^52",
          got: `[${from}, ${to}]`,
        });
      }
      if (a === endCell && from - a === endFraction) start.set(end);
      else bridge(wrap(a), from - a, start);
      bridge(wrap(b), to - b, end);
      endCell = b;
      endFraction = to - b;
      for (let k = 0; k < dimension; k++) out[k] = end[k]! - start[k]!;
      for (let cell = a; cell < b; cell++) {
        normals(wrap(cell), 0, 0, unit);
        for (let k = 0; k < dimension; k++) out[k]! += unit[k]!;
      }
    },
  };
}
