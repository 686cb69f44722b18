import { SolveError } from "../foundation/errors/index.js";
import type { Crossing, SolveEvent } from "./event.js";
import { crosses, findCrossing } from "./event.js";
import type { Method } from "./method.js";
import type { Save, SolveOptions } from "./options.js";
import type { Outcome } from "./outcome.js";
import type { Problem } from "./problem.js";
import { createRecorder, type Recorder } from "./recorder.js";
import type { Failure, Step } from "./step.js";
import { steps } from "./step.js";
import { stepsInTime } from "./time-change.js";
import type { MethodSpan, Recorded, Trajectory } from "./trajectory.js";

/** Signs of all events at the last accepted state. */
interface Watch {
  readonly event: SolveEvent;
  before: number;
}

interface Crossings {
  readonly terminal: Crossing | undefined;
  readonly passed: readonly Crossing[];
  readonly cost: number;
}

const nothing: Crossings = { terminal: undefined, passed: [], cost: 0 };

/** The earliest terminal crossing of the step, and every non-terminal one before it. */
function crossingsIn(step: Step, watches: readonly Watch[], workspace: Float64Array): Crossings {
  let cost = 0;
  const found: Crossing[] = [];
  for (const watch of watches) {
    const after = watch.event.g(step.t1, step.y);
    if (crosses(watch.event.direction, watch.before, after)) {
      const g = (t: number) => {
        cost += step.dense(t, workspace);
        return watch.event.g(t, workspace);
      };
      const { t, bracket } = findCrossing(g, step.t0, step.t1, watch.before, after);
      found.push({ event: watch.event, t, bracket });
    }
    watch.before = after;
  }
  found.sort((a, b) => a.t - b.t);
  const terminal = found.find((crossing) => crossing.event.terminal);
  const passed = found.filter(
    (crossing) => !crossing.event.terminal && (terminal === undefined || crossing.t <= terminal.t),
  );
  return { terminal, passed, cost };
}

function stoppedAt(crossing: Crossing, y: Float64Array): Outcome {
  const estimate = crossing.event.estimate?.(crossing.t, y) ?? { t: crossing.t, remainder: 0 };
  const tError = crossing.bracket + estimate.remainder + 2 * Number.EPSILON * Math.abs(estimate.t);
  return { status: "stopped", event: crossing.event.name, t: estimate.t, tError };
}

function failed(failure: Failure): Outcome {
  return { status: "failed", ...failure };
}

/** Adds the part of the step that was used to the list of which method made what. */
function noteMethod(spans: MethodSpan[], step: Step, stop: number): void {
  if (step.method === undefined) return;
  const last = spans.at(-1);
  const from = last?.name === step.method ? last.from : step.t0;
  if (last?.name === step.method) spans.pop();
  spans.push({ name: step.method, from, to: stop });
}

/** What a run carries from step to step. */
interface Run {
  t: number;
  readonly y: Float64Array;
  readonly recorders: readonly Recorder[];
  readonly passed: { name: string; t: number }[];
  readonly methods: MethodSpan[];
  readonly stats: { steps: number; rejected: number; evaluations: number };
}

/** Steps to the end of the span, to a terminal event, or to where the method cannot go on. */
function advance(run: Run, problem: Problem, method: Method, options: SolveOptions): Outcome {
  const { y, recorders, stats } = run;
  const [start, end] = options.span;
  for (const recorder of recorders) recorder.start(start, y);
  const watches = (options.events ?? []).map((event) => ({ event, before: event.g(start, problem.y0) }));
  const workspace = new Float64Array(y.length);
  const { time } = options;
  const generator = time === undefined ? steps(problem, method, options) : stepsInTime(problem, method, options, time);
  for (;;) {
    if (options.cancel?.aborted) return { status: "stopped", event: "cancelled", t: run.t, tError: 0 };
    const next = generator.next();
    if (next.done) return next.value === undefined ? { status: "completed" } : failed(next.value);
    const step = next.value;
    stats.steps++;
    stats.rejected += step.rejected;
    const crossing = watches.length === 0 ? nothing : crossingsIn(step, watches, workspace);
    const stop = crossing.terminal?.t ?? step.t1;
    for (const recorder of recorders) stats.evaluations += recorder.during(step, stop, workspace);
    stats.evaluations += step.evaluations + crossing.cost + step.dense(stop, y);
    noteMethod(run.methods, step, stop);
    run.t = stop;
    for (const one of crossing.passed) run.passed.push({ name: one.event.name, t: one.t });
    options.onProgress?.({ t: stop, fraction: (stop - start) / (end - start), steps: stats.steps });
    if (crossing.terminal) return stoppedAt(crossing.terminal, y);
  }
}

/** What `work` says, or the SolveError it met as a failure at the depth reached. */
function outcomeOf(run: Run, work: () => Outcome): Outcome {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SolveError)) throw error;
    return failed({ code: error.code, t: run.t, message: error.message });
  }
}

/**
 * Integrates ẏ = f(t, y) over a span: the synchronous driver around `steps`.
 *
 * A run never throws for numerical reasons: its outcome says `completed`, `stopped` (at an event, or "cancelled") or
 * `failed`; a SolveError in a drift, an event or an observable becomes `failed` with its code and message. Records of a
 * run that ends early end with the state there. In `stopped`, `tError` is the width of the bracket of the root and the
 * event's own extrapolation error; the error of the integration itself is not in it and has to be found by a second
 * tolerance (see experiment/confirm-stop.ts).
 *
 * @param options span and tolerances in depth
 * @throws InputError out-of-range, incompatible — before any work
 * @cost one pass; memory only for what `save` asks for
 * @accuracy the declared order of the method (methods/contract.test.ts); events on dense output (solve/solve.test.ts)
 */
export function solve<S extends Readonly<Record<string, Save>>>(
  problem: Problem,
  method: Method,
  options: SolveOptions<S>,
): Trajectory<keyof S & string> {
  const recorders = Object.entries(options.save ?? {}).map(([name, save]) => [name, createRecorder(save)] as const);
  const run: Run = {
    t: options.span[0],
    y: problem.y0.slice(),
    recorders: recorders.map(([, recorder]) => recorder),
    passed: [],
    methods: [],
    stats: { steps: 0, rejected: 0, evaluations: 0 },
  };
  const ended = outcomeOf(run, () => advance(run, problem, method, options));
  let outcome = ended;
  for (const recorder of run.recorders) {
    // An observable that fails at the end must not take the other records with it; an earlier failure stands.
    const finished = outcomeOf(run, () => {
      recorder.finish(run.t, run.y);
      return ended;
    });
    if (outcome.status !== "failed") outcome = finished;
  }
  const records = Object.fromEntries(recorders.map(([name, recorder]) => [name, recorder.recorded()]));
  const { stats, methods } = run;
  return {
    outcome,
    tEnd: run.t,
    yEnd: run.y,
    records: records as Record<keyof S & string, Recorded>,
    events: run.passed,
    stats: methods.length === 0 ? stats : { ...stats, methods },
  };
}
