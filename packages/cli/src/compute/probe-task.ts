import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { RunProgress } from "@meanfield/core/experiment";
import type { CancelSignal } from "@meanfield/core/foundation/cancel";
import { InputError } from "@meanfield/core/foundation/errors";
import {
  type Network,
  type NetworkFolder,
  openNetwork,
  type ProbeResult,
  probe,
  sampleTexts,
  standardMeasures,
} from "@meanfield/networks";
import { readFailure } from "../files/node-store-io.js";
import type { ProbeTask } from "./protocol.js";

async function reading<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw readFailure(error, path);
  }
}

/** The folder of weights that a path names; a path to its model.json names the folder too. */
async function folderOf(path: string): Promise<string> {
  const info = await reading(path, () => stat(path));
  return info.isDirectory() ? path : dirname(path);
}

/** A folder of weights on disk. The readers put a failure to read one of its files into their own words. */
function networkFolder(folder: string): NetworkFolder {
  return {
    list: () => reading(folder, () => readdir(folder)),
    readText: (name) => readFile(join(folder, name), "utf8"),
    readBytes: async (name) => new Uint8Array(await readFile(join(folder, name))),
  };
}

/** Opens the weights; a file of the folder that is refused is named by its path. */
async function openWeights(path: string): Promise<Network> {
  const folder = await folderOf(path);
  try {
    return await openNetwork(networkFolder(folder), folder);
  } catch (error) {
    if (!(error instanceof InputError) || error.code !== "unreadable" || error.parts.who.startsWith(folder))
      throw error;
    throw new InputError({ ...error.parts, who: join(folder, error.parts.who) });
  }
}

/** Opens the weights and probes them; Gaussian tokens have the moments of the texts' tokens. */
export async function computeProbe(
  task: ProbeTask,
  options: { readonly cancel: CancelSignal; onProgress(progress: RunProgress): void },
): Promise<ProbeResult> {
  const network = await openWeights(task.weights);
  const gaussian = task.gaussian === undefined ? {} : { gaussian: { n: task.gaussian } };
  return probe(
    network,
    { texts: task.texts ?? sampleTexts, ...gaussian },
    {
      measures: standardMeasures({
        slicedRepeats: task.repeats,
        energyRepeats: Math.max(10, Math.round(task.repeats / 5)),
      }),
      seed: task.seed,
      control: "randomised",
      cancel: options.cancel,
      onProgress: (done, total, label) =>
        options.onProgress({ stage: label, fraction: total === 0 ? 1 : done / total }),
    },
  );
}
