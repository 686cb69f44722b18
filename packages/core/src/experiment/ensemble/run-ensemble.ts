import type { CancelSignal } from "../../foundation/cancel/index.js";
import type {
  CheckpointSink,
  Problem,
  SolveCheckpoint,
  SolveOptions,
  StateObservable,
  Trajectory,
} from "../../solve/index.js";
import { solve } from "../../solve/index.js";
import type { Recorded } from "../../solve/trajectory.js";
import type { Experiment } from "../experiment.js";
import type { BoundSeries, ExperimentLevel } from "../resolve-series.js";
import type { EnsembleResult, LevelResult } from "../result.js";
import { integrationOf, seriesKey, seriesRecords } from "../run-level.js";
import {
  type BegunBlock,
  type EnsembleProgress,
  type LevelProgress,
  notingSink,
  type RunProgress,
  sinkThrough,
} from "../run-options.js";
import { addRepeat, blockSize, copyBlock, type EnsembleBlock, emptyBlock, mergeBlock } from "./block.js";
import { summarize } from "./summary.js";
import { aloneWith, type BlockTeam, type SharedBlocks, type TeamBlock } from "./team.js";

/** Numbers of all systems of a stack: a few arrays of this length stay in a core's own cache. */
const stackNumbers = 2 ** 14;

export interface EnsembleOptions {
  readonly cancel?: CancelSignal;
  onProgress?(progress: RunProgress): void;
  readonly checkpoint?: CheckpointSink<EnsembleProgress>;
  readonly resume?: EnsembleProgress;
  readonly team?: BlockTeam;
  /** Told what backends did, beyond what the experiment's own says at the end. */
  noteActivity?(activity: TeamBlock["activity"]): void;
}

/** A level of an experiment, whose repeats are to be run. */
interface Ensemble {
  readonly bound: Experiment;
  readonly one: ExperimentLevel;
  readonly options: EnsembleOptions;
}

/** The run under way when a checkpoint is taken or was taken. */
type Inside = NonNullable<BegunBlock["inside"]>;

/** How a run of one or several repeats begins, and who keeps its checkpoints. */
interface Taking {
  readonly checkpoint?: CheckpointSink<SolveCheckpoint>;
  readonly resume?: SolveCheckpoint;
}

type Recording = (name: string) => Recorded;

interface Repeat {
  readonly recorded: Recording;
  readonly outcome: Trajectory["outcome"];
}

/** How many repeats advance together: 0 where only one by one is right. */
function stackSize({ bound, one: { level } }: Ensemble): number {
  const { method, stepping } = integrationOf(bound, { level } as ExperimentLevel);
  const alone =
    level.stacked === undefined ||
    level.events.length > 0 ||
    level.problem.diffusion !== undefined ||
    stepping.kind === "adaptive" ||
    method.traits?.componentwise !== true;
  return alone ? 0 : Math.max(1, Math.min(blockSize, Math.floor(stackNumbers / level.problem.y0.length)));
}

function optionsOf({ bound, one, options }: Ensemble, taking: Taking): Omit<SolveOptions, "save"> {
  const { stepping, time } = integrationOf(bound, one);
  return {
    ...taking,
    span: bound.integration.span,
    steps: stepping,
    ...(time && { time }),
    seed: bound.integration.seed,
    events: one.level.events,
    ...(options.cancel ? { cancel: options.cancel } : {}),
  };
}

function runAlone(ensemble: Ensemble, run: number, taking: Taking): Repeat {
  const { bound, one } = ensemble;
  const problem: Problem = one.level.repeat?.(run) ?? one.level.problem;
  const { method } = integrationOf(bound, one);
  const { records, outcome } = solve(problem, method, {
    ...optionsOf(ensemble, taking),
    run,
    save: seriesRecords(one),
  });
  return { recorded: (name) => records[seriesKey(name)]!, outcome };
}

/** A measurement of every system of a stack, with the systems in front of its shape. */
function onStack({ observable }: BoundSeries, { level }: ExperimentLevel, count: number): StateObservable {
  const size = level.problem.y0.length;
  const length = observable.shape.reduce((a, b) => a * b, 1);
  const one = level.law(level.problem.y0);
  const { measureEach } = observable;
  return {
    ...observable,
    shape: [count, ...observable.shape],
    measure(t, y, out) {
      if (measureEach !== undefined && one.kind === "point-cloud")
        return measureEach(t, { ...one, count, points: y }, out);
      for (let k = 0; k < count; k++) {
        const law = level.law(y.subarray(k * size, (k + 1) * size));
        observable.measure(t, law, out.subarray(k * length, (k + 1) * length));
      }
    },
  };
}

