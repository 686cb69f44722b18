import { InputError } from "@meanfield/core/foundation/errors";
import { chunksName, isTemporaryName, joinPath, looseName } from "@meanfield/results";
import type { Command } from "commander";
import { nodeStoreIo } from "../files/node-store-io.js";
import { emit } from "../output/emit.js";
import { driversName, leasesName, livingDrivers } from "../sweep/leases.js";
import { openSweep } from "../sweep/sweep-context.js";

/** `meanfield gc DIR`. */
export function addGc(program: Command): void {
  program
    .command("gc")
    .summary("remove what a sweep does not need any more")
    .description(
      "Removes rows of cells that are not in the sweep any more, parts of chunks, damaged chunks, and what killed processes left behind.",
    )
    .argument("<dir>", "directory of a sweep")
    .addHelpText("after", "\nExample:\n  meanfield gc results/phase-map")
    .action(async (directory: string) => {
      const { io } = await openSweep(nodeStoreIo(), directory);
      const driver = (await livingDrivers(io, directory))[0];
      if (driver !== undefined) {
        throw new InputError({
          code: "conflict",
          who: directory,
          rule: "nobody may compute a sweep while it is cleaned",
          got: `process ${driver.pid} on ${driver.host}`,
          fix: "Wait for it, or stop it with meanfield cancel",
        });
      }
      let removed = 0;
      for (const folder of ["", chunksName, looseName, leasesName, driversName]) {
        const inside = folder === "" ? directory : joinPath(directory, folder);
        if ((await io.kind(inside)) !== "directory") continue;
        for (const name of await io.list(inside)) {
          if ((folder === "" || folder === chunksName) && !isTemporaryName(name)) continue;
          await io.remove(joinPath(inside, name));
          removed++;
        }
      }
      emit(`removed ${removed} file${removed === 1 ? "" : "s"}`);
    });
}
