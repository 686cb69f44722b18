import { InputError, type SpecPath, show } from "@meanfield/core/foundation/errors";

/** What JSON can say. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

function refuse(
  who: string,
  code: "not-finite" | "wrong-type",
  rule: string,
  got: unknown,
  path: SpecPath,
): InputError {
  const where = path.length === 0 ? who : `${who}.${path.join(".")}`;
  return new InputError({ code, who: where, rule, got: show(got), path });
}

/**
 * The value as plain JSON: properties that are `undefined` are left out, everything JSON cannot say is refused.
 * @param who named in messages
 * @throws InputError not-finite (NaN, Infinity), wrong-type (typed arrays, functions, class instances, …)
 */
export function toJson(value: unknown, who: string, path: SpecPath = []): JsonValue {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw refuse(who, "not-finite", "must be finite to be written as JSON", value, path);
    return value;
  }
  if (Array.isArray(value)) return value.map((item, i) => toJson(item, who, [...path, i]));
  if (typeof value === "object") {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) {
      const entries = Object.entries(value).filter(([, item]) => item !== undefined);
      return Object.fromEntries(entries.map(([key, item]) => [key, toJson(item, who, [...path, key])]));
    }
  }
  throw refuse(who, "wrong-type", "must be a JSON value (typed arrays: toNested first)", value, path);
}

function print(value: JsonValue): string {
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(print).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const record = value as { readonly [key: string]: JsonValue };
  const keys = Object.keys(record).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${keys.map((key) => `${JSON.stringify(key)}:${print(record[key]!)}`).join(",")}}`;
}

/**
 * Canonical JSON: keys sorted by UTF-16 code units, shortest numbers that read back the same, no white space.
 * Values that are equal as JSON give equal texts, whatever order their keys were written in. −0 is written 0.
 * @throws InputError not-finite, wrong-type
 */
export function canonicalJson(value: unknown, who = "canonical JSON"): string {
  return print(toJson(value, who));
}
