import { basename } from "node:path";
import { InputError } from "@meanfield/core/foundation/errors";
import { type AnalysisJson, applicableFigures, type Figure, figureKinds } from "@meanfield/figures";
import { joinPath, readRun, type StoreIo } from "@meanfield/results";
import type { Command } from "commander";
import { nodeStoreIo } from "../files/node-store-io.js";
import { emit } from "../output/emit.js";
import { directory as directoryName } from "./options.js";
import { addSweepFigureFlags, type SweepFigureFlags, sweepFigureKinds, sweepFigures } from "./sweep-figures.js";

interface FigureFlags extends SweepFigureFlags {
  readonly out?: string;
}

async function runFigures(io: StoreIo, directory: string, { kind }: FigureFlags): Promise<readonly Figure[]> {
  const { result, analysis } = await readRun(io, directory);
  const source = { run: result, ...(analysis === undefined ? {} : { analysis: analysis as AnalysisJson }) };
  const figures = applicableFigures(source);
  const chosen = kind === undefined ? figures : figures.filter((figure) => figure.name === kind);
  if (chosen.length > 0) return chosen;
  throw new InputError({
    code: "unknown-name",
    who: "figure",
    rule: kind === undefined ? "the run needs something to draw" : `this run has no figure "${kind}"`,
    fix: `It has ${figures.map(({ name }) => name).join(", ") || "none"}; all kinds are ${figureKinds.map(({ name }) => name).join(", ")}`,
  });
}

/** `meanfield figure DIR`: figures of a run or a sweep, from its store. */
export function addFigure(program: Command): void {
  const command = program
    .command("figure")
    .summary("figures of a finished run or a sweep, as SVG, PNG and PDF")
    .description(
      "Draws from the store alone: every figure of a run (or one --kind), or a figure of a sweep over columns of its rows.",
    )
    .argument("<dir>", "directory of a finished run or of a sweep")
    .option("--kind <name>", `one figure of a run; of a sweep ${sweepFigureKinds.join(", ")}`);
  addSweepFigureFlags(command)
    .option("--out <dir>", "where the files go (default: <dir>/figures)", directoryName)
    .addHelpText(
      "after",
      `
Examples:
  meanfield figure results/quickstart/experiment --kind trace-by-depth --out figures
  meanfield figure results/phase-map --x model.attention.softmax.beta --y t --value particles.mean-overlap
  meanfield figure results/phase-map --kind line-family --x t --value layers.overlap-fraction.mean --by model.attention.softmax.beta --band se
  meanfield figure results/phase-map --kind regime-map --x model.attention.softmax.beta --y initial.gaussian.cov.scale
  meanfield figure results/random-heads --kind rank-histogram --by model.attention.softmax.beta`,
    )
    .action(async (directory: string, flags: FigureFlags) => {
      const io = nodeStoreIo();
      const isSweep = (await io.kind(joinPath(directory, "sweep.json"))) === "file";
      const figures = isSweep ? await sweepFigures(io, directory, flags) : await runFigures(io, directory, flags);
      const out = flags.out ?? joinPath(directory, "figures");
      await io.makeDirectory(out);
      // Drawing is loaded late: a bad input never needs it.
      const { figureFiles } = await import("../output/report.js");
      const files = Object.entries(await figureFiles(figures)).map(
        ([name, bytes]) => [joinPath(out, basename(name)), bytes] as const,
      );
      for (const [path, bytes] of files) await io.writeAtomic(path, bytes);
      // Told when all are there: a reader that leaves early (head) ends this process.
      for (const [path] of files) emit(path);
    });
}
