import { existsSync } from "node:fs";
import type { Command } from "commander";
import { Option } from "commander";
import { emit, emitJson, tell } from "../output/emit.js";
import type { SweepFlags } from "../sweep/perform-sweep.js";
import { type Recruits, recruit } from "../sweep/pool.js";
import type { PreparedSweep } from "../sweep/prepare.js";
import { machineResources, workersFor } from "../sweep/resources.js";
import { directory, integer, positiveInteger, repeated } from "./options.js";

interface Flags extends SweepFlags {
  readonly set?: readonly string[];
  readonly seed?: number;
  readonly out?: string;
  readonly plan?: boolean;
}

/** Workers started ahead, at most: a small sweep would not need more. */
const mostAhead = 8;

/**
 * Workers of a sweep that begins, which load their code while this process loads its own and plans. None for a sweep that
 * is there already: there may be nothing left to compute.
 */
function recruitsFor({ workers, out }: Flags): Recruits {
  const resources = machineResources();
  const count = workersFor(workers ?? resources.cores, resources);
  const begins = out === undefined || !existsSync(out);
  return recruit(begins ? Math.min(count, mostAhead) : 0, resources.memory / count);
}

async function showPlan(prepared: PreparedSweep, { json, workers }: Flags): Promise<void> {
  const { planAnswer, planText } = await import("../sweep/plan-report.js");
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
      const recruits = flags.plan ? recruit(0, 0) : recruitsFor(flags);
      try {
        const { prepareSweep } = await import("../sweep/prepare.js");
        const prepared = await prepareSweep(file, flags);
        if (flags.plan) return await showPlan(prepared, flags);
        const { performSweep } = await import("../sweep/perform-sweep.js");
        const ended = await performSweep(await prepared.claim(), flags, { recruits });
        for (const line of ended.warnings) tell(line);
        if (flags.json) emitJson(ended.answer);
        else if (!flags.quiet) emit(ended.text);
        exit(ended.code);
      } finally {
        recruits.dismiss();
      }
    });
}
