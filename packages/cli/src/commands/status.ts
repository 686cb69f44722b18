import type { Proportion } from "@meanfield/core/foundation/statistics";
import type { Command } from "commander";
import { nodeStoreIo } from "../files/node-store-io.js";
import { emit, emitJson } from "../output/emit.js";
import { textTable } from "../output/text-table.js";
import { failuresOf } from "../sweep/failures.js";
import { duration } from "../sweep/plan-report.js";
import { type RegimeGroup, regimesOf } from "../sweep/regimes.js";
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

const percent = (part: number) => `${(100 * part).toFixed(1)} %`;

/** Regimes, then ranks of the limits, of every group: share, Wilson interval and count; then t*. */
function regimesText(groups: readonly RegimeGroup[], by: string | undefined): string {
  const rows = groups.flatMap(({ value, failed, statistics }): string[][] => {
    const group = by === undefined ? [] : [typeof value === "string" ? value : JSON.stringify(value)];
    const { frequencies = {}, ranks = {}, tStar } = statistics ?? {};
    const share = (what: string, { count, frequency, low, high }: Proportion) => [
      ...group,
      what,
      String(count),
      percent(frequency),
      `${percent(low)} – ${percent(high)}`,
    ];
    return [
      ...Object.entries(frequencies).map(([name, one]) => share(name, one)),
      ...Object.entries(ranks).map(([rank, one]) => share(`limit of rank ${rank}`, one)),
      ...(tStar
        ? [
            [
              ...group,
              "t*: median, 5 % – 95 %",
              "",
              tStar.median.toPrecision(4),
              `${tStar.low.toPrecision(4)} – ${tStar.high.toPrecision(4)}`,
            ],
          ]
        : []),
      ...(failed > 0 ? [[...group, "failed", String(failed), "", ""]] : []),
    ];
  });
  return textTable([...(by === undefined ? [] : [by]), "", "cells", "share", "95 % interval"], rows);
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
    .option("--regimes [column]", "frequencies of regimes and ranks with Wilson intervals, and t*; by a swept column")
    .option("--json", "print one JSON document on stdout")
    .addHelpText("after", "\nExample:\n  meanfield status results/phase-map --failures")
    .action(async (directory: string, flags: { failures?: boolean; regimes?: boolean | string; json?: boolean }) => {
      const context = await openSweep(nodeStoreIo(), directory);
      const state = await sweepState(context);
      const failures = flags.failures ? await failuresOf(context, Number.POSITIVE_INFINITY) : undefined;
      const by = typeof flags.regimes === "string" ? flags.regimes : undefined;
      const regimes = flags.regimes ? await regimesOf(context, by) : undefined;
      if (flags.json) return emitJson({ ...state, ...(failures && { failures }), ...(regimes && { regimes }) });
      emit(stateText(state));
      if (regimes !== undefined) emit(`\n${regimesText(regimes, by)}`);
      for (const { values, code, message } of failures ?? []) emit(`${JSON.stringify(values)}: ${code}: ${message}`);
    });
}
