import { type ZodType, z } from "zod";

/** One parameter of a plug-in, as help and documentation show it. */
export interface ParameterDescription {
  readonly name: string;
  readonly doc: string;
  readonly symbol?: string;
  readonly unit?: string;
  readonly required: boolean;
  readonly default?: unknown;
  /** number, matrix, vector, a choice of words, … */
  readonly kind: string;
}

function unwrap(schema: ZodType): { inner: ZodType; required: boolean; fallback?: unknown } {
  let inner: ZodType = schema;
  let required = true;
  let fallback: unknown;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault) {
    required = false;
    if (!(inner instanceof z.ZodOptional)) fallback = inner.def.defaultValue;
    inner = inner.unwrap() as ZodType;
  }
  return { inner, required, ...(fallback === undefined ? {} : { fallback }) };
}

/** The meta of the outermost schema that has any: defaults and optionals wrap the one that was described. */
function metaOf(schema: ZodType): Record<string, unknown> {
  let current: ZodType = schema;
  for (;;) {
    const meta = z.globalRegistry.get(current) as Record<string, unknown> | undefined;
    if (meta !== undefined) return meta;
    if (!(current instanceof z.ZodOptional || current instanceof z.ZodDefault || current instanceof z.ZodPrefault))
      return {};
    current = current.unwrap() as ZodType;
  }
}

function kindOf(inner: ZodType, meta: Record<string, unknown>): string {
  if (typeof meta["numericKind"] === "string") return meta["numericKind"] as string;
  if (inner instanceof z.ZodEnum) return inner.options.join(" | ");
  if (inner instanceof z.ZodNumber) return inner.isInt ? "integer" : "number";
  if (inner instanceof z.ZodArray) return "list";
  return inner.def.type;
}

/** The parameters of a plug-in from its schema; a schema that is no object is one nameless parameter. */
export function describeParameters(schema: ZodType | undefined): ParameterDescription[] {
  if (schema === undefined) return [];
  const shape = schema instanceof z.ZodObject ? (schema.shape as Record<string, ZodType>) : { "": schema };
  return Object.entries(shape).map(([name, field]) => {
    const { inner, required, fallback } = unwrap(field);
    const meta = metaOf(field);
    const text = (key: string) => (typeof meta[key] === "string" ? { [key]: meta[key] as string } : {});
    return {
      name,
      doc: String(meta["doc"] ?? ""),
      ...text("symbol"),
      ...text("unit"),
      required,
      ...(fallback === undefined ? {} : { default: fallback }),
      kind: kindOf(inner, meta),
    };
  });
}
