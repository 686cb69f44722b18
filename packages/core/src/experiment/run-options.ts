import type { BoundLevel } from "../dynamics/index.js";
import type { CancelSignal } from "../foundation/cancel/index.js";
import type { CheckpointSink, SolveCheckpoint } from "../solve/index.js";
import type { EnsembleBlock, FinishedBlock } from "./ensemble/block.js";
import type { BlockTeam } from "./ensemble/team.js";
import type { LevelResult } from "./result.js";

/** Where a run stands. */
export interface RunProgress {
  /** Name of the level, "distances", or what else is computed. */
  readonly stage: string;
  /** Of this stage, in [0, 1]. */
  readonly fraction: number;
  /** Depth reached, where the stage has one. */
  readonly t?: number;
}

/** A level that has run once: its result, and the states that distances need. */
export interface LevelProgress {
  readonly result: LevelResult;
  /** States at the comparison's times, shape [t.length, size of the state]. */
  readonly compared: { readonly t: Float64Array; readonly states: Float64Array };
}

/** How far the repeats of a level are. */
export interface EnsembleProgress {
  readonly zero: LevelProgress;
  /** The first `merged` blocks. */
  readonly total: EnsembleBlock;
  readonly merged: number;
  /** Blocks that are done beyond these. */
  readonly ahead: readonly FinishedBlock[];
  /** The block under way, where there is one. */
  readonly begun?: BegunBlock;
}

/** A block under way: its repeats so far, and the run inside: one repeat, or several stacked. */
export interface BegunBlock extends FinishedBlock {
  readonly inside?: { readonly count: number; readonly solve: SolveCheckpoint };
}

/** An experiment that can be taken up again with the same document and backend. Plain data. */
export interface RunCheckpoint {
  /** Levels that are done, in the order of the experiment. */
  readonly done: readonly LevelProgress[];
  /** Of the level under way: the run of repeat 0, or its ensemble. */
  readonly solve?: SolveCheckpoint;
  readonly ensemble?: EnsembleProgress;
}

/** Levels that experiments have in common. */
export interface SharedLevels {
  /** The run of a level as another experiment made it. */
  get(level: BoundLevel): LevelProgress | undefined;
  /** Called with every level that has run to its end. */
  keep(level: BoundLevel, progress: LevelProgress): void;
}

export interface RunOptions {
  readonly cancel?: CancelSignal;
  onProgress?(progress: RunProgress): void;
  /** Takes checkpoints, also when a cancel arrives. */
  readonly checkpoint?: CheckpointSink<RunCheckpoint>;
  /** Where another run of the same experiment was left: the result is that of one undisturbed run. */
  readonly resume?: RunCheckpoint;
  /** Where levels are taken from that need not be run again; the result does not depend on it. */
  readonly shared?: SharedLevels;
  /** Who else computes blocks of repeats; nobody when left out. The result does not depend on it. */
  readonly team?: BlockTeam;
}

/** A sink that notes whether it was given something. */
export interface NotingSink<C> {
  readonly sink: CheckpointSink<C> | undefined;
  given: boolean;
}

export function notingSink<C>(outer: CheckpointSink<C> | undefined): NotingSink<C> {
  const noting: NotingSink<C> = { given: false, sink: undefined };
  if (outer === undefined) return noting;
  const take = (checkpoint: C) => {
    noting.given = true;
    outer.take(checkpoint);
  };
  return Object.assign(noting, { sink: { due: () => outer.due(), take } });
}

/** A sink that tells an outer one what it is given. */
export function sinkThrough<C, D>(
  outer: CheckpointSink<D> | undefined,
  wrap: (checkpoint: C) => D,
): CheckpointSink<C> | undefined {
  return outer && { due: () => outer.due(), take: (checkpoint) => outer.take(wrap(checkpoint)) };
}
