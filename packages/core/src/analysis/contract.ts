import type { ZodType } from "zod";
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
  /** What `analyze:` of the document says of this analysis, parsed; absent where it is not asked for by name. */
  readonly parameters?: unknown;
  /**
   * The model with one number of the document's `model` replaced.
   * @param path with dots, from the root of the document
   * @throws InputError
   */
  readonly modelAt?: (path: string, value: number) => Model;
}

/** A JSON value: verdicts go into answers and the store as they are. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Theory about a model and a law: a verdict with its certificate. */
export interface AnalysisPlugin {
  /** The key under which the verdict stands in the answer of `analyze`. */
  readonly name: string;
  readonly doc: string;
  readonly source: string;
  /** Of its entry in `analyze:`. An analysis without parameters has none. */
  readonly params?: ZodType;
  /** It computes what a figure draws, under `picture`; rows of sweeps have no use for it and leave it out. */
  readonly picture?: true;
  /**
   * It integrates the tokens of the model itself, or searches: made by `analyze` and where the document asks for it by
   * name, not beside every run.
   */
  readonly integrates?: true;
  /** It looks at the tokens themselves, not only at their law and number. */
  readonly tokens?: true;
  /** Under which noises of tokens its theory holds; left out: without any. */
  readonly noise?: readonly TokenNoise[];
  /** Why it does not apply to this model and law, noise apart (analysis-obstacle.ts), or undefined when it does. */
  obstacle(context: AnalysisContext): string | undefined;
  /** @throws InputError with a path from the entry, for parameters that this model cannot have. */
  check?(context: AnalysisContext): void;
  analyze(context: AnalysisContext): { readonly [key: string]: Json };
}
