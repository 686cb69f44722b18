import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

/** What a call or a step takes once it is warm, in bytes: on the heap and beside it, and the buffers of arrays alone. */
export interface Taken {
  readonly bytes: number;
  readonly buffers: number;
}

export interface StepAnswer extends Taken {
  readonly problem: string;
  readonly backend: string;
  readonly method: string;
  readonly size: number;
  /** Numbers of the state. */
  readonly length: number;
  /** Of the drift, in a step with its dense output. */
  readonly evaluations: number;
}

const flags = ["--expose-gc", "--min-semi-space-size=64", "--max-semi-space-size=64"];

/** The answer of a metering script, in a process of its own: an engine that has seen other work boxes its numbers. */
export async function metered<T>(script: string, ...args: readonly string[]): Promise<T> {
  const path = join(import.meta.dirname, "..", script);
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, path, ...args]);
  return JSON.parse(stdout);
}

/** What a step may take beside its evaluations: reports, and what the engine boxes until it has compiled everything. */
const perStep = 2048;
/** Thirty-two numbers in transit, or eight small objects. */
const perEvaluation = 512;

/** Steps of one problem in two sizes, and of a control that allocates nine numbers an evaluation. */
export const meteredSteps = (problem: string, backend: string, methods: readonly string[]) =>
  metered<{ control: StepAnswer; answers: readonly StepAnswer[] }>(
    "step-allocations.mjs",
    JSON.stringify({ problem, backend, methods, perStep, perEvaluation }),
  );

/** Steps that take arrays, or more than small objects and numbers in transit, and `slack` bytes. */
export function greedy(answers: readonly StepAnswer[], slack = 0): readonly StepAnswer[] {
  return answers.filter(
    ({ bytes, buffers, evaluations }) => buffers > 0 || bytes > slack + perStep + perEvaluation * evaluations,
  );
}
