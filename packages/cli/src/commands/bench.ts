import { loadavg } from "node:os";
import {
  type BenchBackend,
  type BenchKernel,
  type BenchResult,
  benchBackends,
  benchKernels,
} from "@meanfield/kernels/bench";
import { type Command, InvalidArgumentError, Option } from "commander";
import { compute } from "../compute/client.js";
import { withInterrupts } from "../compute/interrupts.js";
import { claimBenchFolder } from "../files/bench-folder.js";
import { emit, emitJson, jsonText, tell } from "../output/emit.js";
import { commandLine, machine } from "../output/provenance.js";
import { textTable } from "../output/text-table.js";
import { createReporter, progressStyle } from "../progress/reporter.js";
import { directory, positiveInteger } from "./options.js";

interface BenchFlags {
  readonly backend?: readonly BenchBackend[];
  readonly precision?: readonly ("f64" | "f32")[];
  readonly kernel?: readonly BenchKernel[];
  readonly n?: readonly number[];
  readonly d?: readonly number[];
  readonly threads?: readonly number[];
  readonly repeats: number;
  readonly peers: boolean;
  readonly python: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Collects the integers of an option that takes several. */
const integers = (text: string, before?: readonly number[]): number[] => [...(before ?? []), positiveInteger(text)];

function command(text: string): string {
  if (text === "") throw new InvalidArgumentError("must name a Python interpreter.");
  return text;
}

/** The machine, and how busy it was: mean number of running processes over the last minute, before and after. */
function measuredMachine(before: number) {
  return { ...machine(), node: process.version, load: [before, loadavg()[0]!] as const };
}

/** What `bench --json` answers. */
export type BenchAnswer = BenchResult & {
  readonly machine: ReturnType<typeof measuredMachine>;
  readonly command: string;
};

/** The words that make the answer again; the interpreter is the reader's own. */
function wordsOf(flags: BenchFlags): string[] {
  const lists = ["backend", "precision", "kernel", "n", "d", "threads"] as const;
  const named = lists.flatMap((name) => (flags[name] === undefined ? [] : [`--${name}`, ...flags[name].map(String)]));
  return ["bench", ...named, "--repeats", String(flags.repeats), ...(flags.peers ? [] : ["--no-peers"])];
}

async function measured(flags: BenchFlags): Promise<BenchAnswer> {
  const { backend, precision, kernel, n, d, threads, repeats, peers, python } = flags;
  const request = {
    ...(backend === undefined ? {} : { backends: backend }),
    ...(precision === undefined ? {} : { precisions: precision }),
    ...(kernel === undefined ? {} : { kernels: kernel }),
    ...(n === undefined ? {} : { n }),
    ...(d === undefined ? {} : { d }),
    ...(threads === undefined ? {} : { threads }),
  };
  const reporter = createReporter(progressStyle(flags.quiet === true));
  const before = loadavg()[0]!;
  try {
    const options = { request, repeats, ...(peers ? { python } : {}) };
    const { result } = await compute({ kind: "bench", options }, (progress) => reporter.update(progress));
    return { machine: measuredMachine(before), command: commandLine(wordsOf(flags)), ...result };
  } finally {
    reporter.done();
  }
}

const percent = (fraction: number | undefined): string =>
  fraction === undefined ? "" : `${Math.round(100 * fraction)} %`;
const three = (value: number): string => String(Number(value.toPrecision(3)));

/** One line a row, with the ratios to the peers that are there. */
export function benchTable({ rows, ratios }: BenchResult): string {
  const overs = (["numpy", "torch-sdpa", "reference", "one thread", "one system"] as const).filter((over) =>
    ratios.some((one) => one.over === over),
  );
  const lines = rows.map((row) => {
    const own = ratios.filter((one) =>
      (["kernel", "backend", "precision", "n", "d", "threads"] as const).every((key) => one[key] === row[key]),
    );
    const { kernel, backend, precision, n, d, threads, nsPerPair, cpuNsPerPair } = row;
    return [
      ...[kernel, backend, precision, String(n), String(d), String(threads)],
      `${three(nsPerPair.median)} ± ${percent(nsPerPair.spread / 2)}`,
      ...[
        three(nsPerPair.min),
        three(cpuNsPerPair.median),
        percent(row.rooflineFraction),
        percent(row.cpuRooflineFraction),
      ],
      ...overs.map((over) => {
        const found = own.find((one) => one.over === over);
        // What is a property of the kernels alone is told of processor time, which a busy machine hardly changes.
        const ratio = over === "one system" ? found?.cpuRatio : found?.ratio;
        return ratio === undefined ? "" : three(ratio.median);
      }),
    ];
  });
  const head = [
    "kernel",
    "backend",
    "precision",
    "n",
    "d",
    "threads",
    "ns a pair",
    "least",
    "cpu ns",
    "roofline",
    "of cpu",
  ];
  return textTable([...head, ...overs.map((over) => `× ${over}`)], lines);
}

function printBench(answer: BenchAnswer): void {
  const { machine: where, peers, rooflines, repeats, seed } = answer;
  emit(
    `${where.cpu.trim()}, ${where.cores} processors, Node ${where.node}, load ${where.load.map(three).join(" to ")}`,
  );
  const torch = peers?.torch === undefined ? "" : `, PyTorch ${peers.torch}`;
  if (peers !== undefined) emit(`NumPy ${peers.numpy} on ${peers.blas ?? "its own library"}${torch}`);
  for (const { backend, precision, gigaExponentials, gigaFlops } of rooflines) {
    const rates = `${three(gigaExponentials.median)}·10⁹ exponentials and ${three(gigaFlops.median)}·10⁹ operations a second`;
    emit(`roofline of one core, ${backend} ${precision}: ${rates}`);
  }
  emit(`\n${benchTable(answer)}\n`);
  emit(
    `Medians of ${repeats} samples in turns ± half the distance of the quartiles; seed ${seed}. × is how many times faster.`,
  );
}

const figureNames = ["svg", "png", "pdf"].map((kind) => `figures/bench-kernels.${kind}`);

function printAnswer(answer: BenchAnswer, { json, quiet }: BenchFlags): void {
  const { cores, load } = answer.machine;
  const busy = `The machine was busy (load ${load.map(three).join(" to ")} on ${cores} processors): trust processor times alone.`;
  const notices = Math.max(...load) > 0.75 * cores + 1 ? [...answer.notices, busy] : answer.notices;
  for (const notice of notices) if (!quiet) tell(notice);
  if (json) emitJson(answer);
  else if (!quiet) printBench(answer);
}

/**
 * Measures, prints and, where it is asked to, writes bench.json and the figure to a directory that is taken before anything is
 * measured. What was measured is printed even where a disk is full by then; an interrupt leaves nothing behind.
 */
function performBench(flags: BenchFlags): Promise<void> {
  const { out } = flags;
  return withInterrupts(async (check) => {
    const folder = out === undefined ? undefined : await claimBenchFolder(out, ["bench.json", ...figureNames]);
    try {
      await check();
      const answer = await measured(flags);
      await check();
      printAnswer(answer, flags);
      if (folder === undefined) return;
      const { benchFigureFiles } = await import("../output/report.js");
      const json = new TextEncoder().encode(`${jsonText(answer)}\n`);
      await folder.write({ ...(await benchFigureFiles(answer)), "bench.json": json });
    } catch (error) {
      await folder?.release();
      throw error;
    }
  });
}

/** `meanfield bench`: how fast the kernels are on this machine. */
export function addBench(program: Command): void {
  program
    .command("bench")
    .summary("how fast the kernels are on this machine")
    .description(
      "Times the kernels of the backends in turns with their rooflines, with NumPy and, where it is there, with PyTorch: " +
        "nanoseconds a pair of tokens, fraction of the roofline, ratios. Without --kernel, --n, --d and --threads it scales " +
        "each of d, n and threads with the others held, in about half a minute; with any of them it takes every combination.",
    )
    .addOption(new Option("--backend <name...>", "backends (default: those that are there)").choices(benchBackends))
    .addOption(new Option("--precision <name...>", "precisions of the sums (default: both)").choices(["f64", "f32"]))
    .addOption(new Option("--kernel <name...>", "kernels (default: softmax)").choices(benchKernels))
    .option("--n <count...>", "numbers of tokens (default: 2048)", integers)
    .option("--d <dimension...>", "dimensions (default: 3 64)", integers)
    .option("--threads <count...>", "numbers of threads (default: 1)", integers)
    .option("--repeats <n>", "samples of each", positiveInteger, 7)
    .option("--python <path>", "interpreter of the peers (default: $PYTHON or python3)", command)
    .option("--no-peers", "leave NumPy and PyTorch out")
    .option("--out <dir>", "write bench.json and the figure here", directory)
    .option("--json", "print the answer as one JSON document on stdout")
    .option("--quiet", "no progress and no tables")
    .addHelpText(
      "after",
      `
Examples:
  meanfield bench
  meanfield bench --backend native --precision f32 --d 2 3 64 --n 4096 --threads 1 2 --json`,
    )
    .action(async (flags: Omit<BenchFlags, "python"> & { python?: string }) => {
      await performBench({ ...flags, python: flags.python ?? process.env["PYTHON"] ?? "python3" });
    });
}
