import { basename, dirname, resolve } from "node:path";
import type { RunCheckpoint } from "@meanfield/core/experiment";
import type { Provenance } from "@meanfield/figures";
import {
  claimRun,
  joinPath,
  type RunRecord,
  readRun,
  releaseRun,
  removeCheckpoint,
  runId,
  writeRun,
} from "@meanfield/results";
import { compute } from "../compute/client.js";
import { Interrupted, withInterrupts } from "../compute/interrupts.js";
import type { Analysis, TaskResults } from "../compute/protocol.js";
import { type DocumentOptions, type LoadedExperiment, loadExperiment } from "../documents/load-experiment.js";
import { checkpointIn, checkpointKeeper } from "../files/checkpoint-keeper.js";
import { nodeStoreIo } from "../files/node-store-io.js";
import { commandLine, computingVersions } from "../output/provenance.js";
import { recordOf } from "../output/run-record.js";
import { createReporter, progressStyle } from "../progress/reporter.js";

/** What `run`, `compare` and the quickstart have in common. */
export interface PerformOptions extends DocumentOptions {
  readonly out?: string;
  readonly quiet?: boolean;
  /** Write the run; otherwise it is kept in memory only. */
  readonly keep: boolean;
  /** Leave the analyses out of a run that is not written: whoever asks reads the result alone. */
  readonly resultOnly?: boolean;
  /** Seconds between checkpoints of a run that is written, default 30; 0 for none. */
  readonly checkpointEvery?: number;
}

/** A finished run, and where it lies. */
export interface Performed {
  readonly record: RunRecord;
  readonly analysis: Analysis;
  readonly directory?: string;
  /** Whether the store had it already. */
  readonly reused: boolean;
}

/** How a run is computed beside its document. */
interface Computing {
  readonly quiet: boolean;
  readonly analyze: boolean;
  readonly checkpointEvery?: number;
  readonly resume?: RunCheckpoint | undefined;
  onCheckpoint?(checkpoint: RunCheckpoint): void;
}

async function computeRun(loaded: LoadedExperiment, computing: Computing): Promise<TaskResults["run"]> {
  const { quiet, analyze, checkpointEvery, resume, onCheckpoint } = computing;
  const reporter = createReporter(progressStyle(quiet));
  const task = {
    kind: "run" as const,
    document: loaded.document,
    analyze,
    ...(checkpointEvery ? { checkpointEvery } : {}),
    ...(resume ? { resume } : {}),
  };
  try {
    return await compute(task, (progress) => reporter.update(progress), onCheckpoint);
  } finally {
    reporter.done();
  }
}

/** How the run can be made again, for its report. */
function provenanceOf(file: string, { set, seed }: PerformOptions, record: RunRecord): Provenance {
  const words = ["run", file, ...(set ?? []).flatMap((one) => ["--set", one])];
  if (seed !== undefined) words.push("--seed", String(seed));
  const { id, seeds, versions, machine, finished, result } = record;
  return {
    id,
    ...(seeds["initial"] === undefined ? {} : { seed: seeds["initial"] }),
    versions,
    backend: result.backend,
    machine,
    created: finished,
    command: commandLine(words),
    spec: result.spec,
  };
}

/** results/<name of the file>-<first 8 digits of the id>. */
export function defaultDirectory(file: string, id: string): string {
  const name = basename(file).replace(/\.(ya?ml|json)$/i, "");
  const parent = basename(dirname(resolve(file)));
  return joinPath("results", `${name === "experiment" && parent !== "" ? parent : name}-${id.slice(0, 8)}`);
}

/**
 * Runs an experiment file: takes the directory, computes in a worker, writes the run; or returns the finished run that
 * is there already. An interrupt leaves nothing behind but a checkpoint, from which the same command goes on.
 *
 * @throws InputError before any work; Interrupted
 */
export function performRun(file: string, options: PerformOptions): Promise<Performed> {
  return withInterrupts((check) => performUnlessStopped(file, options, check));
}

async function performUnlessStopped(
  file: string,
  options: PerformOptions,
  check: () => Promise<void>,
): Promise<Performed> {
  const io = nodeStoreIo();
  const loaded = await loadExperiment(file, options);
  const { spec, backend } = loaded.bound;
  const id = await runId(spec, backend, computingVersions(), io.sha256);
  const started = new Date();
  if (!options.keep) {
    await check();
    const value = await computeRun(loaded, { quiet: options.quiet ?? false, analyze: options.resultOnly !== true });
    return { record: recordOf(id, value, started), analysis: value.analysis, reused: false };
  }
  const directory = options.out ?? defaultDirectory(file, id);
  const before = await claimRun(io, directory, id);
  if (before.state === "finished") {
    const record = await readRun(io, directory);
    return { record, analysis: (record.analysis ?? {}) as Analysis, directory, reused: true };
  }
  const keeper = checkpointKeeper(io, directory, id);
  const { checkpointEvery = 30, quiet = false } = options;
  let kept = false;
  try {
    const resume = checkpointEvery > 0 ? await checkpointIn(io, directory, id) : undefined;
    kept = resume !== undefined;
    await check();
    const value = await computeRun(loaded, {
      quiet,
      analyze: true,
      checkpointEvery,
      resume,
      onCheckpoint: keeper.keep,
    });
    const record = recordOf(id, value, started);
    // Drawing is loaded late: it is half of the start-up time, and a bad input or --json alone never needs it.
    const { runAttachments } = await import("../output/report.js");
    const attachments = await runAttachments(value.result, value.analysis, provenanceOf(file, options, record));
    await keeper.settled();
    await writeRun(io, directory, record, attachments);
    await removeCheckpoint(io, directory);
    return { record, analysis: value.analysis, directory, reused: false };
  } catch (error) {
    kept = (await keeper.settled()) || kept;
    if (!kept) await releaseRun(io, directory, id, before);
    else if (error instanceof Interrupted) throw new Interrupted(`the same command goes on from ${directory}`);
    throw error;
  }
}
