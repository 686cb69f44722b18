import type { Dimension } from "./dimension.js";
import type { Label } from "./follow.js";

type Coordinates = readonly number[];

/** A square of a slice with its lower corner and its side, in steps of the grid. */
interface Square {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

/** One combination of the other dimensions, with the labels known in it. */
interface Slice {
  readonly others: Coordinates;
  readonly labels: Map<string, Label>;
  squares: readonly Square[];
}

/** Bisection of the boundary between labels on a plane of two dimensions, for every combination of the others. */
export interface Refinement {
  /** What a point said; null: nothing, it takes no side. */
  tell(at: Coordinates, label: Label): void;
  /** The points to ask next; empty when every square is smallest, or has one label. */
  bisect(): readonly Coordinates[];
}

const keyOf = (x: number, y: number) => `${x} ${y}`;

/** Corners, and middles of the sides and of the square: whoever is known among them takes part. */
function pointsOf({ x, y, side }: Square): readonly (readonly [number, number])[] {
  const steps = [0, side / 2, side];
  return steps.flatMap((dx) => steps.map((dy) => [x + dx, y + dy] as const));
}

function isMixed(square: Square, labels: ReadonlyMap<string, Label>): boolean {
  const known = pointsOf(square).map(([x, y]) => labels.get(keyOf(x, y)) ?? null);
  const sides = new Set(known.filter((label) => label !== null));
  return sides.size > 1;
}

function quarters({ x, y, side }: Square): readonly Square[] {
  const half = side / 2;
  return [0, half].flatMap((dx) => [0, half].map((dy) => ({ x: x + dx, y: y + dy, side: half })));
}

/**
 * A square whose points disagree is cut into four, down to side 2^−depth; its new points are the next to ask. A middle
 * of a side that disagrees with a neighbour's corners cuts the neighbour too, so a boundary is followed wherever it
 * leaves a square through a side.
 *
 * @param over the two refined dimensions
 * @accuracy the boundary lies in squares of side 2^−depth; what no point of the first grid sees is missed
 * @source derived: quadtree bisection
 */
export function createRefinement(
  dimensions: readonly Dimension[],
  over: readonly [number, number],
  depth: number,
): Refinement {
  const [first, second] = over;
  const smallest = 2 ** -depth;
  const slices = new Map<string, Slice>();
  const wholeSquares = (): Square[] => {
    const [columns, rows] = [dimensions[first]!.size - 1, dimensions[second]!.size - 1];
    return Array.from({ length: columns * rows }, (_, k) => ({ x: Math.floor(k / rows), y: k % rows, side: 1 }));
  };
  const sliceOf = (at: Coordinates): Slice => {
    const others = at.map((value, i) => (i === first || i === second ? 0 : value));
    const key = others.join(" ");
    const found = slices.get(key) ?? { others, labels: new Map<string, Label>(), squares: wholeSquares() };
    slices.set(key, found);
    return found;
  };
  const place = ({ others }: Slice, x: number, y: number) =>
    others.map((value, i) => (i === first ? x : i === second ? y : value));

  /** Cuts the mixed squares of a slice; squares that are smallest or of one label stay. */
  const cut = (slice: Slice): readonly Coordinates[] => {
    const asked = new Map<string, Coordinates>();
    slice.squares = slice.squares.flatMap((square) => {
      if (square.side <= smallest || !isMixed(square, slice.labels)) return [square];
      for (const [x, y] of pointsOf(square)) {
        const key = keyOf(x, y);
        if (!slice.labels.has(key)) asked.set(key, place(slice, x, y));
      }
      return quarters(square);
    });
    return [...asked.values()];
  };

  return {
    tell(at, label) {
      sliceOf(at).labels.set(keyOf(at[first]!, at[second]!), label);
    },
    bisect() {
      for (;;) {
        const before = [...slices.values()].reduce((sum, { squares }) => sum + squares.length, 0);
        const asked = [...slices.values()].flatMap(cut);
        const after = [...slices.values()].reduce((sum, { squares }) => sum + squares.length, 0);
        // Squares may be cut without a new point, where all nine are known already: go on with their quarters.
        if (asked.length > 0 || after === before) return asked;
      }
    },
  };
}
