import { type ZodType, z } from "zod";
import { InputError, type InputErrorCode, nearestOf, type SpecPath, show } from "../foundation/errors/index.js";

type Issue = z.core.$ZodIssue;

function valueAt(root: unknown, path: SpecPath): unknown {
  let value = root;
  for (const key of path) value = (value as Record<string | number, unknown> | undefined)?.[key];
  return value;
}

/** Without defaults and optionals; of a union the member that has keys. */
function unwrap(one: unknown): unknown {
  let inner = one;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault)
    inner = inner.unwrap();
  if (!(inner instanceof z.ZodUnion)) return inner;
  return inner.options.find((option) => option instanceof z.ZodObject) ?? inner;
}

/** The schema at a path, as it was written: with its defaults. */
function schemaAt(schema: ZodType, path: SpecPath): unknown {
  let current: unknown = schema;
  for (const key of path) {
    const inner = unwrap(current);
    if (inner instanceof z.ZodObject) current = (inner.shape as Record<string, unknown>)[String(key)];
    else if (inner instanceof z.ZodArray) current = inner.element;
    else if (inner instanceof z.ZodRecord) current = inner.valueType;
    else return undefined;
  }
  return current;
}

/** The keys an object schema knows at a path inside it; empty where there is no object. */
function keysAt(schema: ZodType, path: SpecPath): string[] {
  const last = unwrap(schemaAt(schema, path));
  return last instanceof z.ZodObject ? Object.keys(last.shape) : [];
}

/** What the schema at a path says of itself. */
function docAt(schema: ZodType, path: SpecPath): string | undefined {
  const found = schemaAt(schema, path);
  const doc = found instanceof z.ZodType ? z.globalRegistry.get(found)?.["doc"] : undefined;
  return typeof doc === "string" ? doc : undefined;
}

/** Inside a union, the issue of the member that got furthest: a key it does not know, or a value deeper down. */
function innermost(issue: Issue): Issue {
  if (issue.code !== "invalid_union") return issue;
  const inside = issue.errors.flat();
  const deeper = inside.find((one) => one.code === "unrecognized_keys") ?? inside.find((one) => one.path.length > 0);
  return deeper === undefined ? issue : innermost({ ...deeper, path: [...issue.path, ...deeper.path] });
}

function codeOf(issue: Issue, got: unknown): InputErrorCode {
  if (issue.code === "invalid_type") {
    if (got === undefined) return "missing";
    return typeof got === "number" && !Number.isFinite(got) ? "not-finite" : "wrong-type";
  }
  if (issue.code === "too_small" || issue.code === "too_big") return "out-of-range";
  return issue.code === "invalid_value" ? "unknown-name" : "wrong-type";
}

/** What zod expects, in words. */
const typeWords: Readonly<Record<string, string>> = {
  int: "an integer",
  record: "a mapping of names to values",
  object: "a mapping of keys to values",
  array: "a list",
  tuple: "a list",
  boolean: "true or false",
};

/** A bound that a number, or the length of a list, does not keep. */
function boundOf(issue: Extract<Issue, { code: "too_small" | "too_big" }>): string {
  const [bound, strict, weak] =
    issue.code === "too_small" ? [issue.minimum, ">", "≥"] : ([issue.maximum, "<", "≤"] as const);
  if (issue.origin === "number" || issue.origin === "int") return `must be ${issue.inclusive ? weak : strict} ${bound}`;
  const entries = `${bound} ${Number(bound) === 1 ? "entry" : "entries"}`;
  return `must have at ${issue.code === "too_small" ? "least" : "most"} ${entries}`;
}

function ruleOf(issue: Issue, doc: string | undefined): string {
  if (issue.code === "invalid_union" && doc !== undefined) return `must be ${doc}`;
  if (issue.code === "invalid_value") {
    if (!issue.message.startsWith("Invalid")) return issue.message;
    return `must be ${issue.values.length > 1 ? "one of " : ""}${issue.values.map(String).join(", ")}`;
  }
  if (issue.code === "too_small" || issue.code === "too_big") return boundOf(issue);
  if (issue.code === "invalid_type") {
    const { expected } = issue;
    return `must be ${typeWords[expected] ?? `${/^[aeiou]/.test(expected) ? "an" : "a"} ${expected}`}`;
  }
  return issue.message.replace(/^Invalid input: /, "").replace(/^expected /, "must be ");
}

function toInputError(who: string, schema: ZodType, first: Issue, root: unknown, path: SpecPath): InputError {
  const issue = innermost(first);
  const inner = issue.path.filter((key) => typeof key !== "symbol") as (string | number)[];
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0]!;
    const known = keysAt(schema, inner);
    return new InputError({
      code: "unknown-key",
      who,
      rule: `"${key}" is not a key here`,
      fix:
        known.length === 0
          ? "It takes no keys"
          : `Did you mean "${nearestOf(key, known)}"? The keys are ${known.join(", ")}`,
      details: { key, known },
      path: [...path, ...inner, key],
    });
  }
  const got = valueAt(root, inner);
  const code = codeOf(issue, got);
  const name = [who, ...inner].join(".");
  const doc = docAt(schema, inner);
  if (code === "missing") {
    const fix = doc === undefined ? {} : { fix: `Give ${doc}` };
    return new InputError({ code, who: name, rule: "is needed", ...fix, path: [...path, ...inner] });
  }
  return new InputError({ code, who: name, rule: ruleOf(issue, doc), got: show(got), path: [...path, ...inner] });
}

/** Parses with a schema; the first issue becomes an InputError with the full path. */
export function parseParameters<T>(who: string, schema: ZodType<T>, value: unknown, path: SpecPath): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { issues } = result.error;
  // A misspelt key also leaves the right one missing: the misspelling is the news.
  const first = issues.find((issue) => issue.code === "unrecognized_keys") ?? issues[0]!;
  throw toInputError(who, schema, first, value, path);
}
