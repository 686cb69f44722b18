import { z } from "zod";

const expression = z.union([z.string(), z.number()]);
const scale = z
  .enum(["linear", "log"])
  .default("linear")
  .meta({ doc: "log: equal ratios instead of equal differences" });
const ends = z.tuple([z.number(), z.number()]).meta({ doc: "[first, last], both included" });

export const rangeSchema = z.strictObject({
  range: ends,
  count: z.number().int().min(1).meta({ doc: "number of values", unit: "1" }),
  scale,
  round: z.boolean().default(false).meta({ doc: "round to integers" }),
});
export const valuesSchema = z.array(z.unknown()).min(1);

/** The values of one swept path. */
const axisSchema = z
  .union([valuesSchema, rangeSchema])
  .meta({ doc: "a list of values, or { range: [a, b], count, scale: linear | log, round }" });
const group = z.record(z.string(), axisSchema);

/** `sample:` — points drawn from a box. */
export const sampleSchema = z.strictObject({
  count: z.number().int().min(1).meta({ doc: "number of points; more points keep those there are", unit: "1" }),
  method: z
    .enum(["random", "halton"])
    .default("random")
    .meta({ doc: "random: independent uniform; halton: low discrepancy, shifted by the seed" }),
  seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(1).meta({ doc: "seed of the points", unit: "1" }),
  over: z
    .record(
      z.string(),
      z.strictObject({ range: ends, scale, round: z.boolean().default(false).meta({ doc: "round to integers" }) }),
    )
    .meta({ doc: "path: { range: [a, b], scale, round }" }),
});

export const seedsSchema = z.union([
  z.number().int().min(1),
  z.array(z.number().int().min(0)).min(1),
  z.strictObject({
    from: z.number().int().min(0).default(1).meta({ doc: "first seed", unit: "1" }),
    count: z.number().int().min(1).meta({ doc: "number of seeds", unit: "1" }),
  }),
]);

export const measures = ["levels", "distances", "series", "analysis"] as const;
export type Measure = (typeof measures)[number];

/** `refine:` — bisection of a boundary. */
export const refineSchema = z.strictObject({
  over: z.tuple([z.string(), z.string()]).meta({ doc: "two swept paths, each a range" }),
  by: z.string().meta({ doc: "expression over the columns of a cell whose value tells the two sides apart" }),
  depth: z.number().int().min(1).max(20).default(3).meta({ doc: "how often a square is halved", unit: "1" }),
});

/** `stop:` — leave out what comes after. */
export const stopSchema = z.strictObject({
  along: z.string().meta({ doc: "a swept path" }),
  when: z.string().meta({ doc: "condition over the columns of a cell; the values after it are left out" }),
});

/** The keys of `sweep:` that are no paths. No section of a document has one of these names. */
export const reservedSchema = z.object({
  zip: z
    .union([group, z.array(group).min(1)])
    .optional()
    .meta({ doc: "paths that vary together: { path: values, … }, or a list of such groups" }),
  list: z
    .array(z.record(z.string(), z.unknown()))
    .min(1)
    .optional()
    .meta({ doc: "points one by one: [{ path: value, … }, …]" }),
  sample: sampleSchema.optional().meta({ doc: "points drawn from a box" }),
  seeds: seedsSchema
    .optional()
    .meta({ doc: "n, [seeds] or { from, count }: the seed of noise and tokens as a dimension" }),
  derive: z.record(z.string(), expression).optional().meta({ doc: "path: expression over the swept values" }),
  where: z
    .union([z.string(), z.array(z.string()).min(1)])
    .optional()
    .meta({ doc: "conditions over the swept values; other cells are left out" }),
  refine: refineSchema.optional().meta({ doc: "adaptive refinement of a boundary" }),
  stop: stopSchema.optional().meta({ doc: "early stop along one path" }),
  measure: z
    .array(z.enum(measures))
    .min(1)
    .default(["levels"])
    .meta({ doc: "what a cell's row holds: levels, distances, series, analysis" }),
  keep: z.literal("runs").optional().meta({ doc: "runs: a full run directory for every cell" }),
});

/** `sweep:` — reserved keys, and paths of the document with their values. */
export const sweepSchema = reservedSchema.catchall(axisSchema);
export type SweepSection = z.output<typeof sweepSchema>;
export type RangeSpec = z.output<typeof rangeSchema>;
