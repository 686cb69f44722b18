import { availableParallelism } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import {
  analyzeExperiment,
  experiment,
  layerScaling,
  type RunCheckpoint,
  type RunProgress,
  runExperiment,
  sizeScaling,
} from "@meanfield/core/experiment";
import { InputError } from "@meanfield/core/foundation/errors";
import type { CheckpointSink } from "@meanfield/core/solve";
import { backendsOf } from "./backends.js";
import { computeBench } from "./bench-task.js";
import { blockTeam, sharesBlocks } from "./block-team.js";
import { computeProbe } from "./probe-task.js";
import type { Message, Task, TaskResults } from "./protocol.js";

const { task, cancel } = workerData as { task: Task; cancel: Int32Array };

const post = (message: Message) => parentPort!.postMessage(message);

const signal = {
  get aborted() {
    return Atomics.load(cancel, 0) !== 0;
  },
};

/** At most ten messages a second, and every new stage: a progress bar needs no more. */
let last = 0;
let stage = "";
function onProgress(progress: RunProgress): void {
  const now = Date.now();
  if (progress.stage === stage && now - last < 100 && progress.fraction < 1) return;
  last = now;
  stage = progress.stage;
  post({ kind: "progress", progress });
}

/** Posts a checkpoint every so many seconds; posting copies it. */
function checkpointsEvery(seconds: number): CheckpointSink<RunCheckpoint> {
  let next = Date.now() + 1000 * seconds;
  return {
    due: () => Date.now() >= next,
    take(checkpoint) {
      post({ kind: "checkpoint", checkpoint });
      next = Date.now() + 1000 * seconds;
    },
  };
}

async function perform(): Promise<TaskResults[keyof TaskResults]> {
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  if (task.kind === "probe") {
    const result = await computeProbe(task.options, { cancel: signal, onProgress });
    return { result, seconds: seconds() };
  }
  if (task.kind === "bench") {
    const result = await computeBench(task.options, { cancel: signal, onProgress });
    return { result, seconds: seconds() };
  }
  const cores = availableParallelism();
  const shared = task.kind === "run" && cores > 1 && sharesBlocks(task.document);
  const backends = await backendsOf(task.document, shared ? "shared" : "alone");
  if (task.kind === "scaling") {
    const { document, sizes, layers, repeats } = task;
    const options = { repeats, backends, cancel: signal, onProgress };
    return {
      ...(sizes === undefined ? {} : { sizes: sizeScaling(document, { sizes, ...options }) }),
      ...(layers === undefined ? {} : { layers: layerScaling(document, { layers, ...options }) }),
      seconds: seconds(),
    };
  }
  const bound = experiment(task.document, { backends });
  if (task.kind === "analyze") {
    onProgress({ stage: "analyses", fraction: 0 });
    const analysis = analyzeExperiment(bound, { cancel: signal });
    return { analysis, notices: bound.activity().notices ?? [], seconds: seconds() };
  }
  const { resume, checkpointEvery, analyze } = task;
  const result = runExperiment(bound, {
    cancel: signal,
    onProgress,
    ...(checkpointEvery === undefined ? {} : { checkpoint: checkpointsEvery(checkpointEvery) }),
    ...(resume === undefined ? {} : { resume }),
    ...(shared ? { team: blockTeam(task.document, cores, cancel) } : {}),
  });
  const whole = !signal.aborted;
  // A whole result is worth keeping: a cancel that comes now lets the verdicts finish.
  const cancelAnalysis = checkpointEvery === undefined ? { cancel: signal } : {};
  if (whole && analyze) onProgress({ stage: "analyses", fraction: 0 });
  const analysis = whole && analyze ? analyzeExperiment(bound, { ...cancelAnalysis, leaveOut: ["integrates"] }) : {};
  return { result, analysis, seconds: seconds(), whole: whole && (checkpointEvery !== undefined || !signal.aborted) };
}

try {
  post({ kind: "done", value: await perform() });
} catch (error) {
  if (error instanceof InputError) {
    post({ kind: "input-error", code: error.code, who: error.parts.who, message: error.message });
  } else {
    const { message, stack } = error as Error;
    post({ kind: "crash", message, stack: stack ?? message });
  }
}
