import { atPath, InputError, nearestOf, type SpecPath, show } from "../../foundation/errors/index.js";
import { isMapping } from "../../foundation/parameters/index.js";
import type { Dimension } from "./dimension.js";
import { type Expression, type ExpressionValue, parseExpression } from "./expression.js";
import type { SweepSection } from "./section.js";

/** What the results of a cell say to `refine.by` or `stop.when`; null when the cell failed or says nothing. */
export type Label = ExpressionValue;

/** How later stages follow from the results of earlier ones. */
export type Follow =
  | { readonly kind: "stop"; readonly along: number; readonly label: Expression; readonly path: SpecPath }
  | {
      readonly kind: "refine";
      readonly over: readonly [number, number];
      readonly depth: number;
      readonly label: Expression;
      readonly path: SpecPath;
    };

/** The dimension of a column, by its path or its last word where that is unique. */
function dimensionOf(
  name: string,
  dimensions: readonly Dimension[],
  names: ReadonlyMap<string, string>,
  path: SpecPath,
): number {
  const found = dimensions.findIndex(({ columns }) => columns.includes(names.get(name) ?? name));
  if (found >= 0) return found;
  const all = dimensions.flatMap(({ columns }) => columns);
  throw new InputError({
    code: "unknown-name",
    who: "sweep",
    rule: `"${name}" is not swept`,
    fix: `Did you mean "${nearestOf(name, all)}"? Swept are ${all.join(", ")}`,
    path,
  });
}

/** Refuses names that can be neither a swept value nor a column of a cell's results. */
function requireColumns(
  { names }: Expression,
  known: ReadonlyMap<string, string>,
  base: Readonly<Record<string, unknown>>,
  path: SpecPath,
): void {
  const levels = isMapping(base["levels"]) ? Object.keys(base["levels"]) : [];
  const owners = [...levels, "analysis", "expect"];
  const bad = names.find(
    (name) => !known.has(name) && !name.includes("|") && !owners.some((owner) => name.startsWith(`${owner}.`)),
  );
  if (bad === undefined) return;
  throw new InputError({
    code: "unknown-name",
    who: "sweep",
    rule: `"${bad}" is neither swept nor a column of a cell`,
    fix: `Columns begin with ${owners.map((owner) => `${owner}.`).join(", ")}; swept are ${[...known.keys()].join(", ")}`,
    path,
  });
}

/** Refuses arithmetic and words where a sweep would never stop. */
function requireCondition({ kind, text }: Expression, path: SpecPath): void {
  if (kind === "condition" || kind === "name") return;
  throw new InputError({
    code: "wrong-type",
    who: `expression ${show(text)}`,
    rule: "must be a condition: true or false",
    got: `a ${kind}`,
    fix: 'For example "[particles.trace] > 10"',
    path,
  });
}

function requireRange(dimension: Dimension, name: string, path: SpecPath): void {
  if (dimension.continuous) return;
  throw new InputError({
    code: "incompatible",
    who: "sweep.refine",
    rule: "only a range of at least two values, not rounded, has values between its values",
    got: name,
    fix: "Write { range: [a, b], count }",
    path,
  });
}

/** The `refine:` or `stop:` of a sweep. @throws InputError */
export function resolveFollow(
  { refine, stop }: SweepSection,
  dimensions: readonly Dimension[],
  names: ReadonlyMap<string, string>,
  base: Readonly<Record<string, unknown>>,
): Follow | undefined {
  if (refine !== undefined && stop !== undefined) {
    throw new InputError({
      code: "incompatible",
      who: "sweep",
      rule: "refine and stop exclude each other",
      got: "both",
      path: ["sweep", "stop"],
    });
  }
  if (stop !== undefined) {
    const path = ["sweep", "stop", "when"];
    const label = atPath(path, () => parseExpression(stop.when));
    requireColumns(label, names, base, path);
    requireCondition(label, path);
    const along = dimensionOf(stop.along, dimensions, names, ["sweep", "stop", "along"]);
    return { kind: "stop", along, label, path };
  }
  if (refine === undefined) return undefined;
  const path = ["sweep", "refine", "by"];
  const label = atPath(path, () => parseExpression(refine.by));
  requireColumns(label, names, base, path);
  const over = refine.over.map((name, k) => {
    const at = ["sweep", "refine", "over", k];
    const found = dimensionOf(name, dimensions, names, at);
    requireRange(dimensions[found]!, name, at);
    return found;
  }) as [number, number];
  if (over[0] === over[1]) {
    throw new InputError({
      code: "conflict",
      who: "sweep.refine",
      rule: "over needs two different paths",
      got: refine.over.join(", "),
      path: ["sweep", "refine", "over"],
    });
  }
  return { kind: "refine", over, depth: refine.depth, label, path };
}
