import type { ZodType } from "zod";
import type { InitialLaw, Law } from "../laws/contract.js";
import type { Model } from "../model/index.js";
import type { Problem, SolveEvent, Stepping } from "../solve/index.js";
import type { Method } from "../solve/method.js";

/** What a level is derived from: the same model and the same initial law for every level. */
export interface LevelContext {
  readonly model: Model;
  readonly initial: InitialLaw;
  /** In depth. */
  readonly span: readonly [number, number];
}

/** One level of description, as a problem ready to be solved. */
export interface BoundLevel {
  readonly name: string;
  readonly problem: Problem;
  readonly kind: Law["kind"];
  /** Number of tokens, on levels that have tokens. */
  readonly n?: number;
  /** The law a state stands for: a view, valid until the state changes. */
  law(y: Float64Array): Law;
  readonly events: readonly SolveEvent[];
  /** A level that is a discretisation itself (the layers of a network) brings its own method. */
  readonly own?: { readonly method: Method; readonly stepping: Stepping };
  /** Whether a stop is cheap enough to be confirmed by a second run at a tighter tolerance. */
  readonly confirmStops: boolean;
}

/** A level of description as a plug-in. */
export interface LevelPlugin<P = unknown> {
  readonly name: string;
  readonly doc: string;
  readonly source: string;
  readonly params: ZodType<P>;
  /** Why this model or law has no such level, or undefined when it has. */
  obstacle(model: Model, initial: InitialLaw): string | undefined;
  bind(params: P, context: LevelContext): BoundLevel;
}
