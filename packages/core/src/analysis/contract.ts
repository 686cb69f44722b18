import type { CancelSignal } from "../foundation/cancel/index.js";
import type { InitialLaw } from "../laws/contract.js";
import type { Model } from "../model/index.js";
import type { TokenNoise } from "../noise/contract.js";

/** What an analysis may look at. */
export interface AnalysisContext {
  readonly model: Model;
  readonly initial: InitialLaw;
  /** In depth. */
  readonly span: readonly [number, number];
  readonly cancel?: CancelSignal;
}

/** A JSON value: verdicts go into answers and the store as they are. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Theory about a model and a law: a verdict with its certificate. */
export interface AnalysisPlugin {
  /** The key under which the verdict stands in the answer of `analyze`. */
  readonly name: string;
  readonly doc: string;
  readonly source: string;
  /** It computes what a figure draws, under `picture`; rows of sweeps have no use for it and leave it out. */
  readonly picture?: true;
  /** Whether it integrates the tokens of the model itself: made where an analysis is asked for, not beside every run. */
  readonly integrates?: true;
  /** Under which noises of tokens its theory holds; left out: without any. */
  readonly noise?: readonly TokenNoise[];
  /** Why it does not apply to this model and law, noise apart (analysis-obstacle.ts), or undefined when it does. */
  obstacle(context: AnalysisContext): string | undefined;
  analyze(context: AnalysisContext): { readonly [key: string]: Json };
}
