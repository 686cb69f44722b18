import { atPath, InputError, type SpecPath, show } from "../../foundation/errors/index.js";
import { isMapping } from "../../foundation/parameters/index.js";
import { applyOverride, applySeed, parsePath } from "../override.js";
import { parseParameters } from "../parse.js";
import { builtinPlugins, type Plugins } from "../plugins.js";
import {
  columnNames,
  lookupIn,
  requireDisjoint,
  requireNames,
  requireNumber,
  requirePath,
  reservedKeys,
  type SweptColumn,
} from "./columns.js";
import { type Dimension, resolveDimensions, seedColumn } from "./dimension.js";
import { type Expression, parseExpression } from "./expression.js";
import { type Follow, resolveFollow } from "./follow.js";
import { type Measure, reservedSchema, type SweepSection } from "./section.js";

/** Where a cell lies: one index per dimension; a fraction between two values of a refined range. */
export type Coordinates = readonly number[];

/** The values that make a cell, by column. */
export type CellValues = Readonly<Record<string, unknown>>;

/** A sweep, checked: which cells it has and what each one is. */
export interface SweepPlan {
  /** The document without its sweep, title and notes. */
  readonly base: Readonly<Record<string, unknown>>;
  readonly dimensions: readonly Dimension[];
  readonly columns: readonly SweptColumn[];
  readonly measure: readonly Measure[];
  readonly keepRuns: boolean;
  readonly names: ReadonlyMap<string, string>;
  /** How later stages follow from the results of earlier ones; undefined when all cells are known now. */
  readonly follow: Follow | undefined;
  /** The swept and derived values of a cell. @throws InputError wrong-type (arithmetic on words) */
  values(at: Coordinates): CellValues;
  /** Whether the conditions let a cell in. @throws InputError not-finite, wrong-type (a derived value of one they let in) */
  admits(values: CellValues): boolean;
  /** The experiment document of a cell. */
  document(values: CellValues): unknown;
}

/** A larger sweep is a mistake, or several sweeps. */
export const mostCells = 1_000_000;

interface Derived {
  readonly name: string;
  readonly expression: Expression;
  readonly numeric: boolean;
}

/** Whether an expression gives numbers alone: arithmetic does, a name where its column does. */
function isNumeric({ kind, names: [name] }: Expression, columns: readonly SweptColumn[]): boolean {
  if (kind !== "name") return kind === "number";
  const column = columnNames(columns).get(name!);
  return columns.some((one) => one.name === column && one.numeric);
}

function expressionsOf(section: SweepSection, known: readonly SweptColumn[]) {
  const columns = [...known];
  const derived: Derived[] = Object.entries(section.derive ?? {}).map(([name, text]) => {
    const path = ["sweep", "derive", name];
    requirePath(name, path);
    const expression = atPath(path, () => parseExpression(String(text)));
    requireNames(expression.names, columnNames(columns), path);
    const numeric = isNumeric(expression, columns);
    columns.push({ name, numeric });
    return { name, expression, numeric };
  });
  const written = section.where ?? [];
  const conditions = (Array.isArray(written) ? written : [written]).map((text, k) => {
    const path: SpecPath = Array.isArray(written) ? ["sweep", "where", k] : ["sweep", "where"];
    const expression = atPath(path, () => parseExpression(text));
    requireNames(expression.names, columnNames(columns), path);
    return expression;
  });
  return { columns, derived, conditions };
}

function requireAffordable(dimensions: readonly Dimension[]): void {
  const cells = dimensions.reduce((product, { size }) => product * size, 1);
  if (cells <= mostCells) return;
  throw new InputError({
    code: "out-of-range",
    who: "sweep",
    rule: `may have at most ${mostCells} cells`,
    got: `${cells} (${dimensions.map(({ size }) => size).join(" × ")})`,
    fix: "Make the ranges coarser, draw a sample of the box, or refine a coarse grid",
    details: { cells },
    path: ["sweep"],
  });
}

