import type { Command } from "commander";
import { nodeStoreIo } from "../files/node-store-io.js";
import { emit, emitJson } from "../output/emit.js";
import { textTable } from "../output/text-table.js";
import { failuresOf } from "../sweep/failures.js";
import { duration } from "../sweep/plan-report.js";
import { openSweep } from "../sweep/sweep-context.js";
import { type SweepState, sweepState } from "../sweep/sweep-state.js";

function stateText(state: SweepState): string {
  const { cells, done, failed, running, stale, pending, stages, drivers, secondsPerCell } = state;
  const table = textTable(
    ["cells", "done", "failed", "running", "stale", "pending", "stages"],
    [[cells, done, failed, running, stale, pending, stages].map(String)],
  );
  const left = running + stale + pending;
  const cost =
    secondsPerCell === undefined
      ? []
      : [
          `${duration(secondsPerCell)} a cell as measured${left > 0 ? `; ${duration(left * secondsPerCell)} of one worker to go` : ""}`,
        ];
  const by = drivers.map(({ host, pid }) => `running on ${host}, process ${pid}`);
  return [table, ...cost, ...by].join("\n");
}

/** `meanfield status DIR`. */
export function addStatus(program: Command): void {
  program
    .command("status")
    .summary("where a sweep stands")
    .description(
      "Counts the cells of a sweep by state. Stale cells belong to a driver that is gone; they are computed again.",
    )
    .argument("<dir>", "directory of a sweep")
    .option("--failures", "list the failed cells with their messages; with --json their documents too")
    .option("--json", "print one JSON document on stdout")
    .addHelpText("after", "\nExample:\n  meanfield status results/phase-map --failures")
    .action(async (directory: string, flags: { failures?: boolean; json?: boolean }) => {
      const context = await openSweep(nodeStoreIo(), directory);
      const state = await sweepState(context);
      const failures = flags.failures ? await failuresOf(context, Number.POSITIVE_INFINITY) : undefined;
      if (flags.json) return emitJson({ ...state, ...(failures === undefined ? {} : { failures }) });
      emit(stateText(state));
      for (const { values, code, message } of failures ?? []) emit(`${JSON.stringify(values)}: ${code}: ${message}`);
    });
}
