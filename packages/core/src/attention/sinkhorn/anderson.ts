import type { Workspace } from "../../foundation/workspace/index.js";

/** A column that the others explain up to this part of itself says nothing new. */
const dependent = 1e-10;

/** Vectors of length m, in the rows of an array. */
interface Rows {
  readonly data: Float64Array;
  readonly m: number;
}

/**
 * out_at ← Σ_j w_j a_j b_j of two rows. Numbers go through arrays here, as one that is handed from function to function may
 * take memory.
 */
function putInner(weights: Float64Array, a: Rows, i: number, b: Rows, k: number, out: Float64Array, at: number): void {
  const { m } = a;
  const [from, other] = [i * m, k * m];
  let sum = 0;
  for (let j = 0; j < m; j++) sum += weights[j]! * a.data[from + j]! * b.data[other + j]!;
  out[at] = sum;
}

/** Row i of `target` −= shares_k/squares_k · row k of `source`. */
function subtract(target: Rows, i: number, { shares, squares }: Memory, source: Rows, k: number): void {
  const { m } = target;
  const [to, from] = [i * m, k * m];
  const factor = shares[k]! / squares[k]!;
  for (let j = 0; j < m; j++) target.data[to + j]! -= factor * source.data[from + j]!;
}

/** Row i of `target` = row k of `source`. */
function copy(target: Rows, i: number, source: Rows, k: number): void {
  const { m } = target;
  const [to, from] = [i * m, k * m];
  for (let j = 0; j < m; j++) target.data[to + j] = source.data[from + j]!;
}

/** An accelerated iteration: everything it remembers and needs, in arrays that it keeps. */
interface Memory {
  weights: Float64Array;
  readonly depth: number;
  /** Differences of residuals and of images: a ring of `depth` rows. */
  readonly residuals: Rows;
  readonly images: Rows;
  /** The last residual and image in row 0, the new ones in row 1. */
  readonly residual: Rows;
  readonly image: Rows;
  /** Orthogonal combinations of the differences, of squared length `squares`, and an inner product with each. */
  readonly directions: Rows;
  readonly moved: Rows;
  readonly squares: Float64Array;
  readonly shares: Float64Array;
  readonly rest: Rows;
  /** Differences in the ring, and the place of the next one; whether there is a last iterate. */
  count: number;
  next: number;
  begun: boolean;
}

/** Row i of `target` = new − last of a pair. */
function putDifference(target: Rows, i: number, { data, m }: Rows): void {
  for (let j = 0; j < m; j++) target.data[i * m + j] = data[m + j]! - data[j]!;
}

/** Puts new − last of residual and image into the ring, over the oldest where it is full. */
function remember(memory: Memory): void {
  const { depth, next } = memory;
  putDifference(memory.residuals, next, memory.residual);
  putDifference(memory.images, next, memory.image);
  memory.next = (next + 1) % depth;
  memory.count = Math.min(depth, memory.count + 1);
}

/** out ← image − Σγ_k ΔT_k with γ from least squares by Gram–Schmidt, the newest difference first. */
function combine(memory: Memory, out: Rows): void {
  const { weights, depth, residuals, images, residual, image, directions, moved, shares, squares, rest } = memory;
  copy(out, 0, image, 1);
  copy(rest, 0, residual, 1);
  let found = 0;
  for (let back = 1; back <= memory.count; back++) {
    const k = (memory.next - back + depth) % depth;
    putInner(weights, residuals, k, residuals, k, shares, found);
    const before = shares[found]!;
    copy(directions, found, residuals, k);
    copy(moved, found, images, k);
    for (let one = 0; one < found; one++) {
      putInner(weights, directions, found, directions, one, shares, one);
      subtract(directions, found, memory, directions, one);
      subtract(moved, found, memory, moved, one);
    }
    putInner(weights, directions, found, directions, found, squares, found);
    if (!(squares[found]! > dependent * dependent * before)) continue;
    putInner(weights, rest, 0, directions, found, shares, found);
    subtract(rest, 0, memory, directions, found);
    subtract(out, 0, memory, moved, found);
    found++;
  }
}

/** An accelerated iteration. */
export interface Anderson {
  /** Forgets all iterates: after a step that did not help. */
  restart(): void;
  /** Forgets everything; from here on residuals are measured by `weights`, w ≥ 0, [m]. */
  begin(weights: Float64Array): void;
  /** Replaces g by the next iterate, from g and T(g). Both have shape [m]. */
  advance(g: Float64Array, image: Float64Array): void;
}

/**
 * Anderson's acceleration of g ← T(g): the combination of the last images whose residuals T(g) − g, combined the same
 * way, are least in the norm of `weights`. For a linear T it is GMRES.
 *
 * @param m length of an iterate
 * @param depth how many differences are remembered
 * @param work where all it remembers lies, for as long as it is used
 * @cost m·depth² multiply-adds an iterate, memory 4·m·depth
 * @source derived (least squares on the last residuals)
 */
export function anderson(m: number, depth: number, work: Workspace): Anderson {
  const rows = (count: number): Rows => ({ data: work.floats(count * m), m });
  const memory: Memory = {
    weights: new Float64Array(0),
    depth,
    residuals: rows(depth),
    images: rows(depth),
    residual: rows(2),
    image: rows(2),
    directions: rows(depth),
    moved: rows(depth),
    squares: work.floats(depth),
    shares: work.floats(depth),
    rest: rows(1),
    count: 0,
    next: 0,
    begun: false,
  };
  const restart = () => {
    memory.begun = false;
    memory.count = 0;
    memory.next = 0;
  };
  const iterate = { data: memory.weights, m };
  return {
    restart,
    begin(weights) {
      memory.weights = weights;
      restart();
    },
    advance(g, newImage) {
      const { residual, image } = memory;
      for (let j = 0; j < m; j++) residual.data[m + j] = newImage[j]! - g[j]!;
      image.data.set(newImage, m);
      if (memory.begun) remember(memory);
      iterate.data = g;
      combine(memory, iterate);
      copy(residual, 0, residual, 1);
      copy(image, 0, image, 1);
      memory.begun = true;
    },
  };
}
