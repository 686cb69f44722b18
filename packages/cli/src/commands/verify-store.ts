import type { Command } from "commander";
import { nodeStoreIo } from "../files/node-store-io.js";
import { emit, emitJson } from "../output/emit.js";
import { verifyStore } from "../sweep/verify-store.js";

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;

/** `meanfield verify-store DIR`. */
export function addVerifyStore(program: Command, exit: (code: number) => void): void {
  program
    .command("verify-store")
    .summary("check every file of results against its checksum")
    .description(
      "Reads every run and every sweep in a directory, checks all checksums and that every row can be read. Exit 1 when something is damaged.",
    )
    .argument("<dir>", "a run, a sweep, or a directory of these")
    .option("--json", "print one JSON document on stdout")
    .addHelpText("after", "\nExample:\n  meanfield verify-store results")
    .action(async (directory: string, flags: { json?: boolean }) => {
      const found = await verifyStore(nodeStoreIo(), directory);
      if (flags.json) emitJson(found);
      else {
        for (const { message } of found.problems) emit(message);
        const { runs, sweeps, chunks, problems } = found;
        emit(
          `${count(runs, "run")}, ${count(sweeps, "sweep")} with ${count(chunks, "chunk")}: ${count(problems.length, "problem")}`,
        );
      }
      exit(found.problems.length > 0 ? 1 : 0);
    });
}
