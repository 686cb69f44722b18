import { type ExportFormat, exportRun, joinPath, readRun } from "@meanfield/results";
import { type Command, Option } from "commander";
import { nodeStoreIo } from "../files/node-store-io.js";
import { emit } from "../output/emit.js";
import { directory as directoryName } from "./options.js";

interface ExportFlags {
  readonly format: ExportFormat;
  readonly out?: string;
}

/** `meanfield export DIR`: a finished run for other programs. */
export function addExport(program: Command): void {
  program
    .command("export")
    .summary("a finished run as npz (NumPy) or csv")
    .description(
      "Writes a finished run for other programs, every number bit for bit: npz holds states, series and distances; csv holds series and distances.",
    )
    .argument("<dir>", "directory of a finished run")
    .addOption(new Option("--format <format>", "npz or csv").choices(["npz", "csv"]).default("npz"))
    .option("--out <dir>", "where the files go (default: <dir>/export)", directoryName)
    .addHelpText("after", "\nExample:\n  meanfield export results/quickstart/experiment --format csv --out tables")
    .action(async (directory: string, flags: ExportFlags) => {
      const io = nodeStoreIo();
      const files = exportRun(await readRun(io, directory), flags.format);
      const out = flags.out ?? joinPath(directory, "export");
      await io.makeDirectory(out);
      for (const [name, bytes] of Object.entries(files)) {
        await io.writeAtomic(joinPath(out, name), bytes);
        emit(joinPath(out, name));
      }
    });
}
