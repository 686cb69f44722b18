import { dirname } from "node:path/posix";
import {
  type ExportFormat,
  exportFormats,
  exportRun,
  joinPath,
  type RunRecord,
  readRun,
  runArrays,
} from "@meanfield/results";
import { type Command, Option } from "commander";
import { nodeStoreIo } from "../files/node-store-io.js";
import { hdf5File } from "../optional/hdf5.js";
import { emit } from "../output/emit.js";
import { directory as directoryName } from "./options.js";

const formats = [...exportFormats, "h5"] as const;

interface ExportFlags {
  readonly format: (typeof formats)[number];
  readonly out?: string;
}

async function filesOf(record: RunRecord, format: ExportFlags["format"]): Promise<Record<string, Uint8Array>> {
  if (format !== "h5") return exportRun(record, format satisfies ExportFormat);
  const attributes = { spec: JSON.stringify(record.result.spec) };
  return { "run.h5": await hdf5File(runArrays(record.result), attributes) };
}

/** `meanfield export DIR`: a finished run for other programs. */
export function addExport(program: Command): void {
  program
    .command("export")
    .summary("a finished run as npz (NumPy), csv, parquet, zarr or h5")
    .description(
      "Writes a finished run for other programs, every number bit for bit: npz, zarr and h5 (which needs the package h5wasm) hold states, series, ensembles and distances; csv and parquet all but the states.",
    )
    .argument("<dir>", "directory of a finished run")
    .addOption(new Option("--format <format>", "how it is written").choices(formats).default("npz"))
    .option("--out <dir>", "where the files go (default: <dir>/export)", directoryName)
    .addHelpText("after", "\nExample:\n  meanfield export results/quickstart/experiment --format csv --out tables")
    .action(async (directory: string, flags: ExportFlags) => {
      const io = nodeStoreIo();
      const files = await filesOf(await readRun(io, directory), flags.format);
      const out = flags.out ?? joinPath(directory, "export");
      const folders = new Set(Object.keys(files).map((name) => dirname(joinPath(out, name))));
      for (const folder of folders) await io.makeDirectory(folder);
      for (const [name, bytes] of Object.entries(files)) await io.writeAtomic(joinPath(out, name), bytes);
      const told = flags.format === "zarr" ? ["run.zarr"] : Object.keys(files);
      for (const name of told) emit(joinPath(out, name));
    });
}
