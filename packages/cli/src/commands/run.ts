import { runAnswer } from "@meanfield/results";
import type { Command } from "commander";
import { emit, emitJson, tell } from "../output/emit.js";
import {
  analysisLines,
  departureLines,
  distanceFailures,
  distancesTable,
  endLines,
  ensemblesTable,
  levelsTable,
  monitorLines,
  unmetLines,
} from "../output/run-tables.js";
import { documentOptions, type RunFlags } from "./options.js";
import { type Performed, performRun } from "./perform-run.js";

/** What a run says on a terminal. */
export function printRun({ record, analysis, directory, reused }: Performed): void {
  const { result, id, seconds } = record;
  emit(
    `${String(result.spec["title"] ?? "experiment")} — id ${id}${reused ? " (finished before)" : `, ${seconds.toFixed(1)} s`}\n`,
  );
  emit(levelsTable(result));
  const watched = monitorLines(result);
  if (watched.length > 0) emit(`\n${watched.join("\n")}`);
  const theory = [...analysisLines(analysis), ...departureLines(result)];
  if (theory.length > 0) emit(`\n${theory.join("\n")}`);
  const ensembles = ensemblesTable(result);
  if (ensembles !== undefined) emit(`\nEnsembles at their last depth\n${ensembles}`);
  const ends = endLines(result);
  if (ends.length > 0) emit(ends.join("\n"));
  const distances = distancesTable(result);
  if (distances !== undefined) emit(`\nDistances at the last depth both levels reached\n${distances}`);
  if (directory !== undefined) emit(`\nresults and report.html in ${directory}`);
}

/**
 * What was slower than it could be, unless --quiet or computed before; and the warnings that must not be missed, whatever
 * the output: failed levels and distances, and unmet expectations.
 * @returns exit code: 1 for an expectation that is not met, for a distance whose numerics failed, and for a level that failed
 * where no line of `expect` says so
 */
export function settle({ record, reused }: Performed, quiet: boolean): number {
  const { levels, expect, backend } = record.result;
  if (!quiet && !reused) for (const notice of backend.notices ?? []) tell(notice);
  const failed = Object.entries(levels).flatMap(([name, { outcome }]) =>
    outcome.status === "failed" ? [{ name, message: outcome.message }] : [],
  );
  for (const { name, message } of failed) tell(`level ${name} failed: ${message}`);
  const unmeasured = distanceFailures(record.result);
  const unmet = unmetLines(record.result);
  for (const line of [...unmeasured, ...unmet]) tell(line);
  const expected = ({ name }: { readonly name: string }) =>
    expect.some(({ level, equals }) => level === name && equals === "failed");
  return unmet.length > 0 || unmeasured.length > 0 || !failed.every(expected) ? 1 : 0;
}

/** `meanfield run FILE`. */
export function addRun(program: Command, exit: (code: number) => void): void {
  const command = program
    .command("run")
    .summary("run one experiment at its levels of description")
    .description("Runs one experiment file. Writes the results and report.html; with --json alone it only prints.")
    .addHelpText(
      "after",
      `
Examples:
  meanfield run examples/blow-up-1d/experiment.yaml
  meanfield run my.yaml --set model.attention.softmax.beta=4 --seed 2 --out results/beta-4
  meanfield run my.yaml --json > answer.json`,
    );
  documentOptions(command).action(async (file: string, flags: RunFlags) => {
    const keep = flags.json !== true || flags.out !== undefined;
    const performed = await performRun(file, { ...flags, quiet: flags.quiet === true, keep, resultOnly: true });
    if (flags.json) emitJson(runAnswer(performed.record));
    else if (!flags.quiet) printRun(performed);
    exit(settle(performed, flags.quiet === true));
  });
}
