import type { Command } from "commander";
import { Option } from "commander";
import { emit, emitJson, tell } from "../output/emit.js";
import { performSweep, type SweepFlags } from "../sweep/perform-sweep.js";
import { planAnswer, planText } from "../sweep/plan-report.js";
import { type PreparedSweep, prepareSweep } from "../sweep/prepare.js";
import { directory, integer, positiveInteger, repeated } from "./options.js";

interface Flags extends SweepFlags {
  readonly set?: readonly string[];
  readonly seed?: number;
  readonly out?: string;
  readonly plan?: boolean;
}

function showPlan(prepared: PreparedSweep, { json, workers }: Flags): void {
  if (json) emitJson(planAnswer(prepared, workers));
  else emit(planText(prepared, workers));
}

/** `meanfield sweep FILE`. */
export function addSweep(program: Command, exit: (code: number) => void): void {
  program
    .command("sweep")
    .summary("thousands of runs of one experiment, on all cores")
    .description(
      "Computes what is missing of a sweep. The same command resumes it after any kind of end, and extends it when the file's sweep: section has grown.",
    )
    .argument("<file>", "experiment file with a sweep: section, YAML or JSON")
    .option("--plan", "show the cells and what they will cost; compute nothing")
    .option("--set <path=value>", "override one value; may be repeated", repeated)
    .option("--seed <n>", "seed of the noise and of the tokens", integer)
    .option("--out <dir>", "directory of the results (default: results/<name>-<id>)", directory)
    .addOption(new Option("--engine <name>", "who computes the chunks").choices(["local"]).default("local"))
    .option("--workers <n>", "worker processes (default: all cores, as memory allows)", positiveInteger)
    .option("--retries <n>", "how often a cell may lose its worker before it is given up", integer, 2)
    .option("--json", "print one JSON document on stdout")
    .option("--quiet", "no progress and no tables")
    .addHelpText(
      "after",
      `
Examples:
  meanfield sweep phase-map.yaml --plan
  meanfield sweep phase-map.yaml --out results/phase-map
  meanfield sweep phase-map.yaml --set sweep.seeds=32`,
    )
    .action(async (file: string, flags: Flags) => {
      const prepared = await prepareSweep(file, flags);
      if (flags.plan) return showPlan(prepared, flags);
      const ended = await performSweep(await prepared.claim(), flags);
      for (const line of ended.warnings) tell(line);
      if (flags.json) emitJson(ended.answer);
      else if (!flags.quiet) emit(ended.text);
      exit(ended.code);
    });
}
