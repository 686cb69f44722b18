import type { Command } from "commander";
import { nodeStoreIo } from "../files/node-store-io.js";
import { emit, emitJson, tell } from "../output/emit.js";
import { performSweep, type SweepFlags } from "../sweep/perform-sweep.js";
import { openSweep } from "../sweep/sweep-context.js";
import { integer, positiveInteger } from "./options.js";

/** `meanfield retry DIR`. */
export function addRetry(program: Command, exit: (code: number) => void): void {
  program
    .command("retry")
    .summary("compute the failed cells of a sweep again")
    .description("Computes the failed cells of a sweep again, and what is missing. Finished cells stay as they are.")
    .argument("<dir>", "directory of a sweep")
    .option("--workers <n>", "worker processes (default: all cores, as memory allows)", positiveInteger)
    .option("--retries <n>", "how often a cell may lose its worker before it is given up", integer, 2)
    .option("--json", "print one JSON document on stdout")
    .option("--quiet", "no progress and no tables")
    .addHelpText("after", "\nExample:\n  meanfield retry results/phase-map")
    .action(async (directory: string, flags: SweepFlags) => {
      const ended = await performSweep(await openSweep(nodeStoreIo(), directory), flags, {
        redoFailed: true,
      });
      for (const line of ended.warnings) tell(line);
      if (flags.json) emitJson(ended.answer);
      else if (!flags.quiet) emit(ended.text);
      exit(ended.code);
    });
}
