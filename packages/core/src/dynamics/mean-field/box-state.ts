import { InputError } from "../../foundation/errors/index.js";
import { momentsOf } from "../../foundation/law/index.js";
import type { InitialLaw, LawDensity } from "../../laws/contract.js";
import { place } from "./box-frame.js";
import type { ChartGrid } from "./chart.js";
import { frameRoot } from "./frame-root.js";

/** Cells of a slice, dimension, and slices: one for each position, one in all without a mask. */
export interface BoxShape {
  readonly m: number;
  readonly d: number;
  readonly slices: number;
}

/** Views of one slice of a state: masses [m], centre c [d], scale S [d, d]. */
export interface BoxState {
  readonly masses: Float64Array;
  readonly centre: Float64Array;
  readonly scale: Float64Array;
}

/** Slice p of a state: all masses, then all centres, then all scales. */
export function partsOf(y: Float64Array, { m, d, slices }: BoxShape, p: number): BoxState {
  const centres = slices * m;
  const scales = centres + slices * d;
  return {
    masses: y.subarray(p * m, (p + 1) * m),
    centre: y.subarray(centres + p * d, centres + (p + 1) * d),
    scale: y.subarray(scales + p * d * d, scales + (p + 1) * d * d),
  };
}

/** The slices of states, made once for each array that a run hands on. */
export function slicesOf(of: BoxShape): (y: Float64Array) => readonly BoxState[] {
  const known = new WeakMap<Float64Array, readonly BoxState[]>();
  return (y) => {
    let slices = known.get(y);
    if (slices === undefined) {
      slices = Array.from({ length: of.slices }, (_, p) => partsOf(y, of, p));
      known.set(y, slices);
    }
    return slices;
  };
}

/** ρ at the nodes, which sums smooth laws faster than any power of the width; mass `whole`. @throws InputError out-of-range */
function fill(slice: BoxState, nodes: Float64Array, at: LawDensity["at"], s: number | undefined, whole: number) {
  const { masses, centre, scale } = slice;
  const d = centre.length;
  const points = new Float64Array(masses.length * d);
  place(nodes, centre, scale, d, points);
  let total = 0;
  for (let j = 0; j < masses.length; j++) {
    masses[j] = at(points.subarray(j * d, (j + 1) * d), s);
    total += masses[j]!;
  }
  if (!(total > 0)) {
    throw new InputError({
      code: "out-of-range",
      who: "level mean-field",
      rule: "the initial density must be resolved by its grid",
      got: `no cell of ${masses.length} where it is positive${s === undefined ? "" : ` at position s = ${s}`}`,
      fix: "Raise grid",
      path: ["grid"],
    });
  }
  for (let j = 0; j < masses.length; j++) masses[j]! *= whole / total;
  return { m: masses.length, d, points, weights: masses.map((mass) => mass / whole) };
}

/** Rounds in which the frame of a position is moved onto the law there, from that of all positions together. */
const frameRounds = 4;
/** Cells along an axis for the first of them, where the law of one position may be narrow. */
const fineCells = 8192;

/** A slice of finer cells in the same frame; a plane has no positions. */
function finer({ centre, scale }: BoxState, halfWidth: number): { slice: BoxState; nodes: Float64Array } {
  const nodes = Float64Array.from({ length: fineCells }, (_, j) => halfWidth * ((2 * j + 1) / fineCells - 1));
  return { slice: { masses: new Float64Array(fineCells), centre, scale }, nodes };
}

/**
 * The law on its box. A law that is another one at each position has its own frame there, found from the moments on the
 * grid of the frame before.
 *
 * @throws InputError out-of-range, where no cell sees the density
 */
export function startOf({ nodes, chart }: ChartGrid, initial: InitialLaw, of: BoxShape, masked: boolean): Float64Array {
  const { m, d, slices } = of;
  const { at, positional = false } = initial.density!;
  const { mean, cov } = initial.moments();
  const y = new Float64Array(slices * (m + d + d * d));
  for (let p = 0; p < slices; p++) {
    const slice = partsOf(y, of, p);
    slice.centre.set(mean);
    frameRoot(cov, d, slice.scale);
    const s = masked ? (p + 0.5) / slices : undefined;
    for (let round = 0; positional && round < frameRounds; round++) {
      const fine = round === 0 ? finer(slice, chart.box[0]![1]) : { slice, nodes };
      const own = momentsOf(fill(fine.slice, fine.nodes, at, s, 1));
      const cell = (2 * chart.box[0]![1] * slice.scale[0]!) / fine.slice.masses.length;
      // Within one cell there is no frame to be found: the grid is refused for that, and says so.
      if (own.cov[0]! < cell ** 2) break;
      slice.centre.set(own.mean);
      frameRoot(own.cov, d, slice.scale);
    }
    fill(slice, nodes, at, s, 1 / slices);
  }
  return y;
}