/** The part of one system in a record of a stack. */
function systemOf({ t, value }: Recorded, k: number): Recorded {
  const [times, count, ...item] = value.shape as [number, number, ...number[]];
  const length = item.reduce((a, b) => a * b, 1);
  const data = new Float64Array(times * length);
  for (let i = 0; i < times; i++) {
    const from = (i * count + k) * length;
    data.set(value.data.subarray(from, from + length), i * length);
  }
  return { t, value: { shape: [times, ...item], data } };
}

/** Repeats first, first + 1, … advanced together; undefined when one of them failed, so that each has to go alone. */
function runStacked(ensemble: Ensemble, first: number, count: number, taking: Taking): Repeat[] | undefined {
  const { bound, one } = ensemble;
  const { level } = one;
  const stack = level.stacked!(first, count);
  const save = Object.fromEntries(
    one.series.map((series) => [seriesKey(series.name), { what: onStack(series, one, count), when: series.times }]),
  );
  const { records, outcome } = solve(stack, integrationOf(bound, one).method, { ...optionsOf(ensemble, taking), save });
  if (outcome.status === "failed" && count > 1) return undefined;
  return Array.from({ length: count }, (_, k) => ({
    recorded: (name: string) => systemOf(records[seriesKey(name)]!, k),
    outcome,
  }));
}

/**
 * Repeats first … last − 1 of a level, stacked where that changes no bit. Where it can be stacked even one repeat is a
 * stack of its own: a backend may compute batches by other operations than single systems, but every batch alike.
 * @param inside the run that was under way at `first`
 * @param taken tells the checkpoints of the runs
 */
function* repeatsOf(
  ensemble: Ensemble,
  first: number,
  last: number,
  inside: Inside | undefined,
  taken: CheckpointSink<Inside> | undefined,
): Generator<Repeat> {
  const size = stackSize(ensemble);
  let left = inside;
  const taking = (count: number): Taking => {
    const checkpoint = sinkThrough<SolveCheckpoint, Inside>(taken, (solved) => ({ count, solve: solved }));
    const resume = left?.count === count ? { resume: left.solve } : {};
    left = undefined;
    return { ...(checkpoint && { checkpoint }), ...resume };
  };
  for (let from = first; from < last; ) {
    const many = left?.count ?? Math.min(Math.max(1, size), last - from);
    const together = size === 0 ? undefined : runStacked(ensemble, from, many, taking(many));
    if (together !== undefined) yield* together;
    else if (size === 0) yield runAlone(ensemble, from, taking(1));
    else for (let k = 0; k < many; k++) yield* runStacked(ensemble, from + k, 1, taking(1))!;
    from += many;
  }
}

/** Repeat 0 has run already, with its states. */
function repeatZero({ series, outcome }: LevelResult): Repeat {
  return { recorded: (name) => series[name]!, outcome };
}

const cancelled = ({ outcome }: Repeat): boolean => outcome.status === "stopped" && outcome.event === "cancelled";

/**
 * The statistics of repeats `block`·32 … of a level: a pure function of experiment and block, so that blocks may be
 * computed anywhere and in any order, and merged in the order of their numbers.
 *
 * @param begun its repeats so far, of block 0 at least repeat 0; changed
 * @returns undefined when a cancel arrived
 */
function computeBlock(
  ensemble: Ensemble,
  { block, part, inside: left }: BegunBlock,
  keep?: CheckpointSink<BegunBlock>,
): EnsembleBlock | undefined {
  const { bound, one, options } = ensemble;
  const { repeats } = bound.integration;
  const [from, to] = [block * blockSize, Math.min(repeats, (block + 1) * blockSize)];
  const taken = notingSink<Inside>(sinkThrough(keep, (inside) => ({ block, part, inside })));
  for (const repeat of repeatsOf(ensemble, from + part.repeats, to, left, taken.sink)) {
    if (cancelled(repeat)) {
      // Between two repeats there is nothing inside.
      if (!taken.given) keep?.take({ block, part });
      return undefined;
    }
    addRepeat(part, one.series, repeat.recorded, repeat.outcome);
    taken.given = false;
    options.onProgress?.({ stage: one.level.name, fraction: (from + part.repeats) / repeats });
  }
  return part;
}

/**
 * A block of a level for somebody else's ensemble, with what the backend did for it.
 * @param block not 0, which begins with repeat 0
 * @returns undefined when a cancel arrived
 */
export function computeTeamBlock(
  bound: Experiment,
  level: string,
  block: number,
  cancel: CancelSignal,
): TeamBlock | undefined {
  const one = bound.levels.find((each) => each.level.name === level)!;
  bound.activity();
  const part = computeBlock({ bound, one, options: { cancel } }, { block, part: emptyBlock(one.series) });
  return part && { block, part, activity: bound.activity() };
}

