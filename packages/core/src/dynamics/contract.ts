import type { ZodType } from "zod";
import type { InitialLaw, Law } from "../laws/contract.js";
import type { Model } from "../model/index.js";
import type { TokenNoise } from "../noise/contract.js";
import type { Calculus, Problem, Recorded, SolveEvent, StateObservable, Stepping } from "../solve/index.js";
import type { Method } from "../solve/method.js";

/** What a level is derived from: the same model and the same initial law for every level. */
export interface LevelContext {
  readonly model: Model;
  readonly initial: InitialLaw;
  /** In depth. */
  readonly span: readonly [number, number];
  /** In which sense the method of the run means noise; Itô when left out. */
  readonly calculus?: Calculus;
}

/** What a monitor found along a run, for the manifest: a verdict, or plain numbers. */
export type MonitorReport = Readonly<Record<string, string | number>>;

/** How finely a run was integrated: the tolerance of a step, or a stated guess at fixed steps. */
export interface Resolution {
  readonly rtol: number;
  readonly atol: number;
}

/** Something that is watched along every run of a level, asked for or not. */
export interface LevelMonitor {
  readonly name: string;
  /** Measured at 21 depths of the span, and where the run ends. */
  readonly what: StateObservable;
  judge(records: Recorded, resolution: Resolution): MonitorReport;
}

/** One level of description, as a problem ready to be solved. */
export interface BoundLevel {
  readonly name: string;
  readonly problem: Problem;
  readonly kind: Law["kind"];
  /** Number of tokens, on levels that have tokens. */
  readonly n?: number;
  /**
   * The problem of repeat `run`: other tokens, the same model. `repeat(0)` is `problem`. Left out where all repeats start
   * alike.
   */
  repeat?(run: number): Problem;
  /** Repeats first … first + count − 1 in one state, each advancing bit for bit as by itself. */
  stacked?(first: number, count: number): Problem;
  /** The law a state stands for: a view, valid until the state changes. */
  law(y: Float64Array): Law;
  readonly events: readonly SolveEvent[];
  /** A level that is a discretisation itself (the layers of a network) brings its own method. */
  readonly own?: { readonly method: Method; readonly stepping: Stepping };
  /** What every run of this level is watched for. */
  readonly monitors?: readonly LevelMonitor[];
  /** Present where the level approximates the mean-field law, in words: what it leaves out. */
  readonly approximation?: string;
  /** Whether a stop is cheap enough to be confirmed by a second run at a tighter tolerance. */
  readonly confirmStops: boolean;
}

/** A level of description as a plug-in. */
export interface LevelPlugin<P = unknown> {
  readonly name: string;
  readonly doc: string;
  readonly source: string;
  readonly params: ZodType<P>;
  /** Which noises of tokens it carries; left out: none. */
  readonly noise?: readonly TokenNoise[];
  /** Why this model or law has no such level, noise apart (level-obstacle.ts), or undefined when it has. */
  obstacle(model: Model, initial: InitialLaw): string | undefined;
  bind(params: P, context: LevelContext): BoundLevel;
}
