import { decodeColumns, verifiedBytes } from "@meanfield/results";
import { Interrupted, stopSignals } from "../compute/interrupts.js";
import { tell } from "../output/emit.js";
import { textTable } from "../output/text-table.js";
import { createReporter, progressStyle } from "../progress/reporter.js";
import { type DriveResult, drive } from "./drive.js";
import { failuresOf } from "./failures.js";
import { duration } from "./plan-report.js";
import type { Recruits } from "./pool.js";
import { machineResources } from "./resources.js";
import { storedChunks } from "./stages.js";
import type { SweepContext } from "./sweep-context.js";
import { sweepState } from "./sweep-state.js";

/** Flags of the commands that compute cells. */
export interface SweepFlags {
  readonly workers?: number;
  readonly retries: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** How a sweep ended. */
export interface EndedSweep {
  readonly code: number;
  readonly answer: unknown;
  readonly text: string;
  readonly warnings: readonly string[];
}

/** Failed cells that are named at the end. */
const named = 5;

/** Cells whose expectations were not met: told by the workers for the chunks computed now, read for the others. */
async function unmetCells(context: SweepContext, told: ReadonlyMap<string, number>): Promise<number> {
  const expected = context.plan.base["expect"];
  if (!Array.isArray(expected) || expected.length === 0) return 0;
  let unmet = 0;
  for (const [label, file] of await storedChunks(context)) {
    const known = told.get(label);
    if (known !== undefined) {
      unmet += known;
      continue;
    }
    const rows = await decodeColumns(await verifiedBytes(context.io, file), ["expect.ok"], file.path);
    unmet += rows.filter((row) => row["expect.ok"] === false).length;
  }
  return unmet;
}

async function summary(
  context: SweepContext,
  { computed, reused, inCells, unmet: told, notices }: DriveResult,
  seconds: number,
): Promise<EndedSweep> {
  const state = await sweepState(context);
  const failures = state.failed > 0 ? await failuresOf(context, named) : [];
  const unmet = await unmetCells(context, told);
  const { directory, manifest } = context;
  const { cells, done, failed, stages, chunks } = state;
  const kept = cells - computed - reused;
  const warnings = failures.map(
    ({ values, code, message }) => `cell ${JSON.stringify(values)} failed (${code}): ${message}`,
  );
  if (failed > failures.length)
    warnings.push(`… and ${failed - failures.length} more; meanfield status ${directory} --failures`);
  if (unmet > 0) warnings.push(`not met: what ${unmet} of ${cells} cells expect (column expect.ok)`);
  return {
    code: failed > 0 || unmet > 0 ? 1 : 0,
    answer: {
      base: manifest.base,
      directory,
      cells,
      done,
      failed,
      unmet,
      computed,
      reused,
      kept,
      stages,
      chunks,
      seconds,
      inCells,
      notices: [...notices],
    },
    text: `${textTable(
      ["cells", "done", "failed", "computed now", "there before", "stages", "time"],
      [[cells, done, failed, computed, kept + reused, stages, duration(seconds)].map(String)],
    )}\n\n${directory}`,
    warnings,
  };
}

/**
 * Computes what is missing of a sweep, and says how it ended. Stop signals keep what is done.
 * @throws InputError; Interrupted
 */
export async function performSweep(
  context: SweepContext,
  flags: SweepFlags,
  { redoFailed = false, recruits }: { readonly redoFailed?: boolean; readonly recruits?: Recruits } = {},
): Promise<EndedSweep> {
  const start = performance.now();
  const reporter = createReporter(progressStyle(flags.quiet === true));
  const resources = machineResources();
  let asked = false;
  const note = () => {
    asked = true;
  };
  for (const signal of stopSignals) process.on(signal, note);
  try {
    const driven = await drive(context, {
      workers: flags.workers ?? resources.cores,
      resources,
      retries: flags.retries,
      redoFailed,
      ...(recruits && { recruits }),
      stopped: () => asked,
      onProgress: (done, cells, stage) =>
        reporter.update({
          stage: stage === 0 ? "cells" : `cells, stage ${stage + 1}`,
          fraction: cells === 0 ? 1 : done / cells,
        }),
      tell,
    });
    if (!driven.finished) throw new Interrupted("finished cells are kept; the same command goes on");
    const ended = await summary(context, driven, (performance.now() - start) / 1000);
    return flags.quiet ? ended : { ...ended, warnings: [...driven.notices, ...ended.warnings] };
  } finally {
    reporter.done();
    for (const signal of stopSignals) process.off(signal, note);
  }
}
