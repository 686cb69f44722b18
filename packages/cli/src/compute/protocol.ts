import type { Json } from "@meanfield/core/analysis";
import type { LayerScaling, RunCheckpoint, RunProgress, RunResult, SizeScaling } from "@meanfield/core/experiment";
import type { InputErrorCode } from "@meanfield/core/foundation/errors";
import type { BenchRequest, BenchResult } from "@meanfield/kernels/bench";
import type { ProbeResult } from "@meanfield/networks";

/** What a worker is asked to do. */
export type Task =
  | {
      readonly kind: "run";
      readonly document: unknown;
      /** Whether the verdicts of the analyses are wanted beside the result. */
      readonly analyze: boolean;
      /** Seconds between checkpoints; a stop signal takes one more. None are taken when left out. */
      readonly checkpointEvery?: number;
      readonly resume?: RunCheckpoint;
    }
  | { readonly kind: "analyze"; readonly document: unknown }
  | {
      readonly kind: "scaling";
      readonly document: unknown;
      /** Numbers of tokens, of layers, or both. */
      readonly sizes?: readonly number[];
      readonly layers?: readonly number[];
      readonly repeats: number;
    }
  | { readonly kind: "probe"; readonly options: ProbeTask }
  | { readonly kind: "bench"; readonly options: BenchTask };

/** A benchmark as plain data. */
export interface BenchTask {
  readonly request: BenchRequest;
  readonly repeats: number;
  /** The interpreter of the peers; none are timed without it. */
  readonly python?: string;
}

/** Blocks with random weights instead of a trained network; shapes are those of `transformerShapes`. */
export interface RandomNetworkTask {
  readonly shape: string;
  readonly width: number;
  readonly blocks: number;
  readonly heads: number;
  /** Deviation of the tokens' coordinates; that of the shape when left out. */
  readonly tokenDeviation?: number;
}

/** A probe as plain data. */
export interface ProbeTask {
  /** Path of trained weights, or random ones to draw; Gaussian tokens are all that random ones take. */
  readonly weights: string | RandomNetworkTask;
  /** Sentences; the built-in sample when left out. */
  readonly texts?: readonly string[];
  readonly gaussian?: number;
  /** Draws behind the null bands. */
  readonly repeats: number;
  readonly seed: number;
}

/** Verdicts by analysis. */
export type Analysis = Readonly<Record<string, Json>>;

/** What each task gives back. */
export interface TaskResults {
  readonly run: {
    readonly result: RunResult;
    readonly analysis: Analysis;
    readonly seconds: number;
    /** Whether it was finished before a cancel took effect. */
    readonly whole: boolean;
  };
  readonly analyze: { readonly analysis: Analysis; readonly notices: readonly string[]; readonly seconds: number };
  readonly scaling: {
    readonly sizes?: SizeScaling;
    readonly layers?: LayerScaling;
    readonly seconds: number;
  };
  readonly probe: { readonly result: ProbeResult; readonly seconds: number };
  readonly bench: { readonly result: BenchResult; readonly seconds: number };
}

/** What a worker posts. */
export type Message =
  | { readonly kind: "progress"; readonly progress: RunProgress }
  | { readonly kind: "checkpoint"; readonly checkpoint: RunCheckpoint }
  | { readonly kind: "done"; readonly value: TaskResults[keyof TaskResults] }
  | { readonly kind: "input-error"; readonly code: InputErrorCode; readonly who: string; readonly message: string }
  | { readonly kind: "crash"; readonly message: string; readonly stack: string };
