import { z } from "zod";
import { seedParameter } from "../foundation/parameters/index.js";
import { statisticsSchema } from "./ensemble/statistics-spec.js";

const time = z.number().meta({ unit: "depth" });
const every = z.number().positive().meta({ doc: "interval between records", unit: "depth" });

/** Times, as a list or as powers. */
const timesSchema = z.union([
  z.array(time).min(1),
  z
    .strictObject({
      range: z.tuple([time.positive(), time.positive()]).meta({ doc: "first and last time", unit: "depth" }),
      count: z.number().int().min(2).max(1_000_000).meta({ doc: "how many times", unit: "1" }),
      scale: z.literal("log").meta({ doc: "log: equal factors between the times" }),
    })
    .meta({ doc: "{ range: [a, b], count, scale: log }: times at equal factors" }),
]);

/** `solve.time:` — the variable the steps are made in. */
export const timeSchema = z.strictObject({
  log: z
    .strictObject({
      scale: z.number().positive().default(1).meta({ doc: "depth from which on steps grow with depth", unit: "depth" }),
    })
    .meta({ doc: "steps in log(1 + (t − t0)/scale)" }),
});

/** `solve:` — how the levels are integrated. */
export const solveSchema = z.strictObject({
  span: z.tuple([time, time]).default([0, 1]).meta({ doc: "[t0, t1] in depth", unit: "depth" }),
  method: z.unknown().default("tsit5").meta({ doc: "a method, or { name: options }", family: "methods" }),
  steps: z
    .unknown()
    .default({ adaptive: { rtol: 1e-8, atol: 1e-10 } })
    .meta({ doc: "{ adaptive: { rtol, atol, maxSteps } } or { fixed: { dt } }", numericKind: "steps" }),
  time: timeSchema.optional().meta({ doc: "the variable the steps are made in; depth when left out" }),
  seed: seedParameter("seed of the noise; initial.*.seed draws the tokens"),
  repeats: z
    .number()
    .int()
    .min(1)
    .max(2 ** 31)
    .default(1)
    .meta({ doc: "independent draws of tokens and noise; statistics over them are streamed", unit: "1" }),
});

export const stepsSchema = z.union([
  z.strictObject({
    adaptive: z
      .strictObject({
        rtol: z.number().default(1e-8).meta({ doc: "relative tolerance of a step", unit: "1" }),
        atol: z.number().default(1e-10).meta({ doc: "absolute tolerance of a step", unit: "1" }),
        maxSteps: z
          .number()
          .int()
          .positive()
          .default(1_000_000)
          .meta({ doc: "the run fails after this many steps", unit: "1" }),
      })
      .meta({ doc: "steps as long as the tolerances allow" }),
  }),
  z.strictObject({
    fixed: z
      .strictObject({ dt: z.number().meta({ doc: "length of a step", unit: "depth" }) })
      .meta({ doc: "steps of one length" }),
  }),
]);

/** `backend:` — who computes the kernels. */
export const backendSchema = z.strictObject({
  name: z.string().default("auto").meta({ doc: "auto, or the name of a backend", unit: "1" }),
  precision: z.enum(["f64", "f32"]).default("f64").meta({ doc: "precision of pair sums", unit: "1" }),
  threads: z
    .union([z.literal("auto"), z.number().int().min(1)])
    .default("auto")
    .meta({ doc: "threads", unit: "1" }),
  accuracy: z
    .union([z.literal("exact"), z.number().positive()])
    .default("exact")
    .meta({ doc: "exact, or the relative error that certified fast sums may make", unit: "1" }),
  method: z
    .string()
    .optional()
    .meta({ doc: "method of the certified fast sums: auto (the default), direct, or a name", unit: "1" }),
});

/** `save:` — which states are kept. */
export const saveSchema = z.strictObject({
  at: z
    .union([z.literal("end"), timesSchema, z.strictObject({ every })])
    .default("end")
    .meta({ doc: "end, a list of times, { every: dt }, or { range, count, scale: log }", unit: "depth" }),
});

/** One entry of `observe:`. */
export const observeSchema = z.strictObject({
  what: z
    .unknown()
    .optional()
    .meta({ doc: "an observable, or { name: parameters }; the entry's own name by default", family: "observables" }),
  every: every.optional(),
  at: timesSchema
    .optional()
    .meta({ doc: "times of the records, a list or { range, count, scale: log }", unit: "depth" }),
  statistics: statisticsSchema.optional(),
});

