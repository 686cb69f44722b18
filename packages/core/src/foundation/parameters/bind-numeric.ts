import { atPath, InputError, nearestOf, show } from "../errors/index.js";
import { identity } from "../linear-algebra/index.js";
import { type RandomMatrixKind, randomMatrix } from "../random/index.js";
import { isMapping } from "./is-mapping.js";
import { isFileArray, randomKinds, requireArray, requireNumber } from "./numeric-spec.js";
import { requireRoom } from "./require-room.js";
import { constant, piecewise, type Scheduled } from "./schedule.js";

/** What numbers in a spec are resolved against: the law owns d and n, the solve section the span. */
export interface NumericContext {
  readonly d: number;
  /** Number of tokens, where the law has tokens. */
  readonly n?: number;
  readonly span: readonly [number, number];
}

/** The size a matrix must have; "any" lets the spec decide. */
export interface MatrixSize {
  readonly rows: number | "any";
  readonly columns: number;
}

/** A matrix with its number of rows. Shape [rows, columns]. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

function onlyKeys(value: Record<string, unknown>, keys: readonly string[], who: string): void {
  for (const key of Object.keys(value)) {
    if (!keys.includes(key)) {
      throw new InputError({
        code: "unknown-key",
        who,
        rule: `"${key}" is not a key here`,
        fix: `Did you mean "${nearestOf(key, keys)}"? The keys are ${keys.join(", ")}`,
        path: [key],
      });
    }
  }
}

function square(size: MatrixSize, who: string, what: string): number {
  if (size.rows !== "any" && size.rows !== size.columns) {
    throw new InputError({
      code: "wrong-shape",
      who,
      rule: `must be ${size.rows}×${size.columns}, so it cannot be square`,
      got: what,
      fix: "Write the rows out",
    });
  }
  return size.columns;
}

/** Rows of a random matrix: those that must be, those asked for (a head of d_k < d), or a square's. */
function randomRows(value: Record<string, unknown>, kind: string, size: MatrixSize, who: string): number {
  const asked = value["rows"];
  if (asked === undefined) {
    return kind === "ginibre" && size.rows !== "any" ? size.rows : square(size, who, `random: ${kind}`);
  }
  const rows = requireNumber(asked, `${who}.rows`, ["rows"]);
  const free = kind === "ginibre" || kind === "orthogonal";
  const fits = Number.isSafeInteger(rows) && rows >= 1 && (size.rows === "any" || rows === size.rows);
  if (fits && (free || rows === size.columns)) return rows;
  throw new InputError({
    code: "out-of-range",
    who: `${who}.rows`,
    rule: free
      ? `rows must be a positive integer${size.rows === "any" ? "" : `, ${size.rows} here`}`
      : `a ${kind} matrix is square: rows must be ${size.columns}`,
    got: show(asked),
    path: ["rows"],
  });
}

function randomFromSpec(value: Record<string, unknown>, size: MatrixSize, who: string): Matrix {
  onlyKeys(value, ["random", "scale", "seed", "rows"], who);
  const kind = value["random"];
  if (typeof kind !== "string" || !randomKinds.includes(kind as RandomMatrixKind)) {
    throw new InputError({
      code: "unknown-name",
      who,
      rule: `random must be one of ${randomKinds.join(", ")}`,
      got: show(kind),
      path: ["random"],
    });
  }
  const seed = requireNumber(value["seed"] ?? 1, `${who}.seed`, ["seed"]);
  const rows = randomRows(value, kind, size, who);
  requireRoom(who, [rows, size.columns], "Lower rows, or d", { path: [] });
  const xavier = Math.sqrt(2 / (rows + size.columns));
  const scale = value["scale"] === "xavier" ? xavier : requireNumber(value["scale"] ?? 1, `${who}.scale`, ["scale"]);
  return { rows, columns: size.columns, data: randomMatrix(kind as RandomMatrixKind, rows, size.columns, scale, seed) };
}

/** One matrix of a spec. @throws InputError wrong-shape, wrong-type, not-finite, unknown-key, unknown-name */
export function bindMatrix(value: unknown, size: MatrixSize, who: string): Matrix {
  const least = size.rows === "any" ? 1 : size.rows;
  requireRoom(who, [least, size.columns], "Lower d, or the number of rows", { path: [] });
  const scaled = (d: number, entry: (i: number) => number): Matrix => {
    requireRoom(who, [d, d], "Lower d", { path: [] });
    const data = identity(d);
    for (let i = 0; i < d; i++) data[i * d + i] = entry(i);
    return { rows: d, columns: d, data };
  };
  if (value === "identity") return scaled(square(size, who, "identity"), () => 1);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value === null) {
    throw new InputError({
      code: "wrong-type",
      who,
      rule: "a matrix is nested arrays, identity, { scale: s }, { diagonal: […] }, { random: … } or { file: … }",
      got: show(value),
      ...(typeof value === "number" ? { fix: `For ${value}·I write { scale: ${value} }` } : {}),
    });
  }
  if (isMapping(value) && !isFileArray(value) && !("file" in value)) {
    if ("random" in value) return randomFromSpec(value, size, who);
    if ("scale" in value) {
      onlyKeys(value, ["scale"], who);
      const scale = requireNumber(value["scale"], `${who}.scale`, ["scale"]);
      return scaled(square(size, who, "scale"), () => scale);
    }
    if ("diagonal" in value) {
      onlyKeys(value, ["diagonal"], who);
      const { data } = atPath(["diagonal"], () => requireArray(value["diagonal"], 1, `${who}.diagonal`));
      const d = square(size, who, "diagonal");
      requireLength(data.length, d, `${who}.diagonal`, ["diagonal"]);
      return scaled(d, (i) => data[i]!);
    }
    onlyKeys(value, ["scale", "diagonal", "random", "seed", "file", "key", "piecewise", "by-layer"], who);
    throw new InputError({ code: "wrong-type", who, rule: "this is not a matrix", got: show(value) });
  }
  const array = requireArray(value, 2, who);
  const [rows, columns] = array.shape as [number, number];
  if (columns !== size.columns || (size.rows !== "any" && rows !== size.rows)) {
    const want = `${size.rows === "any" ? "k" : size.rows}×${size.columns}`;
    throw new InputError({ code: "wrong-shape", who, rule: `must be ${want}`, got: `${rows}×${columns}` });
  }
  return { rows, columns, data: array.data };
}

