import { InputError } from "@meanfield/core/foundation/errors";
import { Command, CommanderError } from "commander";
import { addAnalyze } from "./commands/analyze.js";
import { addBench } from "./commands/bench.js";
import { addCancel } from "./commands/cancel.js";
import { addCompare } from "./commands/compare.js";
import { addDescribe } from "./commands/describe.js";
import { addExport } from "./commands/export.js";
import { addFigure } from "./commands/figure.js";
import { addGc } from "./commands/gc.js";
import { addList } from "./commands/list.js";
import { addProbe } from "./commands/probe.js";
import { addQuery } from "./commands/query.js";
import { addQuickstart } from "./commands/quickstart.js";
import { addRetry } from "./commands/retry.js";
import { addRun } from "./commands/run.js";
import { addRunChunk } from "./commands/run-chunk.js";
import { addStatus } from "./commands/status.js";
import { addSweep } from "./commands/sweep.js";
import { addVerifyStore } from "./commands/verify-store.js";
import { Interrupted } from "./compute/interrupts.js";
import { tell } from "./output/emit.js";
import { ownVersion } from "./output/provenance.js";

/** Exit codes: 0 ok, 1 an expectation not met, 2 bad input, 130 interrupted, 70 a defect of Meanfield itself. */
const exitCodes = { ok: 0, badInput: 2, defect: 70, interrupted: 130 } as const;

function createProgram(exit: (code: number) => void): Command {
  const program = new Command("meanfield")
    .description("A laboratory for the dynamics of deep Transformers.")
    .version(ownVersion())
    .exitOverride()
    .showHelpAfterError("(meanfield --help shows all commands)")
    .addHelpText(
      "after",
      `
Examples:
  meanfield quickstart                        the main job, in one report
  meanfield run my-experiment.yaml            one experiment at its levels of description
  meanfield analyze my-experiment.yaml        what theory predicts
  meanfield describe softmax                  a plug-in and its parameters

Data goes to stdout or --out, messages to stderr.
Exit codes: 0 ok, 1 an expectation not met, 2 bad input, 130 interrupted.`,
    );
  addRun(program, exit);
  addCompare(program, exit);
  addAnalyze(program);
  addProbe(program);
  addList(program);
  addDescribe(program);
  addExport(program);
  addSweep(program, exit);
  addStatus(program);
  addRetry(program, exit);
  addCancel(program, exit);
  addGc(program);
  addRunChunk(program);
  addVerifyStore(program, exit);
  addFigure(program);
  addQuery(program);
  addBench(program);
  addQuickstart(program, exit);
  return program;
}

function codeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.badInput;
  if (error instanceof InputError) {
    tell(error.message);
    return exitCodes.badInput;
  }
  if (error instanceof Interrupted) {
    tell(`interrupted; ${error.kept ?? "nothing was written"}`);
    return exitCodes.interrupted;
  }
  tell(`This is a defect of Meanfield, please report it:\n${(error as Error).stack ?? String(error)}`);
  return exitCodes.defect;
}

/** Runs the command line. @returns the exit code */
export async function main(argv: readonly string[]): Promise<number> {
  let code: number = exitCodes.ok;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // The reader went away (meanfield … | head): nothing is left to say.
    if (error.code === "EPIPE") process.exit(exitCodes.ok);
    throw error;
  });
  process.stderr.on("error", (error: NodeJS.ErrnoException) => {
    // Nobody reads the messages (2>&1 | head): the work goes on without them.
    if (error.code !== "EPIPE") throw error;
  });
  try {
    await createProgram((value) => {
      code = value;
    }).parseAsync([...argv]);
  } catch (error) {
    code = codeOf(error);
  }
  return code;
}
