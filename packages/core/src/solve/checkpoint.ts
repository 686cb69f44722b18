import { InputError } from "../foundation/errors/index.js";
import type { ControllerState } from "./controller.js";
import type { MethodMemory } from "./method.js";
import type { MethodSpan, SolveStats } from "./trajectory.js";

/** Where the step generator stands after a step: all it needs to make the next one, bit for bit. Plain data. */
export interface StepPosition {
  /** Number of the smooth piece between breakpoints. */
  readonly piece: number;
  readonly t: number;
  readonly y: Float64Array;
  /** Length of the next step, where steps are chosen. */
  readonly dt: number;
  /** Steps made in this piece, and in all. */
  readonly taken: number;
  readonly count: number;
  readonly controller: ControllerState;
  /** What the method carries from step to step; absent where it carries nothing. */
  readonly memory?: MethodMemory;
  /** Where the smooth piece of a drift that jumps was chosen; absent where the drift does not jump. */
  readonly origin?: { readonly t: number; readonly y: Float64Array };
}

/** What a recorder has taken so far; plain data. */
export interface RecorderState {
  readonly t: Float64Array;
  /** Shape [t.length, …item]. */
  readonly values: Float64Array;
  /** Number of the next time. */
  readonly next: number;
}

/**
 * A run that can be taken up again: position of the steps, records, events and work so far. Plain data: structured clone
 * and files keep it bit for bit. Noise has no position of its own: it is a pure function of seed, run and depth.
 */
export interface SolveCheckpoint {
  /** Depth reached. */
  readonly t: number;
  readonly position: StepPosition;
  /** Records by name. */
  readonly records: Readonly<Record<string, RecorderState>>;
  /** Values of the events' functions at t, in their order. */
  readonly events: Float64Array;
  readonly passed: readonly { readonly name: string; readonly t: number }[];
  readonly methods: readonly MethodSpan[];
  readonly stats: Pick<SolveStats, "steps" | "rejected" | "evaluations">;
}

/** Who keeps checkpoints, and when; core has no clock. */
export interface CheckpointSink<C> {
  /** Asked after every step. */
  due(): boolean;
  /** What it is given may change afterwards: keep a copy (structured clone, a message to another thread, a file). */
  take(checkpoint: C): void;
}

/** @throws InputError conflict: a checkpoint of another run */
export function checkResume(resume: SolveCheckpoint, size: number, names: readonly string[], events: number): void {
  const theirs = Object.keys(resume.records);
  const same = resume.position.y.length === size && resume.events.length === events;
  if (same && names.length === theirs.length && names.every((name) => Object.hasOwn(resume.records, name))) return;
  throw new InputError({
    code: "conflict",
    who: "solve.resume",
    rule: `the checkpoint must be of this run: a state of ${size} numbers, ${events} events, the records ${names.join(", ")}`,
    got: `${resume.position.y.length} numbers, ${resume.events.length} events, the records ${theirs.join(", ")}`,
    fix: "Start without it",
    path: ["resume"],
  });
}