/** The parsed section, and its dimensions in the order they are written in. */
function readSection(written: unknown): { section: SweepSection; dimensions: readonly Dimension[] } {
  const all = isMapping(written) ? written : {};
  const reserved = Object.fromEntries(Object.entries(all).filter(([key]) => reservedKeys.includes(key)));
  const section = parseParameters("sweep", reservedSchema.strict(), reserved, ["sweep"]) as SweepSection;
  const swept = Object.entries(all).filter(
    ([key]) => !reservedKeys.includes(key) || ["zip", "list", "sample", "seeds"].includes(key),
  );
  const dimensions = swept.flatMap(([key, value]) => {
    if (!reservedKeys.includes(key)) requirePath(key, ["sweep", key]);
    return resolveDimensions(key, value);
  });
  for (const { columns, path } of dimensions)
    for (const name of columns) if (name !== seedColumn) requirePath(name, path);
  return { section, dimensions };
}

function checkSwept(written: unknown, dimensions: readonly Dimension[]): void {
  if (isMapping(written) && dimensions.length > 0) return;
  throw new InputError({
    code: isMapping(written) ? "empty" : "wrong-type",
    who: "sweep",
    rule: "a sweep needs at least one path with values",
    got: show(written),
    fix: 'For example sweep: { "model.attention.softmax.beta": { range: [0.1, 9], count: 90 } }',
    path: ["sweep"],
  });
}

/** @throws InputError wrong-type (a condition that is no condition) */
function isTrue(condition: Expression, values: CellValues, names: ReadonlyMap<string, string>): boolean {
  const value = condition.evaluate(lookupIn(values, names));
  if (typeof value === "boolean" || value === null) return value === true;
  throw new InputError({
    code: "wrong-type",
    who: `expression ${show(condition.text)}`,
    rule: "must be a condition: true or false",
    got: show(value),
    path: ["sweep", "where"],
  });
}

function documentOf(base: unknown, values: CellValues, plugins: Plugins): unknown {
  let document = base;
  for (const [name, value] of Object.entries(values)) {
    if (name === seedColumn || name.startsWith("$")) continue;
    const path = parsePath(name);
    const base = document;
    document = atPath(path, () => applyOverride(base, { path, value, by: "sweep" }));
  }
  const seed = values[seedColumn];
  return typeof seed === "number" ? applySeed(document, seed, plugins.laws, "sweep") : document;
}

/**
 * The plan of a document's sweep: its dimensions, conditions and derived values, all checked but for the cells
 * themselves (`checkCells`). Nothing is listed yet: cells come from `sweepStages`.
 *
 * @param document the parsed document with a `sweep:` section; arrays from files already read
 * @throws InputError with `path` from the root of the document
 * @cost O(values of all dimensions)
 */
export function planSweep(document: unknown, plugins: Plugins = builtinPlugins): SweepPlan {
  const { sweep, title: _title, notes: _notes, ...base } = isMapping(document) ? document : {};
  const { section, dimensions } = readSection(sweep);
  checkSwept(sweep, dimensions);
  requireDisjoint(dimensions, Object.keys(section.derive ?? {}));
  requireAffordable(dimensions);
  const swept = dimensions.flatMap(({ columns, numeric }) =>
    columns.map((name, j) => ({ name, numeric: numeric[j]! })),
  );
  const { columns, derived, conditions } = expressionsOf(section, swept);
  const names = columnNames(columns);
  const values = (at: Coordinates): CellValues => {
    const found: Record<string, unknown> = {};
    dimensions.forEach((dimension, i) => {
      const point = dimension.at(at[i]!);
      dimension.columns.forEach((name, j) => {
        found[name] = point[j];
      });
    });
    for (const { name, expression } of derived) {
      found[name] = atPath(["sweep", "derive", name], () => expression.evaluate(lookupIn(found, names)));
    }
    return found;
  };
  const requireSound = (cell: CellValues) => {
    for (const { name, expression, numeric } of derived) if (numeric) requireNumber(cell[name], name, expression.text);
  };
  return {
    base,
    dimensions,
    columns,
    measure: section.measure,
    keepRuns: section.keep === "runs",
    names,
    follow: resolveFollow(section, dimensions, names, base),
    values,
    admits(cell) {
      if (!conditions.every((condition) => isTrue(condition, cell, names))) return false;
      requireSound(cell);
      return true;
    },
    document: (cell) => documentOf(base, cell, plugins),
  };
}
