import type { RunResult } from "@meanfield/core/experiment";
import type { JsonValue } from "./canonical.js";
import type { Machine } from "./manifest.js";

/** A finished run with all that its manifest tells: what the store keeps and gives back. */
export interface RunRecord {
  /** 16 hex digits, from `runId`. */
  readonly id: string;
  /** Use → seed, e.g. `{ initial: 1, solve: 1 }`. */
  readonly seeds: Readonly<Record<string, number>>;
  /** Package (and "node") → version. */
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: Machine;
  /** ISO 8601, UTC, e.g. `new Date().toISOString()`. */
  readonly started: string;
  readonly finished: string;
  /** Wall-clock time of the computation. */
  readonly seconds: number;
  readonly result: RunResult;
  /** What `analyze` said of the model, unread by the store. */
  readonly analysis?: JsonValue;
}
