import type { BackendActivity } from "../foundation/backend/index.js";
import type { SolveCheckpoint } from "../solve/index.js";
import { checkExpectation } from "./check-expectation.js";
import { compareLevels, comparisonSize, type LevelStates } from "./compare-levels.js";
import { runEnsemble } from "./ensemble/run-ensemble.js";
import { mergeActivities } from "./ensemble/team.js";
import type { Experiment } from "./experiment.js";
import type { ExperimentLevel } from "./resolve-series.js";
import type { LevelResult, RunResult } from "./result.js";
import { type LevelOptions, runLevel } from "./run-level.js";
import {
  type EnsembleProgress,
  type LevelProgress,
  notingSink,
  type RunCheckpoint,
  type RunOptions,
  sinkThrough,
} from "./run-options.js";
import { watchAttention } from "./watch-attention.js";

/** Thrown out of the distances when a cancel arrives there; levels end with the outcome "cancelled" instead. */
class Cancelled extends Error {}

const cancelled = ({ outcome }: LevelResult): boolean => outcome.status === "stopped" && outcome.event === "cancelled";

/** Told what backends did, beyond what the experiment's own says at the end. */
type NoteActivity = (activity: Partial<BackendActivity>) => void;

/** Repeat 0 of a level, and the statistics of all its repeats where there are several. */
function runRepeated(
  bound: Experiment,
  one: ExperimentLevel,
  done: readonly LevelProgress[],
  options: RunOptions,
  noteActivity: NoteActivity,
): LevelProgress {
  const { checkpoint: _, resume, ...rest } = options;
  const inner = <C>(wrap: (checkpoint: C) => Partial<RunCheckpoint>) => {
    const checkpoint = sinkThrough<C, RunCheckpoint>(options.checkpoint, (given) => ({ done, ...wrap(given) }));
    return checkpoint === undefined ? {} : { checkpoint };
  };
  const levelOptions: LevelOptions = { ...rest, ...inner<SolveCheckpoint>((solve) => ({ solve })) };
  const before = resume?.solve === undefined ? {} : { resume: resume.solve };
  const zero = resume?.ensemble?.zero ?? runLevel(bound, one, { ...levelOptions, ...before });
  if (bound.integration.repeats === 1 || !one.random || cancelled(zero.result)) return zero;
  const left = resume?.ensemble === undefined ? {} : { resume: resume.ensemble };
  const sink = inner<EnsembleProgress>((ensemble) => ({ ensemble }));
  const ensemble = runEnsemble(bound, one, zero, { ...rest, ...sink, ...left, noteActivity });
  if (ensemble !== undefined) return { ...zero, result: { ...zero.result, ensemble } };
  const t = zero.result.outcome.status === "completed" ? bound.integration.span[1] : zero.result.outcome.t;
  return { ...zero, result: { ...zero.result, outcome: { status: "stopped", event: "cancelled", t, tError: 0 } } };
}

/** Every level in its order, from where a checkpoint left it. */
function runLevels(bound: Experiment, options: RunOptions, noteActivity: NoteActivity): LevelProgress[] {
  const { resume, checkpoint: outer, ...rest } = options;
  const taken = notingSink(outer);
  const checkpoint = taken.sink;
  const sink = checkpoint === undefined ? {} : { checkpoint };
  const done: LevelProgress[] = [...(resume?.done ?? [])];
  const first = done.length;
  for (const [k, one] of bound.levels.entries()) {
    if (k < first) continue;
    const known = options.shared?.get(one.level);
    if (known !== undefined) {
      done.push(known);
      continue;
    }
    const left = k === first && resume !== undefined ? { resume } : {};
    const before = [...done];
    taken.given = false;
    const own = runRepeated(bound, one, before, { ...rest, ...sink, ...left }, noteActivity);
    done.push(own);
    if (!cancelled(own.result)) options.shared?.keep(one.level, own);
    if (checkpoint === undefined) continue;
    if (!cancelled(own.result)) {
      if (checkpoint.due()) checkpoint.take({ done: [...done] });
      continue;
    }
    // A cancel between two levels leaves the first of the others nothing of its own to keep.
    const whole = !before.some(({ result }) => cancelled(result));
    if (whole && !taken.given && before.length > 0) checkpoint.take({ done: before });
  }
  return done;
}

/** The states of every level at the comparison's times. */
function statesOf(bound: Experiment, runs: readonly LevelProgress[]): LevelStates[] {
  return runs.map(({ compared }, k) => ({ level: bound.levels[k]!.level, ...compared }));
}

/** Distances between all levels, with progress; empty when a cancel arrives. */
function distancesOf(bound: Experiment, runs: readonly LevelProgress[], options: RunOptions): RunResult["distances"] {
  const { comparison, integration } = bound;
  if (comparison === undefined || options.cancel?.aborted) return {};
  const total = comparisonSize(runs.length, comparison);
  let done = 0;
  const tick = () => {
    done++;
    options.onProgress?.({ stage: "distances", fraction: Math.min(1, done / total) });
    if (options.cancel?.aborted) throw new Cancelled();
  };
  try {
    return compareLevels(statesOf(bound, runs), comparison, integration.seed, tick);
  } catch (error) {
    if (error instanceof Cancelled) return {};
    throw error;
  }
}

/** Tilt and entropy for every pair of a finite cloud and exact moments; nothing where nothing is compared. */
function attentionOf(bound: Experiment, runs: readonly LevelProgress[], options: RunOptions): RunResult["attention"] {
  if (bound.comparison === undefined || options.cancel?.aborted) return undefined;
  const states = statesOf(bound, runs);
  const exact = ({ level }: LevelStates) => level.kind === "gaussian" && level.approximation === undefined;
  const found = states.flatMap((a, i) =>
    states.slice(i + 1).flatMap((b) => {
      const [cloud, moments] = exact(a) ? [b, a] : [a, b];
      if (cloud.level.kind !== "point-cloud" || !exact(moments)) return [];
      const watch = watchAttention(bound.model, cloud, moments);
      return watch === undefined ? [] : [[`${a.level.name}|${b.level.name}`, watch] as const];
    }),
  );
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/**
 * Runs every level of an experiment, measures the distances between them and checks what it expects.
 * A pure function of the experiment: the same numbers on every machine with the same backend.
 *
 * @cost the sum of the levels; distances see compare-levels.ts
 */
export function runExperiment(bound: Experiment, options: RunOptions = {}): RunResult {
  bound.activity();
  const activities: Partial<BackendActivity>[] = [];
  const runs = runLevels(bound, options, (activity) => activities.push(activity));
  const levels = Object.fromEntries(runs.map(({ result }, k) => [bound.levels[k]!.level.name, result]));
  const distances = distancesOf(bound, runs, options);
  const expect = bound.expectations.map((one) => checkExpectation(one, { levels, distances }));
  const attention = attentionOf(bound, runs, options);
  if (options.cancel?.aborted && !runs.some(({ result }) => cancelled(result)))
    options.checkpoint?.take({ done: runs });
  const result = {
    format: 1,
    spec: bound.spec,
    backend: { ...bound.backend, ...mergeActivities([...activities, bound.activity()]) },
    levels,
    distances,
    expect,
  } as const;
  return attention === undefined ? result : { ...result, attention };
}
