import { type ZodType, z } from "zod";
import { type NumericKind, randomKinds } from "../foundation/parameters/index.js";
import type { Choosable } from "./choice.js";
import { describeParameters } from "./describe.js";
import type { Plugins } from "./plugins.js";
import { documentSchema, stepsSchema } from "./spec.js";
import { sweepSchema } from "./sweep/section.js";

type JsonSchema = Record<string, unknown>;

const numbers = { type: "array", items: { type: "number" } };

/** { key: value } and nothing else; keys that end in "?" may be left out. */
function record(description: string, fields: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const properties = Object.fromEntries(Object.entries(fields).map(([key, value]) => [key.replace("?", ""), value]));
  const required = Object.keys(fields).filter((key) => !key.endsWith("?"));
  return { type: "object", description, properties, required, additionalProperties: false };
}

const file = record("an array read from a NumPy file", {
  file: { type: "string", description: "path of an .npy or .npz file, relative to the experiment file" },
  "key?": { type: "string", description: "name of the array in an .npz file" },
});

/** Plain values of each numeric kind, before schedules. */
const plain: Readonly<Record<NumericKind, readonly JsonSchema[]>> = {
  scalar: [
    { type: "number" },
    record("γ log n", { "log-n": { type: "number", description: "γ in γ log n, n the number of tokens" } }),
  ],
  vector: [{ type: "number", description: "a constant vector" }, numbers, file],
  matrix: [
    { const: "identity" },
    { type: "array", description: "rows", items: numbers },
    record("s times the identity", { scale: { type: "number", description: "s in s·I" } }),
    record("a diagonal matrix", { diagonal: { ...numbers, description: "the diagonal" } }),
    record("a random matrix", {
      random: { enum: randomKinds, description: "its ensemble" },
      "scale?": {
        anyOf: [{ type: "number" }, { const: "xavier" }],
        default: 1,
        description: "factor of the matrix; xavier is √(2/(rows + columns))",
      },
      "seed?": { type: "integer", minimum: 0, default: 1, description: "seed of the draw" },
      "rows?": {
        type: "integer",
        minimum: 1,
        description: "rows of a query or key matrix, for ginibre and orthogonal",
      },
    }),
    file,
  ],
};

/** $defs of a numeric kind: its plain values, and these or a schedule of them in depth. */
function numericDefinitions(kind: NumericKind): Record<string, JsonSchema> {
  const value = { $ref: `#/$defs/plain-${kind}`, description: "the value of this piece" };
  const piece = record("one piece in depth", {
    "until?": { type: "number", description: "depth at which the piece ends; the last piece may leave it out" },
    value,
  });
  const list = (description: string, items: JsonSchema) => ({ type: "array", description, items, minItems: 1 });
  return {
    [kind]: {
      anyOf: [
        { $ref: `#/$defs/plain-${kind}` },
        record("a schedule in depth", { piecewise: list("pieces { until, value }", piece) }),
        record("a schedule in depth", { "by-layer": list("one value for each of equal parts of the span", value) }),
      ],
    },
    [`plain-${kind}`]: { anyOf: plain[kind] },
  };
}

function convert(schema: ZodType): JsonSchema {
  const { $schema: _, ...converted } = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    override({ zodSchema, jsonSchema }) {
      const meta = z.globalRegistry.get(zodSchema as unknown as ZodType) as Record<string, unknown> | undefined;
      if (meta === undefined) return;
      for (const key of ["symbol", "slider", "unit", "numericKind", "family", "families", "list"])
        delete jsonSchema[key];
      if (typeof meta["doc"] === "string") jsonSchema.description = meta["doc"];
      delete jsonSchema["doc"];
      const numeric = meta["numericKind"];
      if (typeof numeric === "string") jsonSchema["$ref"] = `#/$defs/${numeric}`;
      const family = meta["family"];
      if (typeof family !== "string") return;
      const one = { $ref: `#/$defs/${family}` };
      if (meta["list"] === true) jsonSchema.anyOf = [one, { type: "array", items: one, minItems: 1 }];
      else if (jsonSchema.type === "array") jsonSchema.items = one;
      else jsonSchema["$ref"] = one.$ref;
    },
  }) as JsonSchema;
  return converted;
}

const needsNothing = (params: ZodType | undefined) => describeParameters(params).every((one) => !one.required);

/** The parameters of a plug-in; nothing at all (`particles:`) where none is needed. */
function parametersSchema(params: ZodType, doc: string | undefined): JsonSchema {
  const schema = convert(params);
  const described = doc === undefined ? schema : { ...schema, description: doc };
  return schema["type"] === "object" && needsNothing(params) ? { ...described, type: ["object", "null"] } : described;
}

/** A plug-in is its name, or { name: parameters }. */
function choiceSchema(catalog: readonly (Choosable & { readonly doc: string })[]): JsonSchema {
  const bare = catalog.filter((member) => needsNothing(member.params));
  const withParameters = catalog.flatMap(({ name, params, doc }) => {
    if (params === undefined) return [];
    const properties = { [name]: parametersSchema(params, doc) };
    return [{ type: "object", description: doc, properties, required: [name], additionalProperties: false }];
  });
  return { anyOf: [...bare.map(({ name, doc }) => ({ const: name, description: doc })), ...withParameters] };
}

/**
 * The JSON Schema of an experiment document, made from the plug-ins' own schemas: what `schema.json` holds and editors
 * complete from.
 */
export function experimentJsonSchema(plugins: Plugins): JsonSchema {
  const root = convert(documentSchema);
  const properties = root["properties"] as Record<string, JsonSchema>;
  const levels = Object.fromEntries(
    plugins.levels.map(({ name, params, doc }) => [name, parametersSchema(params, doc)]),
  );
  const none = z.strictObject({});
  const analyses = Object.fromEntries(
    plugins.analysis.map(({ name, params, doc }) => [name, parametersSchema(params ?? none, doc)]),
  );
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Meanfield experiment",
    ...root,
    required: ["model", "initial", "levels"],
    properties: {
      ...properties,
      sweep: { ...convert(sweepSchema), type: ["object", "null"], description: properties["sweep"]!["description"] },
      analyze: {
        type: ["object", "null"],
        description: properties["analyze"]!["description"],
        properties: analyses,
        additionalProperties: false,
      },
      levels: {
        type: "object",
        description: properties["levels"]!["description"],
        properties: levels,
        additionalProperties: false,
        minProperties: 1,
      },
    },
    $defs: {
      ...numericDefinitions("scalar"),
      ...numericDefinitions("vector"),
      ...numericDefinitions("matrix"),
      steps: convert(stepsSchema),
      attention: choiceSchema(plugins.attention),
      masks: choiceSchema(plugins.masks),
      normalization: choiceSchema(plugins.normalization),
      feedforward: choiceSchema(plugins.feedforward),
      noise: choiceSchema(plugins.noise),
      geometry: choiceSchema(plugins.geometry.map(({ name, doc }) => ({ name, doc }))),
      laws: choiceSchema(plugins.laws),
      methods: choiceSchema(plugins.methods),
      observables: choiceSchema(plugins.observables),
      distances: choiceSchema(plugins.distances),
    },
  };
}
