import type { CancelSignal } from "../foundation/cancel/index.js";
import { InputError } from "../foundation/errors/index.js";
import type { CheckpointSink, SolveCheckpoint } from "./checkpoint.js";
import type { SolveEvent } from "./event.js";
import type { Method } from "./method.js";
import type { StateObservable } from "./observable.js";
import type { Problem } from "./problem.js";
import type { TimeChange } from "./time-change.js";

/** How steps are chosen. */
export type Stepping =
  | { readonly kind: "fixed"; readonly dt: number }
  | { readonly kind: "layers"; readonly L: number }
  | { readonly kind: "adaptive"; readonly rtol: number; readonly atol: number; readonly maxSteps: number };

/** Steps of length dt; the last is shortened to end at the span. */
export function fixed(dt: number): Stepping {
  if (!(dt > 0 && Number.isFinite(dt))) {
    throw new InputError({
      code: "out-of-range",
      who: "steps.fixed",
      rule: "dt must be a positive number",
      got: String(dt),
      path: ["dt"],
    });
  }
  return { kind: "fixed", dt };
}

/** Beyond this many steps of one length a run would not end: a slip in dt or L. */
export const mostSteps = 1e10;

/** Exactly L equal steps: the L layers of a network. */
export function layers(L: number): Stepping {
  if (!(Number.isInteger(L) && L > 0 && L <= mostSteps)) {
    throw new InputError({
      code: "out-of-range",
      who: "steps.layers",
      rule: "L must be a positive integer, at most 10¹⁰",
      got: String(L),
      path: ["L"],
    });
  }
  return { kind: "layers", L };
}

/** Steps chosen so that the local error stays below atol + rtol·|y|. */
export function adaptive(tolerance: { rtol: number; atol: number; maxSteps?: number }): Stepping {
  const { rtol, atol, maxSteps = 1_000_000 } = tolerance;
  if (!(Number.isInteger(maxSteps) && maxSteps > 0)) {
    throw new InputError({
      code: "out-of-range",
      who: "steps.adaptive",
      rule: "maxSteps must be a positive integer",
      got: String(maxSteps),
      path: ["maxSteps"],
    });
  }
  for (const [key, value] of Object.entries({ rtol, atol })) {
    if (!(value > 0 && Number.isFinite(value))) {
      throw new InputError({
        code: "out-of-range",
        who: "steps.adaptive",
        rule: `${key} must be a positive number`,
        got: String(value),
        path: [key],
      });
    }
  }
  const least = 10 * Number.EPSILON;
  if (rtol < least) {
    throw new InputError({
      code: "out-of-range",
      who: "steps.adaptive",
      rule: `rtol must be at least ${least.toExponential(1)}, the rounding of float64`,
      got: String(rtol),
      path: ["rtol"],
    });
  }
  return { kind: "adaptive", rtol, atol, maxSteps };
}

/** When an observable is recorded: at the end (or at the event that ends the run), or at given times. */
export type When = "end" | readonly number[];

/** One record of a trajectory. */
export interface Save {
  readonly what: StateObservable;
  readonly when: When;
}

export interface Progress {
  readonly t: number;
  /** In [0, 1]. */
  readonly fraction: number;
  readonly steps: number;
}

export interface SolveOptions<S extends Readonly<Record<string, Save>> = Readonly<Record<string, Save>>> {
  /** [t_0, t_1], t_0 < t_1, in depth. */
  readonly span: readonly [number, number];
  readonly steps: Stepping;
  readonly save?: S;
  readonly events?: readonly SolveEvent[];
  /** Seeds the method's noise; deterministic methods ignore it. */
  readonly seed?: number;
  /** Which of several runs with one seed this is: their noise is independent. Default 0. */
  readonly run?: number;
  /** The variable the steps are made in; spans, times and outcomes stay in depth. Default: depth itself. */
  readonly time?: TimeChange;
  readonly cancel?: CancelSignal;
  /** Takes checkpoints, also when a cancel arrives after a step. Not with a change of time by the state. */
  readonly checkpoint?: CheckpointSink<SolveCheckpoint>;
  /** Where another run with the same problem, method and options was left: its result is that of one undisturbed run. */
  readonly resume?: SolveCheckpoint;
  onProgress?(progress: Progress): void;
}

/** A method without noise would drop the diffusion, one of the other calculus would solve another equation. */
function checkNoise({ diffusion }: Problem, method: Method): void {
  if (diffusion === undefined) return;
  const noise = method.traits?.noise;
  if (noise === undefined) {
    throw new InputError({
      code: "incompatible",
      who: `method ${method.name}`,
      rule: "it integrates equations without noise",
      got: `a problem with ${diffusion.kind} noise`,
      fix: "Use euler-maruyama (Itô) or heun-stratonovich (Stratonovich) with fixed steps",
      path: ["method"],
    });
  }
  if (diffusion.kind === "additive" || diffusion.calculus === noise.calculus) return;
  throw new InputError({
    code: "incompatible",
    who: `method ${method.name}`,
    rule: `it integrates equations in the ${noise.calculus} sense`,
    got: `a diffusion in the ${diffusion.calculus} sense`,
    fix: "Use the other method, or convert the problem with inItoSense or inStratonovichSense",
    path: ["method"],
  });
}

/** Checks what can be checked before any work. @throws InputError out-of-range, incompatible */
export function checkOptions(problem: Problem, method: Method, options: SolveOptions): void {
  checkNoise(problem, method);
  const [t0, t1] = options.span;
  if (!(Number.isFinite(t0) && Number.isFinite(t1) && t0 < t1)) {
    throw new InputError({
      code: "out-of-range",
      who: "solve.span",
      rule: "a span [t0, t1] needs t0 < t1, both finite",
      got: `[${t0}, ${t1}]`,
      path: ["span"],
    });
  }
  for (const [name, { when }] of Object.entries(options.save ?? {})) {
    const outside = when === "end" ? undefined : when.find((t) => !(t >= t0 && t <= t1));
    if (outside === undefined) continue;
    throw new InputError({
      code: "out-of-range",
      who: "solve.save",
      rule: `times must lie in the span [${t0}, ${t1}]`,
      got: String(outside),
      path: ["save", name],
    });
  }
  if (options.steps.kind === "adaptive" && problem.jumps !== undefined) {
    throw new InputError({
      code: "incompatible",
      who: `method ${method.name}`,
      rule: `adaptive steps must end where the drift jumps: ${problem.jumps.rule}`,
      got: "steps over it",
      fix: "Use solve without a change of time, which finds the jumps, or give steps: { fixed: { dt: … } }",
      path: ["steps"],
    });
  }
  if (options.steps.kind === "adaptive" && method.errorNorm === undefined) {
    throw new InputError({
      code: "incompatible",
      who: `method ${method.name}`,
      rule: "it has no error estimate, so it cannot choose its steps",
      got: "steps: adaptive",
      fix: "Give steps: { fixed: { dt: … } }, or use tsit5 or dop853.",
      path: ["steps"],
    });
  }
}
