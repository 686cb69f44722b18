import type { CancelSignal } from "../../foundation/cancel/index.js";
import { InputError, SolveError } from "../../foundation/errors/index.js";
import { analyzeExperiment } from "../analyze.js";
import type { Experiment } from "../experiment.js";
import type { RunResult } from "../result.js";
import { runExperiment } from "../run.js";
import type { RunOptions } from "../run-options.js";
import { type CellColumns, cellColumns } from "./cell-columns.js";
import type { Measure } from "./section.js";

/** How a cell ended. A level whose outcome is `failed` makes the cell fail too; its other columns are kept. */
export interface CellOutcome {
  readonly status: "done" | "failed";
  /** Of an error: its code, e.g. "not-finite", or "defect". */
  readonly code?: string;
  readonly message?: string;
  readonly columns: CellColumns;
  /** The whole result, where the levels ran. */
  readonly result?: RunResult;
  readonly analysis?: ReturnType<typeof analyzeExperiment>;
}

/** The outcome of a cell that threw: whatever it was, the sweep goes on. */
export function failedCell(error: unknown): CellOutcome {
  const known = error instanceof InputError || error instanceof SolveError;
  const message = error instanceof Error ? error.message : String(error);
  return { status: "failed", code: known ? error.code : "defect", message, columns: {} };
}

/** Distances are the dearest part of many runs: only where they are asked for. */
function withoutDistances(bound: Experiment): Experiment {
  const expected = bound.expectations.some(({ series }) => series?.includes("|"));
  return expected ? bound : { ...bound, comparison: undefined };
}

/** What failed first in a run: a level, or a distance between two. */
function firstFailure({ levels, distances }: RunResult): Pick<CellOutcome, "code" | "message"> | undefined {
  for (const [name, { outcome }] of Object.entries(levels)) {
    if (outcome.status === "failed") return { code: outcome.code, message: `level ${name}: ${outcome.message}` };
  }
  for (const [pair, metrics] of Object.entries(distances)) {
    for (const { failed } of Object.values(metrics)) {
      if (failed !== undefined) return { code: failed.code, message: `${pair} at t = ${failed.t}: ${failed.message}` };
    }
  }
  return undefined;
}

/**
 * Runs what `measure` asks for: the levels unless it is `analysis` alone, the distances and the analysis where they
 * are named. A pure function of the experiment, so a cell has the same bytes wherever it is computed.
 *
 * @cost that of run and analyze
 */
export function runCell(bound: Experiment, measure: readonly Measure[], options: RunOptions = {}): CellOutcome {
  const cancel: { cancel?: CancelSignal } = options.cancel ? { cancel: options.cancel } : {};
  try {
    const wanted = measure.includes("distances") ? bound : withoutDistances(bound);
    const result = measure.every((one) => one === "analysis") ? undefined : runExperiment(wanted, options);
    const analysis = measure.includes("analysis")
      ? analyzeExperiment(bound, { ...cancel, leaveOut: ["picture", "integrates"] })
      : undefined;
    const columns = cellColumns(bound, measure, result, analysis);
    const first = result === undefined ? undefined : firstFailure(result);
    return {
      status: first === undefined ? "done" : "failed",
      ...(first === undefined ? {} : first),
      columns,
      ...(result === undefined ? {} : { result }),
      ...(analysis === undefined ? {} : { analysis }),
    };
  } catch (error) {
    return failedCell(error);
  }
}