function requireLength(found: number, wanted: number, who: string, path: readonly (string | number)[] = []): void {
  if (found !== wanted) {
    throw new InputError({
      code: "wrong-shape",
      who,
      rule: `must have ${wanted} ${wanted === 1 ? "entry" : "entries"}`,
      got: String(found),
      path,
    });
  }
}

/** One vector of a spec; a number is a constant vector. */
export function bindVector(value: unknown, length: number | "any", who: string): Float64Array {
  if (typeof value === "number") {
    const entry = requireNumber(value, who);
    return new Float64Array(length === "any" ? 1 : length).fill(entry);
  }
  const { data } = requireArray(value, 1, who);
  if (length !== "any") requireLength(data.length, length, who);
  return data;
}

/** A number of a spec, or { log-n: γ } for γ log n. */
export function bindScalar(value: unknown, context: NumericContext, who: string): number {
  if (isMapping(value) && "log-n" in value) {
    onlyKeys(value, ["log-n"], who);
    const gamma = requireNumber(value["log-n"], `${who}.log-n`, ["log-n"]);
    if (context.n === undefined) {
      throw new InputError({
        code: "incompatible",
        who,
        rule: "{ log-n: γ } needs a number of tokens",
        got: "a law without tokens",
        fix: "Give initial an n",
      });
    }
    return gamma * Math.log(context.n);
  }
  return requireNumber(value, who);
}

/** Any of the above, or a schedule of it: { piecewise: [{ until, value }, …] } or { by-layer: […] }. */
export function bindSchedule<T>(
  value: unknown,
  context: NumericContext,
  who: string,
  bind: (value: unknown) => T,
): Scheduled<T> {
  if (isMapping(value) && "piecewise" in value) {
    onlyKeys(value, ["piecewise"], who);
    return atPath(["piecewise"], () => piecewiseFromSpec(value["piecewise"], context, who, bind));
  }
  if (isMapping(value) && "by-layer" in value) {
    onlyKeys(value, ["by-layer"], who);
    const list = value["by-layer"];
    if (!Array.isArray(list) || list.length === 0) {
      throw new InputError({
        code: "wrong-type",
        who,
        rule: "by-layer must be a list of at least one value",
        got: show(list),
        path: ["by-layer"],
      });
    }
    const [start, end] = context.span;
    const values = list.map((entry, i) => atPath(["by-layer", i], () => bind(entry)));
    return piecewise(
      values.slice(1).map((_, i) => start + ((i + 1) / values.length) * (end - start)),
      values,
    );
  }
  return constant(bind(value));
}

function piecewiseFromSpec<T>(
  list: unknown,
  context: NumericContext,
  who: string,
  bind: (value: unknown) => T,
): Scheduled<T> {
  if (!Array.isArray(list) || list.length === 0) {
    throw new InputError({
      code: "wrong-type",
      who,
      rule: "piecewise must be a list of { until, value }",
      got: show(list),
    });
  }
  const untils: number[] = [];
  const values = list.map((entry: unknown, i) =>
    atPath([i], () => {
      if (!isMapping(entry) || !("value" in entry)) {
        throw new InputError({ code: "missing", who, rule: "each piece needs { until, value }", got: show(entry) });
      }
      onlyKeys(entry, ["until", "value"], who);
      const final = i === list.length - 1;
      const until =
        final && entry["until"] === undefined
          ? context.span[1]
          : requireNumber(entry["until"], `${who}.until`, ["until"]);
      if (until <= (untils.at(-1) ?? context.span[0])) {
        const rule = "until must increase from piece to piece, beginning after the start of the span";
        throw new InputError({ code: "out-of-range", who, rule, got: String(until), path: ["until"] });
      }
      if (final && until < context.span[1]) {
        throw new InputError({
          code: "out-of-range",
          who,
          rule: `the last piece must reach the end of the span (${context.span[1]})`,
          got: `until: ${until}`,
          fix: "Leave its until out to let it hold to the end",
          path: ["until"],
        });
      }
      untils.push(until);
      return atPath(["value"], () => bind(entry["value"]));
    }),
  );
  return piecewise(untils.slice(0, -1), values);
}
