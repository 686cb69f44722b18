import { setTimeout } from "node:timers/promises";
import type { Command } from "commander";
import { nodeStoreIo } from "../files/node-store-io.js";
import { emit } from "../output/emit.js";
import { askToStop, livingDrivers } from "../sweep/leases.js";
import { openSweep } from "../sweep/sweep-context.js";

/** Seconds to wait for drivers to see that they are asked to stop. */
const patience = 10;

/** `meanfield cancel DIR`. */
export function addCancel(program: Command, exit: (code: number) => void): void {
  program
    .command("cancel")
    .summary("stop whoever computes a sweep")
    .description(
      "Asks every process that computes a sweep to stop, on this machine or another. Finished cells are kept.",
    )
    .argument("<dir>", "directory of a sweep")
    .addHelpText("after", "\nExample:\n  meanfield cancel results/phase-map")
    .action(async (directory: string) => {
      const { io } = await openSweep(nodeStoreIo(), directory);
      const asked = await livingDrivers(io, directory);
      if (asked.length === 0) return emit("nobody computes this sweep");
      for (const driver of asked) await askToStop(io, directory, driver);
      const tokens = new Set(asked.map(({ token }) => token));
      let left = asked;
      for (let waited = 0; left.length > 0 && waited < patience; waited += 0.2) {
        await setTimeout(200);
        left = (await livingDrivers(io, directory)).filter(({ token }) => tokens.has(token));
      }
      for (const { host, pid } of left) emit(`asked, but still there: process ${pid} on ${host}`);
      if (left.length === 0) emit(`stopped ${asked.length}`);
      exit(left.length === 0 ? 0 : 1);
    });
}
