import { InputError, nearestOf, type SpecPath, show } from "../../foundation/errors/index.js";
import { documentSchema } from "../spec.js";
import { type Dimension, seedColumn } from "./dimension.js";
import type { ExpressionValue, Lookup } from "./expression.js";
import { reservedSchema } from "./section.js";

/** One swept or derived quantity of a cell. */
export interface SweptColumn {
  readonly name: string;
  /** Whether every value is a number. */
  readonly numeric: boolean;
}

/** Sections of a document that a path may begin with. */
const sections = Object.keys(documentSchema.shape).filter(
  (key) => !["format", "title", "notes", "sweep"].includes(key),
);
export const reservedKeys = Object.keys(reservedSchema.shape);

/** Refuses what is neither `$variable` nor a path that begins with a section of the document. */
export function requirePath(name: string, path: SpecPath): void {
  if (/^\$[A-Za-z_]\w*$/.test(name) || sections.includes(name.split(".")[0]!)) return;
  if (name === "seeds") {
    throw new InputError({
      code: "unknown-key",
      who: "sweep",
      rule: "the seed of noise and tokens is called seed among other paths",
      got: "seeds",
      fix: "Write seed: [1, 2, …]",
      path,
    });
  }
  const known = [...reservedKeys, ...sections];
  throw new InputError({
    code: "unknown-key",
    who: "sweep",
    rule: `"${name}" is neither a path of the document nor a key of sweep`,
    fix: `Did you mean "${nearestOf(name.split(".")[0]!, known)}"? Paths begin with ${sections.join(", ")}; keys are ${reservedKeys.join(", ")}`,
    details: { name, known },
    path,
  });
}

/** Refuses two dimensions that set the same value, or one value inside the other. */
export function requireDisjoint(dimensions: readonly Dimension[], derived: readonly string[]): void {
  const owners = dimensions.flatMap(({ columns, path }) => columns.map((name) => ({ name, path })));
  const all = [...owners, ...derived.map((name) => ({ name, path: ["sweep", "derive", name] as SpecPath }))];
  const seeded = owners.some(({ name }) => name === seedColumn);
  all.forEach(({ name, path }, k) => {
    const other = all
      .slice(0, k)
      .find((one) => one.name === name || one.name.startsWith(`${name}.`) || name.startsWith(`${one.name}.`));
    const own = seeded && /^(solve\.seed|initial\.[\w-]+\.seed)$/.test(name) ? "seeds" : undefined;
    if (other === undefined && own === undefined) return;
    throw new InputError({
      code: "conflict",
      who: "sweep",
      rule: "every value may be swept once",
      got: other?.name === name ? `${name} twice` : `${name} and ${other?.name ?? own}`,
      fix: "Leave one of them out, or join them in zip or list",
      path,
    });
  });
}

/** The name of a column by what an expression calls it: the whole path, or its last part where that is unique. */
export function columnNames(columns: readonly SweptColumn[]): ReadonlyMap<string, string> {
  const short = columns.map(({ name }) => name.split(".").at(-1)!);
  const names = new Map(columns.map(({ name }) => [name, name]));
  short.forEach((last, k) => {
    if (short.indexOf(last) === short.lastIndexOf(last) && !names.has(last)) names.set(last, columns[k]!.name);
  });
  return names;
}

/** Refuses names that are no columns. */
export function requireNames(names: readonly string[], known: ReadonlyMap<string, string>, path: SpecPath): void {
  const missing = names.find((name) => !known.has(name));
  if (missing === undefined) return;
  const all = [...known.keys()];
  throw new InputError({
    code: "unknown-name",
    who: "sweep",
    rule: `nothing swept is called "${missing}"`,
    fix:
      all.length === 0 ? "Nothing is swept" : `Did you mean "${nearestOf(missing, all)}"? There are ${all.join(", ")}`,
    path,
  });
}

/** A value as an expression sees it: lists and mappings are not there. */
export function scalarOf(value: unknown): ExpressionValue {
  return typeof value === "number" || typeof value === "string" || typeof value === "boolean" ? value : null;
}

/** Looks names up among the swept values of a cell. */
export function lookupIn(values: Readonly<Record<string, unknown>>, names: ReadonlyMap<string, string>): Lookup {
  return (name) => scalarOf(values[names.get(name) ?? name]);
}

/** Refuses a derived value that is no finite number where the expression is arithmetic. */
export function requireNumber(value: unknown, name: string, text: string): void {
  if (typeof value === "number" && Number.isFinite(value)) return;
  throw new InputError({
    code: typeof value === "number" ? "not-finite" : "wrong-type",
    who: `sweep.derive.${name}`,
    rule: `${text} must be a finite number for every cell`,
    got: show(value),
    fix: "Leave such cells out with where",
    path: ["sweep", "derive", name],
  });
}
