import type { SolveErrorCode } from "../foundation/errors/index.js";
import type { StepPosition } from "./checkpoint.js";
import type { Controller } from "./controller.js";
import { initialStep, piController } from "./controller.js";
import type { Method, Scratch } from "./method.js";
import type { SolveOptions, Stepping } from "./options.js";
import { checkOptions } from "./options.js";
import type { Problem } from "./problem.js";

/** One accepted step. The arrays are the driver's own and are overwritten by the next step. */
export interface Step {
  readonly t0: number;
  readonly t1: number;
  /** State at t1. */
  readonly y: Float64Array;
  /** Dense output: the state at any t in [t0, t1]. @returns evaluations of the drift it cost */
  dense(t: number, out: Float64Array): number;
  readonly evaluations: number;
  readonly rejected: number;
  /** The method that made it, told by methods that choose among several. */
  readonly method?: string;
  /** Where the generator stands; ask before pulling on. Not told by steps in a time that depends on the state. */
  position?(): StepPosition;
}

/** Why the generator stopped before the end of the span. */
export interface Failure {
  readonly code: SolveErrorCode;
  readonly t: number;
  readonly message: string;
}

interface Driver {
  readonly problem: Problem;
  readonly method: Method;
  readonly scratch: Scratch;
  readonly stepping: Stepping;
  readonly controller: Controller;
}

/** y − y is 0 for a finite number and NaN for any other; four sums, so that none waits for the one before. */
function allFinite(y: Float64Array): boolean {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i + 4 <= y.length; i += 4) {
    a += y[i]! - y[i]!;
    b += y[i + 1]! - y[i + 1]!;
    c += y[i + 2]! - y[i + 2]!;
    d += y[i + 3]! - y[i + 3]!;
  }
  for (; i < y.length; i++) a += y[i]! - y[i]!;
  return a + b + c + d === 0;
}

/**
 * The problem within one smooth piece: the drift is asked at times strictly before the piece's end, so that a stage at
 * the end of a step does not see the schedule of the next piece.
 */
export function withinPiece(problem: Problem, start: number, end: number): Problem {
  // Further from the end than the rounding that schedules forgive (parameters/schedule.ts), also late or in a short piece.
  const margin = Math.max(1e-9 * (end - start), 4e-12 * Math.max(1, Math.abs(end)));
  const last = end - Math.min(margin, (end - start) / 2);
  const { diffusion } = problem;
  return {
    ...problem,
    drift: (t, y, out) => problem.drift(Math.min(t, last), y, out),
    ...(diffusion && {
      diffusion: { ...diffusion, apply: (t, y, dW, out) => diffusion.apply(Math.min(t, last), y, dW, out) },
    }),
  };
}

/** Where a piece begins, or is taken up again. */
interface PieceStart {
  readonly t: number;
  /** Length of the first step, where steps are chosen. */
  readonly dt: number;
  readonly taken: number;
  /** Evaluations already spent on finding the first step. */
  readonly spent: number;
}

/** What of a position a piece knows. */
type PiecePosition = Omit<StepPosition, "piece" | "count">;
type PieceStep = Omit<Step, "position"> & { position(): PiecePosition };

/** Why no step is short enough: the equation itself overflows at y, or its solution is singular. */
function tooSmall({ method, problem }: Driver, t: number, y: Float64Array, h: number): Failure {
  const velocity = new Float64Array(y.length);
  problem.drift(t, y, velocity);
  // Steps shrink by at most five: the last that was refused was no longer than 5h.
  const ahead = y.map((value, i) => value + 10 * h * velocity[i]!);
  if (allFinite(velocity)) problem.drift(t, ahead, velocity);
  if (!allFinite(velocity)) {
    const message = `${method.name}: overflow: the velocity at t = ${t} is beyond what float64 holds (1.8e308), or is not a number; rescale the model, or take weights that are normalised or shifted`;
    return { code: "not-finite", t, message };
  }
  return {
    code: "step-too-small",
    t,
    message: `${method.name}: the step fell to ${h.toExponential(1)} at t = ${t}; the solution is singular there, or grows beyond what float64 holds`,
  };
}

function notFinite({ method }: Driver, t: number, t1: number): Failure {
  const message = `${method.name}: the state stopped being finite between t = ${t} and t = ${t1}; use adaptive steps to see why`;
  return { code: "not-finite", t, message };
}

/** Dense output of the step just made, whose end is known. */
function denseOf({ problem, method, scratch }: Driver, t0: number, t1: number, end: Float64Array): Step["dense"] {
  return (at, into) => {
    if (at === t1) {
      into.set(end);
      return 0;
    }
    const cost = method.interpolate((at - t0) / (t1 - t0), into, scratch).evaluations;
    problem.retract?.(into);
    return cost;
  };
}

