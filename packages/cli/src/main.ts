import { InputError } from "@meanfield/core/foundation/errors";
import { Command, CommanderError } from "commander";
import { Interrupted } from "./compute/interrupts.js";
import { tell } from "./output/emit.js";
import { ownVersion } from "./output/provenance.js";

/** Exit codes: 0 ok, 1 an expectation not met, 2 bad input, 130 interrupted, 70 a defect of Meanfield itself. */
const exitCodes = { ok: 0, badInput: 2, defect: 70, interrupted: 130 } as const;

type Exit = (code: number) => void;
type AddCommand = (program: Command, exit: Exit) => void;

/** The commands in the order of the help. Each is loaded when it is asked for: loading all of them takes longer than most do. */
const commands: Readonly<Record<string, () => Promise<AddCommand>>> = {
  run: async () => (await import("./commands/run.js")).addRun,
  compare: async () => (await import("./commands/compare.js")).addCompare,
  analyze: async () => (await import("./commands/analyze.js")).addAnalyze,
  probe: async () => (await import("./commands/probe.js")).addProbe,
  list: async () => (await import("./commands/list.js")).addList,
  describe: async () => (await import("./commands/describe.js")).addDescribe,
  export: async () => (await import("./commands/export.js")).addExport,
  sweep: async () => (await import("./commands/sweep.js")).addSweep,
  status: async () => (await import("./commands/status.js")).addStatus,
  retry: async () => (await import("./commands/retry.js")).addRetry,
  cancel: async () => (await import("./commands/cancel.js")).addCancel,
  gc: async () => (await import("./commands/gc.js")).addGc,
  "run-chunk": async () => (await import("./commands/run-chunk.js")).addRunChunk,
  "verify-store": async () => (await import("./commands/verify-store.js")).addVerifyStore,
  figure: async () => (await import("./commands/figure.js")).addFigure,
  query: async () => (await import("./commands/query.js")).addQuery,
  bench: async () => (await import("./commands/bench.js")).addBench,
  quickstart: async () => (await import("./commands/quickstart.js")).addQuickstart,
};

/** @param named the command that is asked for; without one of that name all are loaded, for help and for what is near */
async function createProgram(named: string, exit: Exit): Promise<Command> {
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
  for (const load of Object.hasOwn(commands, named) ? [commands[named]!] : Object.values(commands)) {
    const add = await load();
    add(program, exit);
  }
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
    const program = await createProgram(argv[2] ?? "", (value) => {
      code = value;
    });
    await program.parseAsync([...argv]);
  } catch (error) {
    code = codeOf(error);
  }
  return code;
}
