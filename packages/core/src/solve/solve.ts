import type { Crossing, SolveEvent } from "./event.js";
import { crosses, findCrossing } from "./event.js";
import type { Method } from "./method.js";
import type { Save, SolveOptions } from "./options.js";
import type { Outcome } from "./outcome.js";
import type { Problem } from "./problem.js";
import { createRecorder } from "./recorder.js";
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

/**
 * Integrates ẏ = f(t, y) over a span: the synchronous driver around `steps`.
 *
 * A run never throws for numerical reasons: its outcome says `completed`, `stopped` (at an event, or "cancelled") or
 * `failed`. Records of a run that ends early end with the state there. In `stopped`, `tError` is the width of the
 * bracket of the root and the event's own extrapolation error; the error of the integration itself is not in it and
 * has to be found by a second tolerance (see experiment/confirm-stop.ts).
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
  const [start, end] = options.span;
  const recorders = Object.entries(options.save ?? {}).map(([name, save]) => [name, createRecorder(save)] as const);
  const watches = (options.events ?? []).map((event) => ({ event, before: event.g(start, problem.y0) }));
  const workspace = new Float64Array(problem.y0.length);
  const y = problem.y0.slice();
  const passed: { name: string; t: number }[] = [];
  const methods: MethodSpan[] = [];
  const stats = { steps: 0, rejected: 0, evaluations: 0 };
  let t = start;
  let outcome: Outcome | undefined;
  for (const [, recorder] of recorders) recorder.start(start, y);

  const { time } = options;
  const generator = time === undefined ? steps(problem, method, options) : stepsInTime(problem, method, options, time);
  while (outcome === undefined) {
    if (options.cancel?.aborted) {
      outcome = { status: "stopped", event: "cancelled", t, tError: 0 };
      break;
    }
    const next = generator.next();
    if (next.done) {
      outcome = next.value === undefined ? { status: "completed" } : failed(next.value);
      break;
    }
    const step = next.value;
    stats.steps++;
    stats.rejected += step.rejected;
    const crossing = watches.length === 0 ? nothing : crossingsIn(step, watches, workspace);
    const stop = crossing.terminal?.t ?? step.t1;
    for (const [, recorder] of recorders) stats.evaluations += recorder.during(step, stop, workspace);
    stats.evaluations += step.evaluations + crossing.cost + step.dense(stop, y);
    noteMethod(methods, step, stop);
    t = stop;
    for (const one of crossing.passed) passed.push({ name: one.event.name, t: one.t });
    if (crossing.terminal) outcome = stoppedAt(crossing.terminal, y);
    options.onProgress?.({ t, fraction: (t - start) / (end - start), steps: stats.steps });
  }
  for (const [, recorder] of recorders) recorder.finish(t, y);
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
