import { InputError } from "@meanfield/core/foundation/errors";
import { z } from "zod";
import { toJson } from "./canonical.js";
import { ensembleSchema } from "./ensemble-arrays.js";
import { decodeText, encodeText } from "./text.js";

/** Version of the store's layout. A reader refuses any other. */
export const storeFormat = 1;
export const manifestName = "manifest.json";

const finite = z.number();
const shape = z.array(z.int().nonnegative());
const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`), `${digits} hex digits`);

const solveErrorCode = z.enum([
  "not-finite",
  "singular",
  "not-positive-definite",
  "no-convergence",
  "step-too-small",
  "too-many-steps",
]);

const outcomeSchema = z.discriminatedUnion("status", [
  z.object({ status: z.literal("completed") }),
  z.object({ status: z.literal("stopped"), event: z.string(), t: finite, tError: finite }),
  z.object({
    status: z.literal("failed"),
    code: solveErrorCode,
    t: finite,
    message: z.string(),
  }),
]);

const levelSchema = z.object({
  outcome: outcomeSchema,
  /** Monitor → what it found. */
  monitors: z.record(z.string(), z.record(z.string(), z.union([z.string(), finite]))).optional(),
  /** What an approximate level leaves out. */
  approximation: z.string().optional(),
  /** Passed without ending the run; absent when there were none. */
  events: z.array(z.object({ name: z.string(), t: finite })).optional(),
  stats: z.object({ steps: finite, rejected: finite, evaluations: finite, method: z.string() }),
  /** State → shape [k, …]. */
  states: z.record(z.string(), z.object({ shape })),
  /** Series → shape [k, …item] of its values. */
  series: z.record(z.string(), z.object({ shape, unit: z.string(), doc: z.string() })),
  ensemble: ensembleSchema.exactOptional(),
});

const distanceSchema = z.object({
  shape,
  unit: z.string(),
  /** How the null band was drawn: n points a sample, so many repeats. */
  null: z.object({ n: finite, repeats: finite }).optional(),
  /** Where and why it could not be computed any further. */
  failed: z.object({ t: finite, code: solveErrorCode, message: z.string() }).exactOptional(),
});

const attentionSchema = z.object({
  n: finite,
  logN: finite,
  t: z.array(finite),
  head: z.array(finite),
  tilt: z.array(finite),
  effectiveSampleSize: z.array(finite),
  entropyInClosure: z.array(finite),
  entropy: z.array(finite),
  frozen: finite.optional(),
  ended: z.string().optional(),
  criterion: z.string(),
});

const machineSchema = z.object({
  platform: z.string(),
  arch: z.string(),
  cpu: z.string(),
  cores: z.int().positive(),
});

const unfinishedSchema = z.object({ store: z.literal(storeFormat), status: z.literal("unfinished"), id: hex(16) });

const finishedSchema = z.object({
  store: z.literal(storeFormat),
  status: z.literal("finished"),
  id: hex(16),
  /** The format of experiments, as in the spec. */
  format: z.literal(1),
  spec: z.record(z.string(), z.unknown()),
  /** Use → seed, e.g. initial and solve. */
  seeds: z.record(z.string(), finite),
  /** Package (and "node") → version. */
  versions: z.record(z.string(), z.string()),
  backend: z.object({
    name: z.string(),
    precision: z.enum(["f64", "f32"]),
    accuracy: z.union([z.literal("exact"), finite]),
    threads: z.int().positive(),
    method: z.string().exactOptional(),
    variant: z.string().exactOptional(),
    summation: z
      .array(
        z.object({
          method: z.string(),
          by: z.string().exactOptional(),
          evaluations: z.int().nonnegative(),
          bound: finite.nonnegative(),
          fallBacks: z.int().nonnegative(),
        }),
      )
      .readonly()
      .exactOptional(),
    notices: z.array(z.string()).readonly().exactOptional(),
  }),
  machine: machineSchema,
  /** ISO 8601, UTC. */
  started: z.iso.datetime(),
  finished: z.iso.datetime(),
  /** Wall-clock time of the computation. */
  seconds: finite.nonnegative(),
  levels: z.record(z.string(), levelSchema),
  /** "levelA|levelB" → metric → description. */
  distances: z.record(z.string(), z.record(z.string(), distanceSchema)),
  /** Pair of a cloud and exact moments → what governs how long the cloud follows the closure. */
  attention: z.record(z.string(), attentionSchema).optional(),
  expect: z.array(z.looseObject({ ok: z.boolean() })),
  analysis: z.json().optional(),
  /** File name → checksum and size; the manifest itself is not listed. */
  files: z.record(z.string(), z.object({ sha256: hex(64), bytes: z.int().nonnegative() })),
});

/** manifest.json of a run: small and whole while the run computes, complete when everything else is on the disk. */
export const manifestSchema = z.discriminatedUnion("status", [unfinishedSchema, finishedSchema]);
export type Manifest = z.infer<typeof manifestSchema>;
export type FinishedManifest = z.infer<typeof finishedSchema>;
export type Machine = z.infer<typeof machineSchema>;

/** The bytes of manifest.json. @throws InputError not-finite, wrong-type */
export function encodeManifest(manifest: Manifest): Uint8Array {
  return encodeText(`${JSON.stringify(toJson(manifest, "manifest"), null, 2)}\n`);
}

function unreadable(who: string, rule: string, got: string, fix: string): InputError {
  return new InputError({ code: "unreadable", who, rule, got, fix });
}

/**
 * The manifest of the bytes, or undefined when they are not a manifest of a Meanfield run at all.
 * @throws InputError unreadable (a manifest of another store version, or one with missing or wrong entries)
 */
export function decodeManifest(bytes: Uint8Array, who: string): Manifest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(decodeText(bytes));
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("store" in value) || !("id" in value)) return undefined;
  if (value.store !== storeFormat) {
    const got = String(value.store);
    throw unreadable(
      who,
      `must have store format ${storeFormat}`,
      got,
      "Read it with the version of Meanfield that wrote it",
    );
  }
  const parsed = manifestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const rule = `"${issue?.path.join(".") ?? ""}" must be as Meanfield writes it`;
  throw unreadable(who, rule, issue?.message ?? "", "Remove the directory and run the experiment again");
}
