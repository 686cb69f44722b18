import type { LevelMonitor } from "../dynamics/index.js";
import type { CancelSignal } from "../foundation/cancel/index.js";
import type { NdArray } from "../foundation/shapes/index.js";
import {
  confirmStop,
  type Save,
  type SolveOptions,
  type StateObservable,
  type Stepping,
  solve,
  type Trajectory,
  wholeState,
} from "../solve/index.js";
import { checkExpectation } from "./check-expectation.js";
import { compareLevels, comparisonSize, type LevelStates } from "./compare-levels.js";
import type { Experiment } from "./experiment.js";
import { monitorTimes, resolutionOf } from "./monitoring.js";
import type { BoundSeries, ExperimentLevel } from "./resolve-series.js";
import type { LevelResult, RunResult, Series } from "./result.js";
import { watchAttention } from "./watch-attention.js";

/** Where a run stands. */
export interface RunProgress {
  /** Name of the level, or "distances". */
  readonly stage: string;
  /** Of this stage, in [0, 1]. */
  readonly fraction: number;
  /** Depth reached, where the stage has one. */
  readonly t?: number;
}

export interface RunOptions {
  readonly cancel?: CancelSignal;
  onProgress?(progress: RunProgress): void;
}

/** Thrown out of the distances when a cancel arrives there; levels end with the outcome "cancelled" instead. */
class Cancelled extends Error {}

/** What an observable of laws measures on flat states. */
function onStates({ observable }: BoundSeries, { level }: ExperimentLevel): StateObservable {
  return { ...observable, measure: (t, y, out) => observable.measure(t, level.law(y), out) };
}

/** The saved states, cut into the blocks of the level's layout. */
function blocks(level: ExperimentLevel["level"], record: NdArray): Record<string, NdArray> {
  const count = record.shape[0]!;
  const size = level.problem.y0.length;
  return Object.fromEntries(
    Object.entries(level.problem.layout).map(([name, block]) => {
      const length = block.shape.reduce((a, b) => a * b, 1);
      const data = new Float64Array(count * length);
      for (let k = 0; k < count; k++) {
        const from = k * size + block.offset;
        data.set(record.data.subarray(from, from + length), k * length);
      }
      return [name, { shape: [count, ...block.shape], data }];
    }),
  );
}

interface LevelRun {
  readonly result: LevelResult;
  readonly states: LevelStates;
}

function integrationOf({ integration }: Experiment, { level }: ExperimentLevel) {
  const { method, stepping } = level.own ?? integration;
  return { ...integration, method, stepping };
}

function seriesOf(one: ExperimentLevel, trajectory: Trajectory): Record<string, Series> {
  return Object.fromEntries(
    one.series.map(({ name, observable }) => {
      const { t, value } = trajectory.records[`series ${name}`]!;
      return [name, { t, value, unit: observable.unit, doc: observable.doc }];
    }),
  );
}

function reportsOf(monitors: readonly LevelMonitor[], trajectory: Trajectory, stepping: Stepping) {
  const judged = monitors.map(({ name, judge }) => {
    const records = trajectory.records[`monitor ${name}`]!;
    return [name, judge(records, resolutionOf(stepping))] as const;
  });
  return Object.fromEntries(judged);
}

function runLevel(bound: Experiment, one: ExperimentLevel, options: RunOptions): LevelRun {
  const { level } = one;
  const integration = integrationOf(bound, one);
  const state = wholeState(level.problem.y0.length);
  const save: Record<string, Save> = {
    states: { what: state, when: bound.saveAt },
    compare: { what: state, when: bound.comparison?.times ?? [] },
  };
  const monitors = level.monitors ?? [];
  const watched = monitorTimes(integration.stepping, integration.span);
  for (const { name, what } of monitors) save[`monitor ${name}`] = { what, when: watched };
  for (const series of one.series) save[`series ${series.name}`] = { what: onStates(series, one), when: series.times };
  const solveOptions: SolveOptions = {
    span: integration.span,
    steps: integration.stepping,
    seed: integration.seed,
    events: level.events,
    save,
    ...(options.cancel ? { cancel: options.cancel } : {}),
    onProgress: ({ t, fraction }) => options.onProgress?.({ stage: level.name, fraction, t }),
  };
  const trajectory = solve(level.problem, integration.method, solveOptions);
  const first = trajectory.outcome;
  const confirm = level.confirmStops && first.status === "stopped" && first.event !== "cancelled";
  const outcome = confirm ? confirmStop(first, level.problem, integration.method, solveOptions) : first;
  const result: LevelResult = {
    outcome,
    t: trajectory.records["states"]!.t,
    states: blocks(level, trajectory.records["states"]!.value),
    series: seriesOf(one, trajectory),
    ...(monitors.length === 0 ? {} : { monitors: reportsOf(monitors, trajectory, integration.stepping) }),
    ...(level.approximation === undefined ? {} : { approximation: level.approximation }),
    ...(trajectory.events.length === 0 ? {} : { events: trajectory.events }),
    stats: { ...trajectory.stats, method: integration.method.name },
  };
  const compared = trajectory.records["compare"]!;
  return { result, states: { level, t: compared.t, states: compared.value.data } };
}

/** Distances between all levels, with progress; empty when a cancel arrives. */
function distancesOf(bound: Experiment, runs: readonly LevelRun[], options: RunOptions): RunResult["distances"] {
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
    return compareLevels(
      runs.map((run) => run.states),
      comparison,
      integration.seed,
      tick,
    );
  } catch (error) {
    if (error instanceof Cancelled) return {};
    throw error;
  }
}

/** Tilt and entropy for every pair of a finite cloud and exact moments; nothing where nothing is compared. */
function attentionOf(bound: Experiment, runs: readonly LevelRun[], options: RunOptions): RunResult["attention"] {
  if (bound.comparison === undefined || options.cancel?.aborted) return undefined;
  const states = runs.map((run) => run.states);
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
  const runs = bound.levels.map((one) => [one.level.name, runLevel(bound, one, options)] as const);
  const levels = Object.fromEntries(runs.map(([name, run]) => [name, run.result]));
  const distances = distancesOf(
    bound,
    runs.map(([, run]) => run),
    options,
  );
  const expect = bound.expectations.map((one) => checkExpectation(one, { levels, distances }));
  const attention = attentionOf(
    bound,
    runs.map(([, run]) => run),
    options,
  );
  const result = {
    format: 1,
    spec: bound.spec,
    backend: { ...bound.backend, ...bound.activity() },
    levels,
    distances,
    expect,
  } as const;
  return attention === undefined ? result : { ...result, attention };
}
