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
}

const flags = ["--expose-gc", "--min-semi-space-size=64", "--max-semi-space-size=64"];

/** The answer of a metering script, in a process of its own: an engine that has seen other work boxes its numbers. */
export async function metered<T>(script: string, ...args: readonly string[]): Promise<T> {
  const path = join(import.meta.dirname, "..", script);
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, path, ...args]);
  return JSON.parse(stdout);
}

/** Steps of one problem in two sizes, and of a control that allocates nine numbers an evaluation. */
export const meteredSteps = (problem: string, backend: string, methods: readonly string[]) =>
  metered<{ control: StepAnswer; answers: readonly StepAnswer[] }>(
    "step-allocations.mjs",
    JSON.stringify({ problem, backend, methods }),
  );

/** Evaluations of the drift in a step with its dense output, at most: dop853 makes 12 and 4. */
const mostEvaluations = 16;

/**
 * Steps that take arrays, or more than small objects and numbers in transit: `slack` bytes and 256 for each evaluation. What
 * 256 bytes hold is a view, or sixteen numbers.
 */
export function greedy(answers: readonly StepAnswer[], slack: number): readonly StepAnswer[] {
  return answers.filter(({ bytes, buffers }) => buffers > 0 || bytes > slack + 256 * mostEvaluations);
}
