/** A piece of a contour. */
export interface Segment {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

type Place = readonly [x: number, y: number, value: number];

/** Where a function that is linear between two places is 0. */
function crossing([xa, ya, a]: Place, [xb, yb, b]: Place): readonly [number, number] {
  const u = a / (a - b);
  return [xa + u * (xb - xa), ya + u * (yb - ya)];
}

/** The pieces in one cell: a side is crossed where the signs of its ends differ; of four crossings the centre decides. */
function cellSegments(corners: readonly [Place, Place, Place, Place]): Segment[] {
  const sides = corners.map((corner, k) => [corner, corners[(k + 1) % 4]!] as const);
  const crossed = sides.flatMap(([a, b]) => (a[2] > 0 === b[2] > 0 ? [] : [crossing(a, b)]));
  if (crossed.length < 2) return [];
  const piece = (i: number, j: number): Segment => {
    const [[x1, y1], [x2, y2]] = [crossed[i]!, crossed[j]!];
    return { x1, y1, x2, y2 };
  };
  if (crossed.length === 2) return [piece(0, 1)];
  const centre = corners.reduce((sum, [, , value]) => sum + value / 4, 0);
  // Crossings come in the order of the sides: with the centre on the side of the first corner, it is cut off from both others.
  return centre > 0 === corners[0][2] > 0 ? [piece(0, 1), piece(2, 3)] : [piece(0, 3), piece(1, 2)];
}

/**
 * The zero set of values on a grid, as segments: linear between neighbours (marching squares). Cells with a corner that
 * has no value are left out.
 * @param xs, ys ascending
 * @cost |xs||ys|
 * @accuracy the square of the grid's step (zero-contour.test.ts)
 */
export function zeroContour(
  xs: readonly number[],
  ys: readonly number[],
  valueAt: (i: number, j: number) => number | undefined,
): Segment[] {
  const place = (i: number, j: number): Place | undefined => {
    const value = valueAt(i, j);
    return value === undefined ? undefined : [xs[i]!, ys[j]!, value];
  };
  return xs.slice(1).flatMap((_, i) =>
    ys.slice(1).flatMap((__, j) => {
      const corners = [place(i, j), place(i + 1, j), place(i + 1, j + 1), place(i, j + 1)];
      const [a, b, c, d] = corners;
      return a && b && c && d ? cellSegments([a, b, c, d]) : [];
    }),
  );
}
