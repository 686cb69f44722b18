import { basename } from "node:path";
import { InputError } from "@meanfield/core/foundation/errors";
import { type AnalysisJson, applicableFigures, type Figure, figureKinds, heatMap } from "@meanfield/figures";
import { joinPath, readRun, type StoreIo } from "@meanfield/results";
import { type Command, InvalidArgumentError } from "commander";
import { nodeStoreIo } from "../files/node-store-io.js";
import { readSweepTable, type Where } from "../files/sweep-table.js";
import { emit } from "../output/emit.js";
import { directory as directoryName } from "./options.js";

interface FigureFlags {
  readonly kind?: string;
  readonly x?: string;
  readonly y?: string;
  readonly value?: string;
  readonly boundary?: readonly string[];
  readonly where?: readonly Where[];
  readonly out?: string;
}

function parseWhere(text: string, before: readonly Where[] = []): Where[] {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("must be column=value.");
  return [...before, { column: text.slice(0, at), value: text.slice(at + 1) }];
}

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

async function sweepFigures(io: StoreIo, directory: string, flags: FigureFlags): Promise<readonly Figure[]> {
  const { x, y, value, boundary = [] } = flags;
  if (x === undefined || y === undefined || value === undefined) {
    throw new InputError({
      code: "missing",
      who: "figure",
      rule: "a map of a sweep needs --x, --y and --value, columns of its rows (or --y t)",
      got:
        Object.keys({ x, y, value })
          .filter((key) => flags[key as "x" | "y" | "value"] !== undefined)
          .join(", ") || "none",
      fix: 'See the columns with: meanfield query "describe cells" DIR',
    });
  }
  const table = await readSweepTable(io, directory, flags.where ?? []);
  return [heatMap(table, { x, y, value, boundaries: boundary })];
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
  program
    .command("figure")
    .summary("figures of a finished run or a sweep, as SVG, PNG and PDF")
    .description(
      "Draws from the store alone: every figure of a run (or one --kind), or a map of a sweep over two columns of its rows.",
    )
    .argument("<dir>", "directory of a finished run or of a sweep")
    .option("--kind <name>", "one figure of a run")
    .option("--x <column>", "of a sweep: column across")
    .option("--y <column>", "of a sweep: column upwards, or t for the depths of the value's records")
    .option("--value <column>", "of a sweep: column that is drawn")
    .option("--boundary <column>", "of a sweep: a height for each x, drawn as a line; may be repeated", collect)
    .option("--where <column=value>", "of a sweep: rows with this value only; may be repeated", parseWhere)
    .option("--out <dir>", "where the files go (default: <dir>/figures)", directoryName)
    .addHelpText(
      "after",
      `
Examples:
  meanfield figure results/quickstart/experiment --kind trace-by-depth --out figures
  meanfield figure results/phase-map --x model.attention.softmax.beta --y t --value particles.mean-overlap`,
    )
    .action(async (directory: string, flags: FigureFlags) => {
      const io = nodeStoreIo();
      const isSweep = (await io.kind(joinPath(directory, "sweep.json"))) === "file";
      const figures = isSweep ? await sweepFigures(io, directory, flags) : await runFigures(io, directory, flags);
      const out = flags.out ?? joinPath(directory, "figures");
      await io.makeDirectory(out);
      // Drawing is loaded late: a bad input never needs it.
      const { figureFiles } = await import("../output/report.js");
      for (const [name, bytes] of Object.entries(await figureFiles(figures))) {
        const path = joinPath(out, basename(name));
        await io.writeAtomic(path, bytes);
        emit(path);
      }
    });
}
