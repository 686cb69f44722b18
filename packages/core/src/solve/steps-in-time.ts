import { InputError } from "../foundation/errors/index.js";
import type { StepPosition } from "./checkpoint.js";
import { findCrossing } from "./event.js";
import type { Method } from "./method.js";
import { checkOptions, type SolveOptions } from "./options.js";
import type { Problem } from "./problem.js";
import { type Failure, type Step, steps, withinPiece } from "./step.js";
import type { TimeChange } from "./time-change.js";

function* logSteps(problem: Problem, method: Method, options: SolveOptions, scale: number, from?: StepPosition) {
  const [start, end] = options.span;
  const toLog = (t: number) => Math.log1p((t - start) / scale);
  const toTime = (s: number) => start + scale * Math.expm1(s);
  const changed: Problem = {
    ...problem,
    ...(problem.breakpoints && { breakpoints: problem.breakpoints.filter((t) => t > start).map(toLog) }),
    drift(s, y, out) {
      const factor = scale * Math.exp(s);
      problem.drift(toTime(s), y, out);
      for (let i = 0; i < out.length; i++) out[i]! *= factor;
    },
  };
  const last = toLog(end);
  const inner = steps(changed, method, { span: [0, last], steps: options.steps }, from);
  for (let next = inner.next(); ; next = inner.next()) {
    if (next.done) return next.value && { ...next.value, t: toTime(next.value.t) };
    const step = next.value;
    const [t0, t1] = [toTime(step.t0), step.t1 === last ? end : toTime(step.t1)];
    const inside = (t: number) => Math.min(Math.max(toLog(t), step.t0), step.t1);
    yield { ...step, t0, t1, dense: (t: number, out: Float64Array) => step.dense(t === t1 ? step.t1 : inside(t), out) };
  }
}

type StateChange = TimeChange & { readonly kind: "state" };

/** The state with t as its last component, moved by f·dt/dτ. */
function extended(problem: Problem, time: StateChange, y0: Float64Array, start: number): Problem {
  const size = y0.length;
  const views = new WeakMap<Float64Array, Float64Array>();
  const inner = (y: Float64Array) => {
    let view = views.get(y);
    if (view === undefined) {
      view = y.subarray(0, size);
      views.set(y, view);
    }
    return view;
  };
  const state = new Float64Array(size + 1);
  state.set(y0);
  state[size] = start;
  const { retract } = problem;
  return {
    y0: state,
    layout: problem.layout,
    drift(_tau, y, out) {
      const [own, rate] = [inner(y), inner(out)];
      problem.drift(y[size]!, own, rate);
      const speed = time.speed(y[size]!, own, rate);
      for (let i = 0; i < size; i++) out[i]! *= speed;
      out[size] = speed;
    },
    ...(retract && { retract: (y: Float64Array) => retract(inner(y)) }),
  };
}

/** A step in τ seen in t, cut at `end`. */
function inTime(step: Step, t0: number, end: number, workspace: Float64Array): Step & { readonly done: boolean } {
  const size = workspace.length - 1;
  const tauOf = (t: number): { tau: number; cost: number } => {
    let cost = 0;
    const gap = (tau: number) => {
      cost += step.dense(tau, workspace);
      return workspace[size]! - t;
    };
    const [before, after] = [t0 - t, step.y[size]! - t];
    if (before >= 0) return { tau: step.t0, cost };
    if (after <= 0) return { tau: step.t1, cost };
    return { tau: findCrossing(gap, step.t0, step.t1, before, after).t, cost };
  };
  const done = step.y[size]! >= end;
  const t1 = done ? end : step.y[size]!;
  let extra = 0;
  let y = step.y.subarray(0, size);
  const dense = (t: number, out: Float64Array): number => {
    if (t === t1 && y !== undefined) {
      out.set(y);
      return 0;
    }
    const { tau, cost } = tauOf(t);
    const more = step.dense(tau, workspace);
    out.set(workspace.subarray(0, size));
    return cost + more;
  };
  if (done && step.y[size]! > end) {
    const { tau, cost } = tauOf(end);
    extra = cost + step.dense(tau, workspace);
    y = workspace.slice(0, size);
  }
  return { ...step, t0, t1, y, dense, evaluations: step.evaluations + extra, done };
}

