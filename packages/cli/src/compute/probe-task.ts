import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { RunProgress } from "@meanfield/core/experiment";
import type { CancelSignal } from "@meanfield/core/foundation/cancel";
import { type NetworkFolder, openNetwork, type ProbeResult, probe, sampleTexts, standardMeasures } from "@meanfield/networks";
import { readFailure } from "../files/node-store-io.js";
import type { ProbeTask } from "./protocol.js";

async function reading<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw readFailure(error, path);
  }
}

/** A folder of weights on disk; a path to its model.json names the folder too. */
export async function networkFolder(path: string): Promise<NetworkFolder> {
  const info = await reading(path, () => stat(path));
  const folder = info.isDirectory() ? path : join(path, "..");
  return {
    list: () => reading(folder, () => readdir(folder)),
    readText: (name) => reading(join(folder, name), () => readFile(join(folder, name), "utf8")),
    readBytes: (name) => reading(join(folder, name), async () => new Uint8Array(await readFile(join(folder, name)))),
  };
}

/** Opens the weights and probes them; Gaussian tokens have the moments of the texts' tokens. */
export async function computeProbe(
  task: ProbeTask,
  options: { readonly cancel: CancelSignal; onProgress(progress: RunProgress): void },
): Promise<ProbeResult> {
  const network = await openNetwork(await networkFolder(task.weights), task.weights);
  const gaussian = task.gaussian === undefined ? {} : { gaussian: { n: task.gaussian } };
  return probe(
    network,
    { texts: task.texts ?? sampleTexts, ...gaussian },
    {
      measures: standardMeasures({ slicedRepeats: task.repeats, energyRepeats: Math.max(10, Math.round(task.repeats / 5)) }),
      seed: task.seed,
      control: "randomised",
      cancel: options.cancel,
      onProgress: (done, total, label) => options.onProgress({ stage: label, fraction: total === 0 ? 1 : done / total }),
    },
  );
}