function* piece(
  driver: Driver,
  start: number,
  end: number,
  y: Float64Array,
  from: PieceStart,
): Generator<PieceStep, Failure | number> {
  const { problem, method, scratch, stepping, controller } = driver;
  // The begin and the end of a step change places, so that no step copies a state.
  let begin = y;
  let next: Float64Array = new Float64Array(y.length);
  const pieceSteps = stepping.kind === "adaptive" ? Number.POSITIVE_INFINITY : countSteps(stepping, start, end);
  let t = from.t;
  let dt = stepping.kind === "adaptive" ? from.dt : (end - start) / pieceSteps;
  let [evaluations, rejected, taken] = [from.spent, 0, from.taken];
  while (t < end) {
    const fixedEnd = taken + 1 >= pieceSteps ? end : start + (taken + 1) * stepLength(stepping, start, end, pieceSteps);
    let t1 = stepping.kind === "adaptive" ? t + dt : fixedEnd;
    if (t1 >= end || end - t1 < 1e-3 * dt) t1 = end;
    const h = t1 - t;
    if (h < 4 * Number.EPSILON * Math.max(Math.abs(t), Math.abs(end) * 1e-3)) return tooSmall(driver, t, begin, h);
    const out = next;
    const report = method.step(problem, t, h, begin, out, scratch);
    evaluations += report.evaluations;
    if (stepping.kind === "adaptive") {
      const norm = allFinite(out) ? method.errorNorm!(begin, out, stepping.rtol, stepping.atol, scratch) : Number.NaN;
      if (!(norm <= 1)) {
        rejected++;
        dt = h * controller.rejected(norm);
        continue;
      }
      dt = h * controller.accepted(norm);
    } else if (!allFinite(out)) return notFinite(driver, t, t1);
    method.accept(scratch);
    const t0 = t;
    const dense = denseOf(driver, t0, t1, out);
    const position = () => ({
      t: t1,
      y: out.slice(),
      dt,
      taken: taken + 1,
      controller: controller.state(),
      ...(method.memory && { memory: method.memory.of(scratch) }),
    });
    const step = { t0, t1, y: out, dense, evaluations, rejected, position };
    yield report.method === undefined ? step : { ...step, method: report.method };
    next = begin;
    begin = out;
    t = t1;
    taken++;
    evaluations = 0;
    rejected = 0;
  }
  if (begin !== y) y.set(begin);
  return dt;
}

function stepLength(stepping: Stepping, start: number, end: number, count: number): number {
  return stepping.kind === "fixed" ? stepping.dt : (end - start) / count;
}

function countSteps(stepping: Stepping, start: number, end: number): number {
  if (stepping.kind === "layers") return stepping.L;
  if (stepping.kind === "fixed") return Math.max(1, Math.ceil((end - start) / stepping.dt - 1e-9));
  return Number.POSITIVE_INFINITY;
}

/** Breakpoints inside the span, which cut it into smooth pieces. Layers are never cut: a layer has one set of weights. */
function pieces(problem: Problem, options: SolveOptions): number[] {
  const [t0, t1] = options.span;
  const inner = options.steps.kind === "layers" ? [] : (problem.breakpoints ?? []).filter((t) => t > t0 && t < t1);
  return [t0, ...inner, t1];
}

function jumpsAt(problem: Problem, end: number, options: SolveOptions): boolean {
  return (
    options.steps.kind !== "layers" &&
    (problem.breakpoints ?? []).some((t) => Math.abs(t - end) <= 4e-12 * Math.max(1, Math.abs(end)))
  );
}

/**
 * The step generator: pausable (stop pulling), resumable (pull on), checkpointable (`position` of a step, given to a
 * new generator as `from`). Yields accepted steps in order; returns `undefined` at the end of the span, or why it could
 * not go on.
 *
 * @throws InputError out-of-range, incompatible — before the first step
 * @cost per step: that of the method; two extra evaluations at the start of adaptive stepping
 */
export function* steps(
  problem: Problem,
  method: Method,
  options: SolveOptions,
  from?: StepPosition,
): Generator<Step, Failure | undefined> {
  checkOptions(problem, method, options);
  const y = (from?.y ?? problem.y0).slice();
  const stepping = options.steps;
  const knots = pieces(problem, options);
  const last = options.span[1];
  let dt = from?.dt ?? 0;
  let count = from?.count ?? 0;
  for (let k = from?.piece ?? 0; k + 1 < knots.length; k++) {
    const [start, end] = [knots[k]!, knots[k + 1]!];
    // Also where the span ends at a jump: the last stage must not see the piece after it.
    const local = jumpsAt(problem, end, options) ? withinPiece(problem, start, end) : problem;
    const scratch = method.init(local, options.seed ?? 0, options.run ?? 0);
    const inside = k === from?.piece ? from : undefined;
    if (inside?.memory !== undefined) method.memory?.restore(scratch, inside.memory);
    const guessing = stepping.kind === "adaptive" && dt === 0;
    if (guessing) {
      dt = initialStep(local, method.order, start, end, stepping.rtol, stepping.atol);
    }
    const controller = piController(method.order, inside?.controller);
    const driver = { problem: local, method, scratch, stepping, controller };
    const inner = piece(
      driver,
      start,
      end,
      y,
      inside ? { ...inside, spent: 0 } : { t: start, dt: Math.min(dt, end - start), taken: 0, spent: guessing ? 2 : 0 },
    );
    for (;;) {
      const next = inner.next();
      if (next.done) {
        if (typeof next.value !== "number") return next.value;
        dt = next.value;
        break;
      }
      const step = next.value;
      count++;
      yield { ...step, position: () => ({ ...step.position(), piece: k, count }) };
      if (stepping.kind === "adaptive" && count >= stepping.maxSteps && step.t1 < last) {
        const message = `${method.name}: ${count} steps reached only t = ${step.t1}; raise maxSteps, or loosen rtol and atol`;
        return { code: "too-many-steps", t: step.t1, message };
      }
    }
  }
  return undefined;
}