/** An ensemble under way. */
interface Ledger {
  readonly total: EnsembleBlock;
  merged: number;
  readonly ahead: Map<number, EnsembleBlock>;
}

function openLedger(one: ExperimentLevel, resume: EnsembleProgress | undefined): Ledger {
  if (resume === undefined) return { total: emptyBlock(one.series), merged: 0, ahead: new Map() };
  const ahead = new Map(resume.ahead.map(({ block, part }) => [block, copyBlock(part)]));
  return { total: copyBlock(resume.total), merged: resume.merged, ahead };
}

/** Takes what others have finished, each block once, and merges what is next in the order. */
function gather(ledger: Ledger, shared: SharedBlocks, options: EnsembleOptions): void {
  const { total, ahead } = ledger;
  for (const { block, part, activity } of shared.collect()) {
    if (block < ledger.merged || ahead.has(block)) continue;
    ahead.set(block, part);
    options.noteActivity?.(activity);
  }
  for (let part = ahead.get(ledger.merged); part !== undefined; part = ahead.get(ledger.merged)) {
    mergeBlock(total, part);
    ahead.delete(ledger.merged);
    ledger.merged++;
  }
}

/**
 * A block that another member has claimed but not finished, computed by its side when nothing else is left to do: a slow
 * or lost member then holds nobody up. It is given up as soon as the other is done.
 */
function computeBeside(ensemble: Ensemble, block: number, shared: SharedBlocks): EnsembleBlock | undefined {
  const { bound, one, options } = ensemble;
  options.noteActivity?.(bound.activity());
  const cancel = {
    get aborted() {
      return options.cancel?.aborted === true || shared.isFinished(block);
    },
  };
  const part = computeBlock({ bound, one, options: { cancel } }, { block, part: emptyBlock(one.series) });
  if (part === undefined) bound.activity();
  return part;
}

/**
 * Statistics over `solve.repeats` repeats of a level, streamed: memory does not grow with their number. Repeat r draws
 * its tokens and its noise from the streams of run r; repeat 0 is the run without repeats.
 *
 * @returns undefined when a cancel arrived
 * @cost repeats × one run over the members of the team; stacked through Backend.fieldBatch at fixed steps of
 * componentwise methods
 * @accuracy merging is exact up to rounding, in a fixed order whoever computed what; ensemble/run-ensemble.test.ts
 */
export function runEnsemble(
  bound: Experiment,
  one: ExperimentLevel,
  zero: LevelProgress,
  options: EnsembleOptions,
): EnsembleResult | undefined {
  const ensemble: Ensemble = { bound, one, options };
  const { resume, team } = options;
  const blocks = Math.ceil(bound.integration.repeats / blockSize);
  const ledger = openLedger(one, resume);
  const first = (): BegunBlock => {
    const part = emptyBlock(one.series);
    const { recorded, outcome } = repeatZero(zero.result);
    addRepeat(part, one.series, recorded, outcome);
    return { block: 0, part };
  };
  let begun: BegunBlock | undefined =
    resume === undefined ? first() : resume.begun && { ...resume.begun, part: copyBlock(resume.begun.part) };
  const done = Array.from({ length: ledger.merged }, (_, k) => k);
  const taken = [...done, ...ledger.ahead.keys(), ...(begun === undefined ? [] : [begun.block])];
  const shared = team?.open(one.level.name, blocks, taken) ?? aloneWith(taken);
  if (shared.notices !== undefined) options.noteActivity?.({ summation: [], notices: shared.notices });
  const progress = (given: { readonly begun?: BegunBlock }): EnsembleProgress => {
    gather(ledger, shared, options);
    const ahead = [...ledger.ahead].map(([block, part]) => ({ block, part }));
    return { zero, total: ledger.total, merged: ledger.merged, ahead, ...given };
  };
  const keep = sinkThrough<BegunBlock, EnsembleProgress>(options.checkpoint, (inside) => progress({ begun: inside }));
  const claimed = (): BegunBlock | undefined => {
    for (let block = ledger.merged; block < blocks; block++)
      if (shared.claim(block)) return { block, part: emptyBlock(one.series) };
    return undefined;
  };
  try {
    while (ledger.merged < blocks) {
      const own = begun ?? claimed();
      begun = undefined;
      const block = own?.block ?? ledger.merged;
      const part = own === undefined ? computeBeside(ensemble, block, shared) : computeBlock(ensemble, own, keep);
      if (part !== undefined) ledger.ahead.set(block, part);
      else if (options.cancel?.aborted) {
        if (own === undefined) options.checkpoint?.take(progress({}));
        return undefined;
      }
      gather(ledger, shared, options);
    }
  } finally {
    shared.close();
  }
  return summarize(ledger.total, one.series);
}
