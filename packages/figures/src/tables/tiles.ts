import { type Axis, depthAxis, valueAxis } from "../drawing/scale.js";

/** The first values of a column whose grid was refined: between two of them lie dyadic fractions of their step. */
export interface Grid {
  /** In increasing order, at least two. */
  readonly values: readonly number[];
  readonly log: boolean;
}

/** Where the places of a map begin and end on one axis. */
export interface Ruler {
  readonly axis: Axis;
  /** First and last coordinate of the places at `value`; `level` halvings of the first grid's step. */
  span(value: number, level: number): readonly [number, number];
  /** How often the step of the first grid was halved to come to `value`; 0 where there is one grid. */
  level(value: number): number;
}

/** Deeper than any refinement. */
const mostLevels = 20;

/** An axis exactly from low to high. */
function axisOf(low: number, high: number, log: boolean): Axis {
  if (!log) return depthAxis(low, high);
  const axis = valueAxis([low, high], "log");
  const isInside = (v: number) => v >= low && v <= high;
  return {
    ...axis,
    domain: [low, high],
    ticks: axis.ticks.filter(isInside),
    minor: axis.minor.filter(isInside),
    unit: (v) => Math.log(v / low) / Math.log(high / low),
    value: (u) => low * (high / low) ** u,
  };
}

/** A ruler whose places go half-way to the next value there is; on a log axis half-way in the logarithm. */
function plainRuler(sorted: readonly number[]): Ruler {
  const log = sorted[0]! > 0 && sorted.at(-1)! / sorted[0]! > 100;
  const [to, from] = log ? [Math.log, Math.exp] : [(v: number) => v, (v: number) => v];
  const at = sorted.map(to);
  const first = at.length > 1 ? at[1]! - at[0]! : 1;
  const last = at.length > 1 ? at.at(-1)! - at.at(-2)! : 1;
  const inner = at.slice(1).map((place, k) => (place + at[k]!) / 2);
  const edges = [at[0]! - first / 2, ...inner, at.at(-1)! + last / 2].map(from);
  const index = new Map(sorted.map((value, k) => [value, k]));
  return {
    axis: axisOf(edges[0]!, edges.at(-1)!, log),
    level: () => 0,
    span: (value) => {
      const k = index.get(value)!;
      return [edges[k]!, edges[k + 1]!];
    },
  };
}

/**
 * A ruler of a refined grid: a place reaches half a step of its own level to either side. The axis ends where the grid
 * does, since beyond it a coarse place would hide how well the boundary is known.
 */
function refinedRuler({ values, log }: Grid): Ruler {
  const [to, from] = log ? [Math.log, Math.exp] : [(v: number) => v, (v: number) => v];
  const start = to(values[0]!);
  const step = (to(values.at(-1)!) - start) / (values.length - 1);
  const half = (value: number, level: number): [number, number] => {
    const width = step / 2 ** (level + 1);
    return [from(to(value) - width), from(to(value) + width)];
  };
  return {
    axis: axisOf(values[0]!, values.at(-1)!, log),
    level: (value) => {
      const place = (to(value) - start) / step;
      const isWhole = (k: number) => Math.abs(place * 2 ** k - Math.round(place * 2 ** k)) < 1e-6 * 2 ** k;
      let level = 0;
      while (level < mostLevels && !isWhole(level)) level++;
      return level;
    },
    span: half,
  };
}

/** The ruler of an axis with these values. */
export function rulerOf(values: Iterable<number>, grid?: Grid): Ruler {
  if (grid !== undefined) return refinedRuler(grid);
  return plainRuler([...new Set(values)].sort((a, b) => a - b));
}

/** A place of a map in the coordinates of its axes. */
export interface Tile<C> {
  readonly x1: number;
  readonly x2: number;
  readonly y1: number;
  readonly y2: number;
  readonly cell: C;
}

/**
 * The tiles of a map, to be drawn in this order: those of the first grid, then finer ones over them. Where a square of
 * the grid was cut its nine points cover it, so that together the tiles show every point nearest to it.
 */
export function tilesOf<C extends { readonly x: number; readonly y: number }>(
  cells: readonly C[],
  across: Ruler,
  upwards: Ruler,
): readonly Tile<C>[] {
  return cells
    .map((cell) => ({ cell, level: Math.max(across.level(cell.x), upwards.level(cell.y)) }))
    .sort((a, b) => a.level - b.level)
    .map(({ cell, level }) => {
      const [x1, x2] = across.span(cell.x, level);
      const [y1, y2] = upwards.span(cell.y, level);
      return { x1, x2, y1, y2, cell };
    });
}
