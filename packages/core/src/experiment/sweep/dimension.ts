import { InputError, type SpecPath } from "../../foundation/errors/index.js";
import { isMapping } from "../../foundation/parameters/index.js";
import { stream } from "../../foundation/random/index.js";
import { parseParameters } from "../parse.js";
import { type Axis, interpolation, requireDistinct, resolveAxis } from "./axis.js";
import { halton, mostHaltonDimensions } from "./halton.js";
import { sampleSchema, seedsSchema } from "./section.js";

/** Name of the column that the seeds dimension fills. */
export const seedColumn = "seed";

/** What varies together: one index gives the value of each of its columns. */
export interface Dimension {
  /** Paths of the document, `$variables`, or `seed`. */
  readonly columns: readonly string[];
  /** Of each column: whether every value is a number. */
  readonly numeric: readonly boolean[];
  readonly size: number;
  readonly continuous: boolean;
  /** Values of the columns at the k-th point; k may be a fraction where the dimension is continuous. */
  at(k: number): readonly unknown[];
  /** Where it stands in the document, for messages. */
  readonly path: SpecPath;
}

function axisDimension(column: string, axis: Axis, path: SpecPath): Dimension {
  const { size, continuous, numeric } = axis;
  return { columns: [column], numeric: [numeric], size, continuous, at: (k) => [axis.at(k)], path };
}

function zipDimension(group: unknown, path: SpecPath): Dimension {
  const axes = isMapping(group) ? Object.entries(group) : [];
  if (axes.length < 2) {
    throw new InputError({
      code: "empty",
      who: "sweep.zip",
      rule: "needs at least two paths, each with its values",
      got: `${axes.length}`,
      path,
    });
  }
  const resolved = axes.map(([column, value]) => resolveAxis(value, `sweep.zip.${column}`, [...path, column]));
  const sizes = resolved.map((axis) => axis.size);
  if (new Set(sizes).size > 1) {
    throw new InputError({
      code: "wrong-shape",
      who: "sweep.zip",
      rule: "paths that vary together need equally many values",
      got: axes.map(([column], k) => `${column}: ${sizes[k]}`).join(", "),
      path,
    });
  }
  return {
    columns: axes.map(([column]) => column),
    numeric: resolved.map((axis) => axis.numeric),
    size: sizes[0]!,
    continuous: false,
    at: (k) => resolved.map((axis) => axis.at(k)),
    path,
  };
}

function listDimension(value: unknown, path: SpecPath): Dimension {
  const points = Array.isArray(value) ? value : [];
  const columns = isMapping(points[0]) ? Object.keys(points[0]) : [];
  if (points.length === 0 || columns.length === 0) {
    throw new InputError({
      code: "empty",
      who: "sweep.list",
      rule: "needs points, each { path: value, … }",
      got: points.length === 0 ? "none" : "{}",
      path,
    });
  }
  points.forEach((point: unknown, k) => {
    const keys = isMapping(point) ? Object.keys(point) : [];
    if (keys.length === columns.length && columns.every((column) => keys.includes(column))) return;
    throw new InputError({
      code: "wrong-shape",
      who: "sweep.list",
      rule: `every point must give ${columns.join(", ")}, as the first does`,
      got: keys.join(", ") || "nothing",
      path: [...path, k],
    });
  });
  const at = (k: number): unknown[] => columns.map((column) => (points[k] as Record<string, unknown>)[column]);
  requireDistinct(points.length, at, path);
  const numeric = columns.map((_, j) => points.every((_, k) => typeof at(k)[j] === "number"));
  return { columns, numeric, size: points.length, continuous: false, at, path };
}

/** Points of a box; the first points of a longer sample are those of a shorter one. */
function sampleDimension(value: unknown, path: SpecPath): Dimension {
  const { count, method, seed, over } = parseParameters("sweep.sample", sampleSchema, value, path);
  const columns = Object.keys(over);
  if (columns.length === 0 || (method === "halton" && columns.length > mostHaltonDimensions)) {
    throw new InputError({
      code: columns.length === 0 ? "empty" : "out-of-range",
      who: "sweep.sample",
      rule: method === "halton" ? `needs 1 to ${mostHaltonDimensions} paths` : "needs at least one path",
      got: String(columns.length),
      ...(columns.length > 0 ? { fix: "Write method: random" } : {}),
      path: [...path, "over"],
    });
  }
  const key = (column: string, step: number) => stream({ seed, purpose: `sweep sample ${column}`, step }).uniform();
  const shifts = columns.map((column) => key(column, 0));
  const draw = (k: number, j: number): number =>
    method === "random" ? key(columns[j]!, k + 1) : (halton(k, j) + shifts[j]!) % 1;
  const values = columns.map((column) => interpolation(over[column]!, [...path, "over", column]));
  return {
    columns,
    numeric: columns.map(() => true),
    size: count,
    continuous: false,
    at: (k) => values.map((value, j) => value(draw(k, j))),
    path,
  };
}

function seedsDimension(value: unknown, path: SpecPath): Dimension {
  const parsed = parseParameters("sweep.seeds", seedsSchema, value, path);
  if (Array.isArray(parsed)) return axisDimension(seedColumn, resolveAxis(parsed, "sweep.seeds", path), path);
  const { from, count } = typeof parsed === "number" ? { from: 1, count: parsed } : parsed;
  const axis: Axis = { size: count, numeric: true, continuous: false, at: (k) => from + k };
  return axisDimension(seedColumn, axis, path);
}

/** The dimensions that one key of `sweep:` stands for; none for derive, where, measure and the like. */
export function resolveDimensions(key: string, value: unknown): readonly Dimension[] {
  const path = ["sweep", key];
  if (key === "zip")
    return Array.isArray(value)
      ? value.map((group, k) => zipDimension(group, [...path, k]))
      : [zipDimension(value, path)];
  if (key === "list") return [listDimension(value, path)];
  if (key === "sample") return [sampleDimension(value, path)];
  if (key === "seeds") return [seedsDimension(value, path)];
  return [axisDimension(key, resolveAxis(value, `sweep.${key}`, path), path)];
}
