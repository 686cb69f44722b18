import type { LevelMonitor } from "../dynamics/index.js";
import type { CancelSignal } from "../foundation/cancel/index.js";
import type { NdArray } from "../foundation/shapes/index.js";
import {
  type CheckpointSink,
  confirmStop,
  type Method,
  type Save,
  type SolveCheckpoint,
  type SolveOptions,
  type StateObservable,
  type Stepping,
  solve,
  type TimeChange,
  type Trajectory,
  wholeState,
} from "../solve/index.js";
import type { Experiment } from "./experiment.js";
import { monitorTimes, resolutionOf } from "./monitoring.js";
import type { BoundSeries, ExperimentLevel } from "./resolve-series.js";
import type { LevelResult, Series } from "./result.js";
import type { LevelProgress, RunProgress } from "./run-options.js";

/** What an observable of laws measures on flat states. */
function onStates({ observable }: BoundSeries, { level }: ExperimentLevel): StateObservable {
  return { ...observable, measure: (t, y, out) => observable.measure(t, level.law(y), out) };
}

/** The record of a series in a trajectory. */
export const seriesKey = (name: string): string => `series ${name}`;

/** Every series of a level as records of a run. */
export function seriesRecords(one: ExperimentLevel): Record<string, Save> {
  return Object.fromEntries(
    one.series.map((series) => [seriesKey(series.name), { what: onStates(series, one), when: series.times }]),
  );
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

/** Of a law that has a density: its value ρ = mass/volume at the midpoints of the cells, and where these lie. */
function densityStates({ level }: ExperimentLevel, record: NdArray): Record<string, NdArray> {
  const count = record.shape[0]!;
  const size = level.problem.y0.length;
  const laws = Array.from({ length: count }, (_, k) => level.law(record.data.slice(k * size, (k + 1) * size)));
  const grids = laws.flatMap((law) => (law.kind === "point-cloud" && law.cells ? [{ ...law, cells: law.cells }] : []));
  const [first] = grids;
  if (first === undefined) return {};
  const { m, d, cells } = first;
  const density = new Float64Array(count * m);
  const nodes = new Float64Array(count * m * d);
  for (const [k, { points, weights, cells: here }] of grids.entries()) {
    for (let j = 0; j < m; j++) density[k * m + j] = weights[j]! / here.volumes[j]!;
    nodes.set(points, k * m * d);
  }
  return {
    density: { shape: [count, ...cells.shape], data: density },
    nodes: { shape: [count, ...cells.shape, d], data: nodes },
  };
}

/** How a level is integrated: as the experiment says, or as the level itself brings it. */
export function integrationOf(
  { integration }: Experiment,
  { level }: ExperimentLevel,
): { method: Method; stepping: Stepping; time?: TimeChange } {
  if (level.own !== undefined) return level.own;
  const { method, stepping, time } = integration;
  return { method, stepping, ...(time && { time }) };
}

function seriesOf(one: ExperimentLevel, trajectory: Trajectory): Record<string, Series> {
  return Object.fromEntries(
    one.series.map(({ name, observable }) => {
      const { t, value } = trajectory.records[seriesKey(name)]!;
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

/** What one level needs beside the experiment. */
export interface LevelOptions {
  readonly cancel?: CancelSignal;
  onProgress?(progress: RunProgress): void;
  readonly checkpoint?: CheckpointSink<SolveCheckpoint>;
  readonly resume?: SolveCheckpoint;
}

/** Runs one level once: repeat 0. */
export function runLevel(bound: Experiment, one: ExperimentLevel, options: LevelOptions): LevelProgress {
  const { level } = one;
  const { method, stepping, time } = integrationOf(bound, one);
  const state = wholeState(level.problem.y0.length);
  const monitors = level.monitors ?? [];
  const watched = monitorTimes(stepping, bound.integration.span);
  const { cancel, checkpoint, resume } = options;
  const solveOptions: SolveOptions = {
    span: bound.integration.span,
    steps: stepping,
    ...(time && { time }),
    seed: bound.integration.seed,
    events: level.events,
    save: {
      states: { what: state, when: bound.saveAt },
      compare: { what: state, when: bound.comparison?.times ?? [] },
      ...Object.fromEntries(monitors.map(({ name, what }) => [`monitor ${name}`, { what, when: watched }])),
      ...seriesRecords(one),
    },
    ...(cancel && { cancel }),
    ...(checkpoint && { checkpoint }),
    ...(resume && { resume }),
    onProgress: ({ t, fraction }) => options.onProgress?.({ stage: level.name, fraction, t }),
  };
  const trajectory = solve(level.problem, method, solveOptions);
  const first = trajectory.outcome;
  const confirm = level.confirmStops && first.status === "stopped" && first.event !== "cancelled";
  const outcome = confirm ? confirmStop(first, level.problem, method, solveOptions) : first;
  const result: LevelResult = {
    outcome,
    t: trajectory.records["states"]!.t,
    states: {
      ...blocks(level, trajectory.records["states"]!.value),
      ...densityStates(one, trajectory.records["states"]!.value),
    },
    series: seriesOf(one, trajectory),
    ...(monitors.length === 0 ? {} : { monitors: reportsOf(monitors, trajectory, stepping) }),
    ...(level.approximation === undefined ? {} : { approximation: level.approximation }),
    ...(trajectory.events.length === 0 ? {} : { events: trajectory.events }),
    stats: { ...trajectory.stats, method: method.name },
  };
  const compared = trajectory.records["compare"]!;
  return { result, compared: { t: compared.t, states: compared.value.data } };
}
