import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { RunProgress } from "@meanfield/core/experiment";
import type { CancelSignal } from "@meanfield/core/foundation/cancel";
import { InputError, nearestOf } from "@meanfield/core/foundation/errors";
import {
  type BlockStack,
  type Network,
  type NetworkFolder,
  openNetwork,
  type ProbeInput,
  type ProbeResult,
  probe,
  randomTransformer,
  sampleTexts,
  standardMeasures,
  transformerShapes,
} from "@meanfield/networks";
import { readFailure } from "../files/node-store-io.js";
import type { ProbeTask, RandomNetworkTask } from "./protocol.js";

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

/** The shape of that name. @throws InputError unknown-name */
export function shapeNamed(name: string) {
  const shape = transformerShapes[name];
  if (shape !== undefined) return shape;
  const names = Object.keys(transformerShapes);
  throw new InputError({
    code: "unknown-name",
    who: "--random",
    rule: `there is no shape "${name}"`,
    fix: `Did you mean "${nearestOf(name, names)}"? There are ${names.join(", ")}`,
  });
}

interface Subject {
  readonly network: BlockStack;
  readonly input: ProbeInput;
}

/** Random blocks with Gaussian tokens N(0, s²I), s the deviation that the shape's embedding gives them. */
function drawSubject(
  { shape: name, width: d, blocks, heads, tokenDeviation }: RandomNetworkTask,
  task: ProbeTask,
): Subject {
  const shape = shapeNamed(name);
  const { seed, gaussian: n = 2 } = task;
  const network = randomTransformer({ shape, d, blocks, heads, seed });
  const cov = new Float64Array(d * d);
  for (let i = 0; i < d; i++) cov[i * d + i] = (tokenDeviation ?? shape.tokenDeviation) ** 2;
  return { network, input: { texts: [], gaussian: { n, mean: new Float64Array(d), cov } } };
}

/** Trained weights with texts; Gaussian tokens have the moments of the texts' tokens. */
async function openSubject(weights: string, { texts, gaussian: n }: ProbeTask): Promise<Subject> {
  const gaussian = n === undefined ? {} : { gaussian: { n } };
  return { network: await openWeights(weights), input: { texts: texts ?? sampleTexts, ...gaussian } };
}

/** Opens or draws the weights and probes them. */
export async function computeProbe(
  task: ProbeTask,
  options: { readonly cancel: CancelSignal; onProgress(progress: RunProgress): void },
): Promise<ProbeResult> {
  const { weights } = task;
  const { network, input } =
    typeof weights === "string" ? await openSubject(weights, task) : drawSubject(weights, task);
  return probe(network, input, {
    measures: standardMeasures({
      slicedRepeats: task.repeats,
      energyRepeats: Math.max(10, Math.round(task.repeats / 5)),
    }),
    seed: task.seed,
    control: "randomised",
    cancel: options.cancel,
    onProgress: (done, total, label) => options.onProgress({ stage: label, fraction: total === 0 ? 1 : done / total }),
  });
}