/** `compare:` — distances between levels. */
export const compareSchema = z.strictObject({
  metrics: z
    .array(z.unknown())
    .min(1)
    .default(["bures-wasserstein", "sliced-wasserstein"])
    .meta({ doc: "distances", family: "distances" }),
  every: every.optional(),
  draws: z.number().int().min(0).default(32).meta({ doc: "draws behind each null band; 0 for none", unit: "1" }),
});

/** One entry of `expect:`. */
export const expectSchema = z.strictObject({
  series: z.string().optional().meta({ doc: "<level>.<series>, or <levelA>|<levelB>.<metric>" }),
  level: z.string().optional().meta({ doc: "a level, whose outcome is expected" }),
  at: time.optional().meta({ doc: "depth; the end when left out", unit: "depth" }),
  statistic: z
    .enum(["mean", "sd", "se", "min", "max"])
    .optional()
    .meta({ doc: "over the repeats of an ensemble; that of repeat 0 when left out" }),
  equals: z
    .unknown()
    .optional()
    .meta({ doc: "number or nested numbers; for a level completed, or the name of an event" }),
  below: z.number().optional().meta({ doc: "the value must be less than this" }),
  above: z.number().optional().meta({ doc: "the value must be greater than this" }),
  within: z.number().nonnegative().optional().meta({ doc: "absolute tolerance of equals, or of at for a level" }),
});

/** The document itself; its parts that name plug-ins are resolved family by family (experiment/resolve.ts). */
export const documentSchema = z.strictObject({
  format: z.literal(1).default(1).meta({ doc: "version of this format" }),
  title: z.string().optional().meta({ doc: "for people; does not change the id of a run" }),
  notes: z.string().optional().meta({ doc: "for people; does not change the id of a run" }),
  model: z
    .strictObject({
      attention: z
        .unknown()
        .meta({ doc: "an attention, or a list of heads of different kinds, summed", family: "attention", list: true }),
      mask: z.unknown().default("none").meta({ doc: "which keys a query sees", family: "masks" }),
      feedforward: z
        .unknown()
        .default("none")
        .meta({ doc: "one, or a list, summed", family: "feedforward", list: true }),
      normalization: z
        .unknown()
        .default("none")
        .meta({ doc: "where the network normalises, in R^d; geometry: sphere is post-LN", family: "normalization" }),
      noise: z.unknown().default("none").meta({ doc: "noise of the tokens in depth", family: "noise" }),
      geometry: z.unknown().default("euclidean").meta({ doc: "where tokens live", family: "geometry" }),
      sign: z
        .enum(["attract", "repel"])
        .default("attract")
        .meta({ doc: "repel: the attention field (and every gradient feed-forward) times −1" }),
    })
    .meta({ doc: "one model, the same for every level" }),
  initial: z.unknown().meta({ doc: "exactly one law; it owns d, n and the seed of the tokens", family: "laws" }),
  levels: z.record(z.string(), z.unknown()).meta({ doc: "levels of description, at least one", families: "levels" }),
  solve: solveSchema.prefault({}).meta({ doc: "how the levels are integrated" }),
  backend: backendSchema.prefault({}).meta({ doc: "who computes the pair sums, and how exactly" }),
  save: saveSchema.prefault({}).meta({ doc: "which states are kept" }),
  observe: z
    .record(z.string(), observeSchema)
    .default({})
    .meta({ doc: "measurements along the run: name: { what, every | at }" }),
  compare: compareSchema.optional().meta({ doc: "distances between the levels" }),
  expect: z.array(expectSchema).default([]).meta({ doc: "what the run must show; exit 1 when it does not" }),
  analyze: z
    .record(z.string(), z.unknown())
    .default({})
    .meta({ doc: "analyses to be made beside the run, and their parameters; others apply by themselves" }),
  sweep: z
    .record(z.string(), z.unknown())
    .default({})
    .meta({ doc: "swept paths and their values; run by meanfield sweep" }),
});

export type TimesSpec = z.output<typeof timesSchema>;
export type DocumentSpec = z.output<typeof documentSchema>;
export type ObserveSpec = z.output<typeof observeSchema>;
export type ExpectSpec = z.output<typeof expectSchema>;
export type CompareSpec = z.output<typeof compareSchema>;
