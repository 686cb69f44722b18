import { InputError, type SpecPath, show } from "../../foundation/errors/index.js";
import { type Experiment, type ExperimentOptions, experiment } from "../experiment.js";
import { parsePath } from "../override.js";
import { seedColumn } from "./dimension.js";
import type { CellValues, SweepPlan } from "./plan.js";
import type { CellList } from "./stages.js";

/** Cells that are bound before a sweep starts: enough for every word that is swept, few enough to be quick. */
const mostChecked = 256;

const startsWith = (path: SpecPath, prefix: SpecPath): boolean => prefix.every((step, k) => path[k] === step);

/** Where the sweep says what an error of a cell is about: its key in `sweep:`, or the place in the document and the cell. */
function blame(plan: SweepPlan, values: CellValues, error: InputError): InputError {
  const path = error.path ?? [];
  const name = Object.keys(values).find((one) => {
    const swept = parsePath(one);
    return path.length > 0 && (startsWith(path, swept) || startsWith(swept, path));
  });
  if (name === undefined) {
    // The document itself is at fault with these values: which ones it does not show.
    return new InputError({ ...error.parts, rule: `${error.parts.rule} (in the cell ${show(values)})` });
  }
  const owner = plan.dimensions.find(({ columns }) => columns.includes(name));
  return new InputError({ ...error.parts, path: owner?.path ?? ["sweep", "derive", name] });
}

/** The experiment of a cell. @throws InputError whose path is that of the sweep's key where the sweep is to blame */
export function bindCell(plan: SweepPlan, values: CellValues, options: ExperimentOptions = {}): Experiment {
  try {
    return experiment(plan.document(values), options);
  } catch (error) {
    throw error instanceof InputError ? blame(plan, values, error) : error;
  }
}

/**
 * Binds the first cell, the last, and a cell for every value that is no number and for both ends of every range: what
 * a path or a name can have wrong is found before anything runs. What single numbers do in the middle of a range is
 * the cell's own outcome.
 *
 * @throws InputError with the path of the sweep's key
 * @cost at most 256 bindings
 */
export function checkCells(plan: SweepPlan, cells: CellList, options: ExperimentOptions = {}): void {
  const unseen = plan.dimensions.map(({ size, numeric, columns }) => {
    const words = numeric.some((one) => !one) && !columns.includes(seedColumn);
    return new Set(words ? Array.from({ length: Math.min(size, mostChecked) }, (_, k) => k) : [0, size - 1]);
  });
  let checked = 0;
  for (let k = 0; k < cells.size && checked < mostChecked; k++) {
    const at = cells.at(k);
    const fresh = at.some((index, i) => unseen[i]!.has(index));
    if (!fresh && k < cells.size - 1) continue;
    at.forEach((index, i) => {
      unseen[i]!.delete(index);
    });
    bindCell(plan, plan.values(at), options);
    checked++;
    if (unseen.every((one) => one.size === 0)) break;
  }
}