function* statePiece(
  problem: Problem,
  method: Method,
  options: SolveOptions,
  time: StateChange,
  from: { readonly y: Float64Array; readonly start: number; readonly end: number; readonly taken: number },
): Generator<Step, Failure | { y: Float64Array; taken: number }> {
  const size = problem.y0.length;
  const workspace = new Float64Array(size + 1);
  const rate = new Float64Array(size);
  let [y, t, taken] = [from.y, from.start, from.taken];
  const limit = options.steps.kind === "adaptive" ? options.steps.maxSteps : 0;
  // How much τ the rest will take is not known: stretches of growing length, each a run of its own.
  for (let stretch = 1; ; stretch *= 2) {
    problem.drift(t, y, rate);
    const length = (stretch * (from.end - t)) / time.speed(t, y, rate);
    if (!(length > 0 && length < Number.MAX_VALUE)) {
      const message = `${method.name}: the drift or the speed of time is not finite at t = ${t}`;
      return { code: "not-finite", t, message };
    }
    const inner = steps(extended(problem, time, y, t), method, { span: [0, length], steps: options.steps });
    for (let next = inner.next(); ; next = inner.next()) {
      if (next.done) {
        if (next.value !== undefined) return { ...next.value, t };
        break;
      }
      const { done, position: _, ...step } = inTime(next.value, t, from.end, workspace);
      yield step;
      const advance = step.t1 - t;
      t = step.t1;
      y = step.y;
      if (done) return { y: y.slice(), taken: taken + 1 };
      if (time.beyond(y) || advance < 4 * Number.EPSILON * Math.max(Math.abs(t), Math.abs(from.end) * 1e-3)) {
        const message = `${method.name}: the state left its bounds or t stood still at t = ${t}; the solution is probably singular there`;
        return { code: "step-too-small", t, message };
      }
      if (++taken >= limit) {
        const message = `${method.name}: ${taken} steps reached only t = ${t}; raise maxSteps, or loosen rtol and atol`;
        return { code: "too-many-steps", t, message };
      }
    }
    y = y.slice();
  }
}

function* stateSteps(problem: Problem, method: Method, options: SolveOptions, time: StateChange) {
  const [start, end] = options.span;
  const knots = [start, ...(problem.breakpoints ?? []).filter((t) => t > start && t < end), end];
  const { breakpoints: _all, ...smooth } = problem;
  let y: Float64Array = problem.y0.slice();
  let taken = 0;
  for (let k = 0; k + 1 < knots.length; k++) {
    const [from, to] = [knots[k]!, knots[k + 1]!];
    const local = to === end ? smooth : withinPiece(smooth, from, to);
    const result = yield* statePiece(local, method, options, time, { y, start: from, end: to, taken });
    if ("code" in result) return result;
    y = result.y;
    taken = result.taken;
  }
  return undefined;
}

/**
 * As `steps`, but made in another variable: the steps, their dense output and failures are given in physical time.
 *
 * @throws InputError incompatible: at fixed steps, and for problems with noise
 * @cost one more component; between steps a root is found for every time that is asked for
 * @accuracy the tolerance, also on t; solve/steps-in-time.test.ts
 * @source numerics.md, ODE
 */
export function stepsInTime(
  problem: Problem,
  method: Method,
  options: SolveOptions,
  time: TimeChange,
  from?: StepPosition,
): Generator<Step, Failure | undefined> {
  checkOptions(problem, method, options);
  if (time.kind === "state" && (from !== undefined || options.checkpoint !== undefined)) {
    throw new InputError({
      code: "incompatible",
      who: "solve.checkpoint",
      rule: "a run in a time that depends on the state has no checkpoints",
      got: "a checkpoint asked for",
      fix: "Leave out time, or take logTime",
      path: ["checkpoint"],
    });
  }
  const noisy = problem.diffusion !== undefined;
  if (options.steps.kind === "adaptive" && !noisy) {
    return time.kind === "log"
      ? logSteps(problem, method, options, time.scale, from)
      : stateSteps(problem, method, options, time);
  }
  throw new InputError({
    code: "incompatible",
    who: "solve.time",
    rule: "a change of time needs adaptive steps and a problem without noise",
    got: noisy ? "a problem with a diffusion" : `${options.steps.kind} steps`,
    fix: "Leave out time, or give steps: adaptive",
    path: ["time"],
  });
}
