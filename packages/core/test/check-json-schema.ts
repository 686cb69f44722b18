type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Schema = { readonly [keyword: string]: unknown };

const typeOf = (value: Json): string => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value;
};

const isType = (value: Json, type: string) => (type === "integer" ? Number.isInteger(value) : typeOf(value) === type);
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** Keyword → whether a value satisfies it, for the keywords of this subset of JSON Schema 2020-12. */
type Rule = (
  value: Json,
  argument: never,
  schema: Schema,
  check: (value: Json, schema: Schema) => boolean,
  root: Schema,
) => boolean;

const isObject = (value: Json): value is { readonly [key: string]: Json } => typeOf(value) === "object";
const ifNumber = (test: (value: number, argument: number) => boolean) => (value: Json, argument: number) =>
  typeof value !== "number" || test(value, argument);

const rules: Readonly<Record<string, Rule>> = {
  type: (value, type: string | string[]) => [type].flat().some((one) => isType(value, one)),
  const: (value, wanted: unknown) => same(value, wanted),
  enum: (value, wanted: unknown[]) => wanted.some((one) => same(value, one)),
  anyOf: (value, options: Schema[], _, check) => options.some((one) => check(value, one)),
  $ref: (value, path: string, _, check, root) => check(value, definition(root, path)),
  minimum: ifNumber((value, least) => value >= least),
  maximum: ifNumber((value, greatest) => value <= greatest),
  exclusiveMinimum: ifNumber((value, bound) => value > bound),
  minItems: (value, count: number) => !Array.isArray(value) || value.length >= count,
  maxItems: (value, count: number) => !Array.isArray(value) || value.length <= count,
  minProperties: (value, count: number) => !isObject(value) || Object.keys(value).length >= count,
  required: (value, keys: string[]) => !isObject(value) || keys.every((key) => key in value),
  propertyNames: (value, names: Schema, _, check) =>
    !isObject(value) || Object.keys(value).every((key) => check(key, names)),
  prefixItems: (value, items: Schema[], _, check) =>
    !Array.isArray(value) || items.every((one, k) => k >= value.length || check(value[k]!, one)),
  items(value, item: Schema | false, schema, check) {
    if (!Array.isArray(value)) return true;
    const rest = value.slice(((schema["prefixItems"] ?? []) as Schema[]).length) as Json[];
    return rest.every((one) => item !== false && check(one, item));
  },
  properties: (value, known: Record<string, Schema>, _, check) =>
    !isObject(value) ||
    Object.keys(value).every((key) => !Object.hasOwn(known, key) || check(value[key]!, known[key]!)),
  additionalProperties(value, others: Schema | false, schema, check) {
    if (!isObject(value)) return true;
    const known = (schema["properties"] ?? {}) as Record<string, Schema>;
    const rest = Object.keys(value).filter((key) => !Object.hasOwn(known, key));
    return rest.every((key) => others !== false && check(value[key]!, others));
  },
};

const annotations = new Set(["$schema", "title", "description", "default", "$defs"]);

/** What a $ref of the form #/$defs/name means. @throws Error when it leads nowhere */
export function definition(root: Schema, path: string): Schema {
  const name = /^#\/\$defs\/([\w-]+)$/.exec(path)?.[1];
  const found = (root["$defs"] as Record<string, Schema>)[name ?? ""];
  if (found === undefined) throw new Error(`${path} leads nowhere`);
  return found;
}

/** Whether a JSON value satisfies a schema. @throws Error at a keyword this checker does not know */
export function satisfies(value: unknown, root: Schema): boolean {
  const check = (one: Json, schema: Schema): boolean =>
    Object.entries(schema).every(([keyword, argument]) => {
      if (annotations.has(keyword)) return true;
      const rule = rules[keyword];
      if (rule === undefined) throw new Error(`this checker does not know the keyword ${keyword}`);
      return rule(one, argument as never, schema, check, root);
    });
  return check(value as Json, root);
}
