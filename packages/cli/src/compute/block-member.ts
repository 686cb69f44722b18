/** A thread that computes blocks of repeats beside the one that runs the experiment. */
import { parentPort, workerData } from "node:worker_threads";
import { computeTeamBlock, experiment } from "@meanfield/core/experiment";
import { backendsOf } from "./backends.js";
import { blockStates, type MemberMessage, type MemberWork } from "./block-team.js";

const { document, level, states, cancel, port } = workerData as MemberWork;

const signal = {
  get aborted() {
    return Atomics.load(cancel, 0) !== 0;
  },
};

const post = (message: MemberMessage) => port.postMessage(message);

try {
  const bound = experiment(document, { backends: await backendsOf(document, "shared") });
  for (let block = 0; block < states.length && !signal.aborted; block++) {
    if (Atomics.compareExchange(states, block, blockStates.free, blockStates.taken) !== blockStates.free) continue;
    const done = computeTeamBlock(bound, level, block, signal);
    if (done === undefined) break;
    // First the block, then the word that it is there: who reads the word finds the block.
    post({ kind: "block", done });
    Atomics.store(states, block, blockStates.finished);
  }
} catch (error) {
  const { message, stack } = error as Error;
  post({ kind: "crash", message, stack: stack ?? message });
}
parentPort?.close();
