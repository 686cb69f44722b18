/** The fields of assembly/job.as, in its order: 4 bytes each. */
const fields = [
  "d",
  "keys",
  "queries",
  "heads",
  "flags",
  "weight",
  "blocks",
  "keyStride",
  "biasStride",
  "points",
  "y",
  "transposed",
  "bias",
  "factor",
  "first",
  "last",
  "shift",
  "queryMap",
  "valueMap",
  "queryForm",
  "unit",
  "field",
  "logPartition",
  "entropy",
] as const;

/** One call of `attend`: sizes, and where in the memory its arrays are. */
export type Job = Record<(typeof fields)[number], number>;

/** Bytes of a job in the memory. */
export const jobBytes = 4 * fields.length;

/** What a job asks for; the values of assembly/job.as. */
export const jobFlag = {
  safe: 1,
  field: 2,
  logPartition: 4,
  entropy: 8,
  masked: 16,
  partition: 32,
  queryForm: 64,
  shift: 128,
  factor: 256,
  layer: 512,
  batch: 1024,
  queryScale: 2048,
  valueScale: 4096,
} as const;

/** How a score becomes a weight; the values of assembly/job.as. */
export const jobWeight = { exponential: 0, sigmoid: 1, linear: 2, relu: 3, tanh: 4, silu: 5 } as const;

/** A job with nothing in it. */
export const emptyJob = (): Job => Object.fromEntries(fields.map((field) => [field, 0])) as Job;

/** Writes a job to the memory. @param words the memory @param at byte address */
export function writeJob(job: Job, words: Int32Array, at: number): void {
  for (let k = 0; k < fields.length; k++) words[at / 4 + k] = job[fields[k]!];
}
