import { dirname } from "node:path/posix";
import { InputError } from "@meanfield/core/foundation/errors";
import {
  cellArrays,
  type ExportFormat,
  exportCells,
  exportFormats,
  exportRun,
  joinPath,
  readCells,
  readRun,
  readSweepManifest,
  runArrays,
  type StoreIo,
  sweepManifestName,
} from "@meanfield/results";
import { type Command, Option } from "commander";
import { nodeStoreIo } from "../files/node-store-io.js";
import { hdf5File } from "../optional/hdf5.js";
import { emit } from "../output/emit.js";
import { directory as directoryName } from "./options.js";

const formats = [...exportFormats, "h5"] as const;

type Files = Record<string, Uint8Array>;

interface ExportFlags {
  readonly format: (typeof formats)[number];
  readonly out?: string;
}

async function filesOf(io: StoreIo, directory: string, format: ExportFlags["format"]): Promise<Files> {
  if ((await io.kind(joinPath(directory, sweepManifestName))) === "file") return cellFiles(io, directory, format);
  const record = await readRun(io, directory);
  if (format !== "h5") return exportRun(record, format satisfies ExportFormat);
  const attributes = { spec: JSON.stringify(record.result.spec) };
  return { "run.h5": await hdf5File(runArrays(record.result), attributes) };
}

/** The rows of a sweep; those there are, where it is not whole. @throws InputError empty */
async function cellFiles(io: StoreIo, directory: string, format: ExportFlags["format"]): Promise<Files> {
  const { document } = await readSweepManifest(io, directory);
  const rows = await readCells(io, directory);
  if (rows.length === 0) {
    const rule = "a sweep needs a finished cell to be exported";
    throw new InputError({
      code: "empty",
      who: directory,
      rule,
      got: "none",
      fix: `See meanfield status ${directory}`,
    });
  }
  if (format !== "h5") return exportCells(rows, document, format satisfies ExportFormat);
  const { arrays, words } = cellArrays(rows);
  const attributes = { document: JSON.stringify(document), words: JSON.stringify(words) };
  return { "cells.h5": await hdf5File(arrays, attributes) };
}

/** `meanfield export DIR`: a finished run for other programs. */
export function addExport(program: Command): void {
  program
    .command("export")
    .summary("a finished run, or the rows of a sweep, as npz (NumPy), csv, parquet, zarr or h5")
    .description(
      "Writes a finished run for other programs, every number bit for bit: npz, zarr and h5 (which needs the package h5wasm) hold states, series, ensembles and distances; csv and parquet all but the states. Of a sweep, every column of its rows.",
    )
    .argument("<dir>", "directory of a finished run or of a sweep")
    .addOption(new Option("--format <format>", "how it is written").choices(formats).default("npz"))
    .option("--out <dir>", "where the files go (default: <dir>/export)", directoryName)
    .addHelpText("after", "\nExample:\n  meanfield export results/quickstart/experiment --format csv --out tables")
    .action(async (directory: string, flags: ExportFlags) => {
      const io = nodeStoreIo();
      const files = await filesOf(io, directory, flags.format);
      const out = flags.out ?? joinPath(directory, "export");
      const folders = new Set(Object.keys(files).map((name) => dirname(joinPath(out, name))));
      for (const folder of folders) await io.makeDirectory(folder);
      for (const [name, bytes] of Object.entries(files)) await io.writeAtomic(joinPath(out, name), bytes);
      const told = new Set(Object.keys(files).map((name) => (flags.format === "zarr" ? name.split("/")[0]! : name)));
      for (const name of told) emit(joinPath(out, name));
    });
}
