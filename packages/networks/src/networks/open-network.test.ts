import { InputError } from "@meanfield/core/foundation/errors";
import { expect, test } from "vitest";
import { memoryFolder, useLiteFolder } from "../../test/use-lite.js";
import type { NetworkFolder } from "../io.js";
import { openNetwork } from "./open-network.js";

async function refusal(folder: NetworkFolder): Promise<InputError> {
  const error = await openNetwork(folder, "some/folder").catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InputError);
  expect((error as InputError).code).toBe("unreadable");
  return error as InputError;
}

test("the published folder opens by what is in it", async () => {
  const network = await openNetwork(useLiteFolder, "dist");
  expect(network.name).toBe("universal-sentence-encoder-lite");
});

test("a folder without a known format says what is known and what was there", async () => {
  const error = await refusal(memoryFolder({ "weights.onnx": "x", "README.md": "y" }));
  expect(error.message).toMatch(/^some\/folder: .*model\.json.*got weights\.onnx, README\.md\..*npm install/);
  expect((await refusal(memoryFolder({}))).message).toMatch(/got an empty folder/);
});

test("a graph of another architecture is refused by size", async () => {
  const text = JSON.stringify({ modelTopology: { node: [{ name: "x", op: "Const" }] }, weightsManifest: [] });
  expect((await refusal(memoryFolder({ "model.json": text }))).message).toMatch(
    /a graph of 1 operations and 0 tensors/,
  );
});

test("a missing tensor, a cut shard and a broken vocabulary of the known architecture are named", async () => {
  const manifest = JSON.parse(await useLiteFolder.readText("model.json"));
  const swap = (change: Partial<NetworkFolder>): NetworkFolder => ({ ...useLiteFolder, ...change });
  const renamed = structuredClone(manifest);
  const entry = renamed.weightsManifest[0].weights.find(({ name }: { name: string }) =>
    name.endsWith("tanh_layer_0/bias"),
  );
  entry.name = "other";
  const missing = swap({
    readText: async (name) => (name === "model.json" ? JSON.stringify(renamed) : useLiteFolder.readText(name)),
  });
  expect((await refusal(missing)).message).toMatch(/tanh_layer_0\/bias must be there with shape \[512\], got nothing/);
  const cut = swap({
    readBytes: async (name) => {
      const bytes = await useLiteFolder.readBytes(name);
      return name === "group1-shard3of7" ? bytes.slice(0, 1000) : bytes;
    },
  });
  expect((await refusal(cut)).message).toMatch(
    /^group1-shard3of7: the file must hold 4194304 bytes .*, got 1000 bytes/,
  );
  const words = swap({
    readText: (name) => (name === "vocab.json" ? Promise.resolve('[["a", "b"]]') : useLiteFolder.readText(name)),
  });
  expect((await refusal(words)).message).toMatch(/^vocab\.json: the vocabulary must be a list of \[piece, score\]/);
});
