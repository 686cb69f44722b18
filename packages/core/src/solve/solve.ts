import { SolveError } from "../foundation/errors/index.js";
import { checkResume, type SolveCheckpoint, type StepPosition } from "./checkpoint.js";
import type { Crossing, SolveEvent } from "./event.js";
import { crosses, findCrossing } from "./event.js";
import type { Method } from "./method.js";
import type { Save, SolveOptions } from "./options.js";
import type { Outcome } from "./outcome.js";
import type { Problem } from "./problem.js";
import { createRecorder, type Recorder } from "./recorder.js";
import type { Failure, Step } from "./step.js";
import { steps } from "./step.js";
import { stepsInTime } from "./steps-in-time.js";
import { stepsAcrossJumps } from "./switching.js";
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

/** All that a run has so far; what a checkpoint holds beside the position of its steps. */
interface Ledger {
  t: number;
  readonly y: Float64Array;
  readonly workspace: Float64Array;
  readonly recorders: readonly (readonly [name: string, recorder: Recorder])[];
  readonly watches: readonly Watch[];
  readonly passed: { name: string; t: number }[];
  readonly methods: MethodSpan[];
  readonly stats: { steps: number; rejected: number; evaluations: number };
}

/** The ledger of a run that begins, or of one that goes on; nothing is measured yet. @throws InputError conflict */
function openLedger(problem: Problem, options: SolveOptions): Ledger {
  const { resume } = options;
  const saves = Object.entries(options.save ?? {});
  const events = options.events ?? [];
  const names = saves.map(([name]) => name);
  if (resume !== undefined) checkResume(resume, problem.y0.length, names, events.length);
  const y = (resume?.position.y ?? problem.y0).slice();
  return {
    t: resume?.t ?? options.span[0],
    y,
    workspace: new Float64Array(y.length),
    recorders: saves.map(([name, save]) => [name, createRecorder(save, resume?.records[name])] as const),
    watches: events.map((event, k) => ({ event, before: resume?.events[k] ?? 0 })),
    passed: [...(resume?.passed ?? [])],
    methods: [...(resume?.methods ?? [])],
    stats: { ...(resume?.stats ?? { steps: 0, rejected: 0, evaluations: 0 }) },
  };
}

/** What is measured where a run begins. */
function begin({ t, y, recorders, watches }: Ledger): void {
  for (const [, recorder] of recorders) recorder.start(t, y);
  for (const watch of watches) watch.before = watch.event.g(t, y);
}

/** Takes a step into the ledger. @returns how the run ends there, if it does */
function enter(step: Step, ledger: Ledger): Outcome | undefined {
  const { y, workspace, recorders, watches, passed, methods, stats } = ledger;
  stats.steps++;
  stats.rejected += step.rejected;
  const crossing = watches.length === 0 ? nothing : crossingsIn(step, watches, workspace);
  const stop = crossing.terminal?.t ?? step.t1;
  for (const [, recorder] of recorders) stats.evaluations += recorder.during(step, stop, workspace);
  stats.evaluations += step.evaluations + crossing.cost + step.dense(stop, y);
  noteMethod(methods, step, stop);
  ledger.t = stop;
  for (const one of crossing.passed) passed.push({ name: one.event.name, t: one.t });
  return crossing.terminal && stoppedAt(crossing.terminal, y);
}

/** The checkpoint after a step; undefined where the method cannot tell its position. */
function checkpointOf(last: Step, ledger: Ledger): SolveCheckpoint | undefined {
  const position = last.position?.();
  if (position === undefined) return undefined;
  const { t, recorders, watches, passed, methods, stats } = ledger;
  return {
    t,
    position,
    records: Object.fromEntries(recorders.map(([name, recorder]) => [name, recorder.state()])),
    events: Float64Array.from(watches, ({ before }) => before),
    passed: [...passed],
    methods: [...methods],
    stats: { ...stats },
  };
}

function generatorOf(problem: Problem, method: Method, options: SolveOptions, from?: StepPosition) {
  const { time } = options;
  if (time !== undefined) return stepsInTime(problem, method, options, time, from);
  const across = problem.jumps !== undefined && options.steps.kind === "adaptive";
  return across ? stepsAcrossJumps(problem, method, options, from) : steps(problem, method, options, from);
}

/** Steps to the end of the span, to a terminal event, or to where the method cannot go on. */
function advance(ledger: Ledger, problem: Problem, method: Method, options: SolveOptions): Outcome {
  const [start, end] = options.span;
  const { checkpoint } = options;
  if (options.resume === undefined) begin(ledger);
  const from = options.resume?.position;
  const generator = generatorOf(problem, method, options, from);
  let last: Step | undefined;
  for (;;) {
    const cancelled = options.cancel?.aborted === true;
    if (checkpoint !== undefined && (cancelled || (last !== undefined && checkpoint.due()))) {
      // Before the first step there is nothing but what the run was resumed from.
      const taken = last === undefined ? options.resume : checkpointOf(last, ledger);
      if (taken !== undefined) checkpoint.take(taken);
    }
    if (cancelled) return { status: "stopped", event: "cancelled", t: ledger.t, tError: 0 };
    const next = generator.next();
    if (next.done) return next.value === undefined ? { status: "completed" } : failed(next.value);
    last = next.value;
    const stopped = enter(last, ledger);
    const { t, stats } = ledger;
    options.onProgress?.({ t, fraction: (t - start) / (end - start), steps: stats.steps });
    if (stopped !== undefined) return stopped;
  }
}

/** What `work` says, or the SolveError it met as a failure at the depth reached. */
function outcomeOf(ledger: Ledger, work: () => Outcome): Outcome {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SolveError)) throw error;
    return failed({ code: error.code, t: ledger.t, message: error.message });
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
  const ledger = openLedger(problem, options);
  const ended = outcomeOf(ledger, () => advance(ledger, problem, method, options));
  let outcome = ended;
  for (const [, recorder] of ledger.recorders) {
    // An observable that fails at the end must not take the other records with it; an earlier failure stands.
    const finished = outcomeOf(ledger, () => {
      recorder.finish(ledger.t, ledger.y);
      return ended;
    });
    if (outcome.status !== "failed") outcome = finished;
  }
  const { t, y, recorders, passed, methods, stats } = ledger;
  const records = Object.fromEntries(recorders.map(([name, recorder]) => [name, recorder.recorded()]));
  return {
    outcome,
    tEnd: t,
    yEnd: y,
    records: records as Record<keyof S & string, Recorded>,
    events: passed,
    stats: methods.length === 0 ? stats : { ...stats, methods },
  };
}
