import { type ZodType, z } from "zod";
import { describeParameters } from "./describe.js";
import type { Choosable } from "./choice.js";
import type { Plugins } from "./plugins.js";
import { documentSchema, stepsSchema } from "./spec.js";

type JsonSchema = Record<string, unknown>;

const numbers = { type: "array", items: { type: "number" } };
const file = {
  type: "object",
  description: "an array read from a NumPy file, relative to the experiment file",
  properties: { file: { type: "string" }, key: { type: "string" } },
  required: ["file"],
  additionalProperties: false,
};

/** Plain values of each numeric kind, before schedules. */
const plain: Readonly<Record<string, readonly JsonSchema[]>> = {
  scalar: [
    { type: "number" },
    { type: "object", properties: { "log-n": { type: "number" } }, required: ["log-n"], additionalProperties: false },
  ],
  vector: [{ type: "number" }, numbers, file],
  matrix: [
    { const: "identity" },
    { type: "array", items: numbers },
    { type: "object", properties: { scale: { type: "number" } }, required: ["scale"], additionalProperties: false },
    { type: "object", properties: { diagonal: numbers }, required: ["diagonal"], additionalProperties: false },
    {
      type: "object",
      properties: {
        random: { enum: ["ginibre", "goe", "wishart", "orthogonal"] },
        scale: { type: "number", default: 1 },
        seed: { type: "integer", minimum: 0, default: 1 },
      },
      required: ["random"],
      additionalProperties: false,
    },
    file,
  ],
};

/** A value of this kind, or a schedule of such values in depth. */
function scheduled(kind: string): JsonSchema {
  const value = { anyOf: plain[kind] };
  const piece = { type: "object", properties: { until: { type: "number" }, value }, required: ["value"], additionalProperties: false };
  const schedule = (key: string, items: JsonSchema) => ({
    type: "object",
    properties: { [key]: { type: "array", items, minItems: 1 } },
    required: [key],
    additionalProperties: false,
  });
  return { anyOf: [...plain[kind]!, schedule("piecewise", piece), schedule("by-layer", value)] };
}

function convert(schema: ZodType): JsonSchema {
  const { $schema: _, ...converted } = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    override({ zodSchema, jsonSchema }) {
      const meta = z.globalRegistry.get(zodSchema as unknown as ZodType) as Record<string, unknown> | undefined;
      if (meta === undefined) return;
      for (const key of ["symbol", "slider", "unit", "numericKind", "family", "families", "list"]) delete jsonSchema[key];
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
  const levels = Object.fromEntries(plugins.levels.map(({ name, params, doc }) => [name, parametersSchema(params, doc)]));
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Meanfield experiment",
    ...root,
    required: ["model", "initial", "levels"],
    properties: {
      ...properties,
      levels: {
        type: "object",
        description: properties["levels"]!["description"],
        properties: levels,
        additionalProperties: false,
        minProperties: 1,
      },
    },
    $defs: {
      scalar: scheduled("scalar"),
      vector: scheduled("vector"),
      matrix: scheduled("matrix"),
      steps: convert(stepsSchema),
      attention: choiceSchema(plugins.attention),
      masks: choiceSchema(plugins.masks),
      feedforward: choiceSchema(plugins.feedforward),
      geometry: choiceSchema(plugins.geometry.map(({ name, doc }) => ({ name, doc }))),
      laws: choiceSchema(plugins.laws),
      methods: choiceSchema(plugins.methods),
      observables: choiceSchema(plugins.observables),
      distances: choiceSchema(plugins.distances),
    },
  };
}
