import { runId } from "@meanfield/results";
import type { Command } from "commander";
import { compute } from "../compute/client.js";
import { loadExperiment } from "../documents/load-experiment.js";
import { nodeStoreIo } from "../files/node-store-io.js";
import { emit, emitJson, tell } from "../output/emit.js";
import { computingVersions } from "../output/provenance.js";
import { analysisLines } from "../output/run-tables.js";
import { createReporter, progressStyle } from "../progress/reporter.js";
import { integer, type RunFlags } from "./options.js";

/** Indented JSON with every list of numbers on one line. */
const readable = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(/\[[-\d\s.,eE+]*\]/g, (list) => list.replace(/\s+/g, " "));

/** `meanfield analyze FILE`: verdicts of theory, without running the levels. */
export function addAnalyze(program: Command): void {
  program
    .command("analyze")
    .summary("what theory predicts: regime, blow-up time, departure")
    .description("Applies every analysis that fits the model and its law, and prints verdicts with their certificates.")
    .argument("<file>", "experiment file, YAML or JSON")
    .option("--set <path=value>", "override one value; may be repeated", (value: string, all: string[] = []) => [
      ...all,
      value,
    ])
    .option("--seed <n>", "seed of the tokens", integer)
    .option("--json", "print the answer as one JSON document on stdout")
    .option("--quiet", "no progress")
    .addHelpText("after", "\nExample:\n  meanfield analyze examples/blow-up-1d/experiment.yaml --json")
    .action(async (file: string, flags: RunFlags) => {
      const loaded = await loadExperiment(file, flags);
      const { spec, backend } = loaded.bound;
      const id = await runId(spec, backend, computingVersions(), nodeStoreIo().sha256);
      const reporter = createReporter(progressStyle(flags.quiet === true));
      try {
        const { analysis, notices } = await compute({ kind: "analyze", document: loaded.document }, (progress) =>
          reporter.update(progress),
        );
        if (flags.quiet !== true) for (const notice of notices) tell(notice);
        if (flags.json) emitJson({ id, ...analysis });
        else if (Object.keys(analysis).length === 0) emit("no analysis of this version applies to this model and law");
        else emit(`${analysisLines(analysis).join("\n")}\n\n${readable(analysis)}`);
      } finally {
        reporter.done();
      }
    });
}
