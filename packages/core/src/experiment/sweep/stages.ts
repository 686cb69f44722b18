import { InputError } from "../../foundation/errors/index.js";
import { lookupIn } from "./columns.js";
import type { Lookup } from "./expression.js";
import type { Label } from "./follow.js";
import { type CellValues, type Coordinates, mostCells, type SweepPlan } from "./plan.js";
import { createRefinement } from "./refinement.js";

/** Cells by their coordinates, packed. */
export interface CellList {
  readonly size: number;
  at(k: number): Coordinates;
}

function cellList(packed: Float64Array, dimensions: number): CellList {
  return {
    size: packed.length / dimensions,
    at: (k) => Array.from(packed.subarray(k * dimensions, (k + 1) * dimensions)),
  };
}

/** Collects the cells that the conditions admit. */
function collector(plan: SweepPlan) {
  const dimensions = plan.dimensions.length;
  let packed = new Float64Array(64 * dimensions);
  let used = 0;
  return {
    add(at: Coordinates): boolean {
      if (!plan.admits(plan.values(at))) return false;
      if (used + dimensions > packed.length) {
        const larger = new Float64Array(2 * packed.length);
        larger.set(packed);
        packed = larger;
      }
      packed.set(at, used);
      used += dimensions;
      return true;
    },
    list: () => cellList(packed.slice(0, used), dimensions),
  };
}

/** All points of the grid, the last dimension fastest; one dimension may be held fixed. */
function* gridPoints(plan: SweepPlan, fixed?: { readonly dimension: number; readonly k: number }) {
  const sizes = plan.dimensions.map(({ size }, i) => (i === fixed?.dimension ? 1 : size));
  const at = sizes.map((_, i) => (i === fixed?.dimension ? fixed.k : 0));
  for (;;) {
    yield at;
    let i = sizes.length - 1;
    for (; i >= 0; i--) {
      if (i === fixed?.dimension) continue;
      at[i]!++;
      if (at[i]! < sizes[i]!) break;
      at[i] = 0;
    }
    if (i < 0) return;
  }
}

function requireSome(cells: CellList): CellList {
  if (cells.size > 0) return cells;
  throw new InputError({
    code: "empty",
    who: "sweep",
    rule: "at least one cell must meet the conditions",
    got: "none",
    fix: "Relax where",
    path: ["sweep", "where"],
  });
}

function wholeGrid(plan: SweepPlan): CellList {
  const cells = collector(plan);
  for (const at of gridPoints(plan)) cells.add(at);
  return requireSome(cells.list());
}

/** Wave after wave along one dimension; a line on which the condition held is left out of later waves. */
function* stopStages(plan: SweepPlan, along: number): Generator<CellList, void, readonly Label[]> {
  const stopped = new Set<string>();
  const lineOf = (at: Coordinates) => at.filter((_, i) => i !== along).join(" ");
  let any = false;
  for (let k = 0; k < plan.dimensions[along]!.size; k++) {
    const cells = collector(plan);
    for (const at of gridPoints(plan, { dimension: along, k })) if (!stopped.has(lineOf(at))) cells.add(at);
    const wave = cells.list();
    if (wave.size === 0) continue;
    any = true;
    const labels = yield wave;
    labels.forEach((label, i) => {
      if (label === true) stopped.add(lineOf(wave.at(i)));
    });
  }
  if (!any) requireSome(cellList(new Float64Array(0), 1));
}

/** The grid, then the points that bisect the boundary, level by level. */
function* refineStages(
  plan: SweepPlan,
  over: readonly [number, number],
  depth: number,
): Generator<CellList, void, readonly Label[]> {
  const refinement = createRefinement(plan.dimensions, over, depth);
  let cells = wholeGrid(plan);
  let total = 0;
  while (cells.size > 0) {
    total += cells.size;
    if (total > mostCells) throw tooFine(total);
    const labels = yield cells;
    labels.forEach((label, i) => {
      refinement.tell(cells.at(i), label);
    });
    const next = collector(plan);
    for (const at of refinement.bisect()) if (!next.add(at)) refinement.tell(at, null);
    cells = next.list();
  }
}

function tooFine(cells: number): InputError {
  return new InputError({
    code: "out-of-range",
    who: "sweep.refine",
    rule: `may lead to at most ${mostCells} cells`,
    got: String(cells),
    fix: "Give a smaller depth",
    path: ["sweep", "refine", "depth"],
  });
}

/**
 * The cells of a sweep, stage after stage. `next(labels)` takes what the cells of the stage before said, in their
 * order, and gives the next stage; a pure function of the plan and the labels, so the same cells come out however
 * many workers computed them. Without `refine` and `stop` there is one stage and labels do not matter.
 *
 * @throws InputError empty (no cell meets the conditions), out-of-range
 * @cost O(cells) time; 8 bytes per cell and dimension
 */
export function sweepStages(plan: SweepPlan): Generator<CellList, void, readonly Label[]> {
  const { follow } = plan;
  if (follow?.kind === "stop") return stopStages(plan, follow.along);
  if (follow?.kind === "refine") return refineStages(plan, follow.over, follow.depth);
  return (function* () {
    yield wholeGrid(plan);
  })();
}

/**
 * What a finished cell says to `refine.by` or `stop.when`.
 * @param column looks up a column of the cell's results
 */
export function labelOf(plan: SweepPlan, values: CellValues, column: Lookup): Label {
  if (plan.follow === undefined) return null;
  const swept = lookupIn(values, plan.names);
  return plan.follow.label.evaluate((name) => (plan.names.has(name) ? swept(name) : column(name)));
}
