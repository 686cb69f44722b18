import { z } from "zod";

/** What a parameter says of itself: help, lab controls, docs tables and the JSON Schema are made from it. */
export interface ParameterMeta {
  readonly doc: string;
  readonly symbol?: string;
  /** "1", "rad", "nat" or "depth". */
  readonly unit?: string;
  /** Range of a slider: [least, greatest, step]. */
  readonly slider?: readonly [number, number, number];
}

/**
 * The kinds of numeric parameter that a spec may write in several ways. Their shape depends on d and n, so the schema
 * lets them pass and `bind` checks them (parameters/bind-numeric.ts); the JSON Schema describes each kind once.
 */
export type NumericKind = "scalar" | "vector" | "matrix";

function numeric(kind: NumericKind, meta: ParameterMeta) {
  // `beta:` with nothing behind it is a line that was not finished, no wish for the default.
  const written = z.unknown().refine((value) => value !== null, { error: `must be a ${kind}` });
  return written.meta({ ...meta, numericKind: kind });
}

/** A number, { log-n: γ } or a schedule. */
export const scalarParameter = (meta: ParameterMeta, fallback?: number) =>
  fallback === undefined ? numeric("scalar", meta) : numeric("scalar", meta).default(fallback);

/** A list of numbers, one number, a file, or a schedule of these. */
export const vectorParameter = (meta: ParameterMeta, fallback?: number) =>
  fallback === undefined ? numeric("vector", meta) : numeric("vector", meta).default(fallback);

/** Nested arrays, identity, { scale }, { diagonal }, { random }, { file }, or a schedule of these. */
export const matrixParameter = (meta: ParameterMeta, fallback?: "identity") =>
  fallback === undefined ? numeric("matrix", meta) : numeric("matrix", meta).default(fallback);

/** A seed: an integer in [0, 2^53). */
export const seedParameter = (doc: string) =>
  z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(1).meta({ doc, unit: "1" });
