import type { ZodType } from "zod";
import type { PointBatch } from "../foundation/backend/index.js";
import type { Law } from "../laws/contract.js";
import type { Model } from "../model/index.js";

/** What an observable may know when it is bound to one level of one run. */
export interface ObservableContext {
  readonly model: Model;
  readonly kind: Law["kind"];
  readonly d: number;
  /** Number of tokens, on levels that have tokens. */
  readonly n?: number;
}

/** An observable bound to a level: fills `out` (row-major, of `shape`) from the law at depth t. */
export interface Observable {
  /** [] for a scalar. */
  readonly shape: readonly number[];
  readonly unit: string;
  readonly doc: string;
  measure(t: number, law: Law, out: Float64Array): void;
  /** The same of every system of an ensemble of clouds, where that is faster; the same bits. `out` has shape [count, ...shape]. */
  measureEach?(t: number, batch: PointBatch, out: Float64Array): void;
}

/** A measurement as a plug-in. */
export interface ObservablePlugin<P = unknown> {
  readonly name: string;
  readonly doc: string;
  readonly source: string;
  readonly unit: string;
  /** Which kinds of law it can be measured on. */
  readonly of: readonly Law["kind"][];
  readonly params: ZodType<P>;
  /** @throws InputError incompatible, when this model or level does not offer what it needs */
  bind(params: P, context: ObservableContext): Observable;
}
