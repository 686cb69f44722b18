import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { planSweep } from "@meanfield/core/experiment";
import { claimSweep, createRowSource } from "@meanfield/results";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { backendsOf } from "../compute/backends.js";
import { nodeStoreIo } from "../files/node-store-io.js";
import { type ChunkHooks, ChunkStopped, computeChunk } from "./compute-chunk.js";
import { walkStages } from "./stages.js";
import { coordinatesOf, openSweep, sweepManifest } from "./sweep-context.js";

// 1024 cells make chunks of eight.
const document = {
  model: { attention: "softmax" },
  initial: { gaussian: { mean: [0, 0], cov: "identity", n: 8 } },
  levels: { "gaussian-moments": {} },
  solve: { span: [0, 0.2] },
  sweep: { "model.attention.softmax.beta": { range: [0.1, 2], count: 1024 } },
};
const io = nodeStoreIo();
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "meanfield-chunk-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Computes the third chunk of a fresh or a known sweep. */
async function compute(name: string, hooks: ChunkHooks) {
  const directory = join(folder, name);
  await claimSweep(
    io,
    directory,
    await sweepManifest(document, planSweep(document), await backendsOf(document, "shared"), io.sha256),
  );
  const context = await openSweep(io, directory);
  const stage = (await walkStages(context).next()).value!;
  const chunk = stage.chunks[2]!;
  const cells = coordinatesOf(stage.cells, chunk.from, chunk.to);
  const work = { place: chunk, cells, careful: false, lost: {} };
  return computeChunk(context, createRowSource(io, directory), work, hooks);
}

const files = (name: string, part: string) => readdirSync(join(folder, name, part));
const bytesOf = (name: string) => files(name, "chunks").map((file) => readFileSync(join(folder, name, "chunks", file)));
const undisturbed: ChunkHooks = { onCell: () => Promise.resolve(), keepEvery: 1000 };

describe("a chunk that was cut off", () => {
  test("keeps the rows it had, and goes on after them to the bytes of an undisturbed one", async () => {
    expect(await compute("whole", undisturbed)).toMatchObject({ computed: 8, reused: 0 });
    const stopAt = (last: number): ChunkHooks => ({
      ...undisturbed,
      onCell: (k) => (k < last ? Promise.resolve() : Promise.reject(new ChunkStopped())),
    });
    await expect(compute("cut", stopAt(3))).rejects.toThrow(ChunkStopped);
    expect(files("cut", "loose")).toHaveLength(1);
    await expect(compute("cut", stopAt(5))).rejects.toThrow(ChunkStopped);
    expect(await compute("cut", undisturbed)).toMatchObject({ computed: 3, reused: 5 });
    expect(bytesOf("cut")).toEqual(bytesOf("whole"));
    expect(files("cut", "loose")).toEqual([]);
  });

  test("keeps them as it goes, where cells are slow: what a crash costs is bounded", async () => {
    let kept: string[] = [];
    const hooks: ChunkHooks = {
      keepEvery: 0,
      onCell(k) {
        if (k === 4) kept = files("slow", "loose");
        return Promise.resolve();
      },
    };
    expect(await compute("slow", hooks)).toMatchObject({ computed: 8 });
    // One file of the four rows there are: a longer one takes the place of a shorter one.
    expect(kept.map((name) => name.split("-")[3])).toEqual(["4"]);
    expect(bytesOf("slow")).toEqual(bytesOf("whole"));
    expect(files("slow", "loose")).toEqual([]);
  });

  test("computed twice it is there once", async () => {
    await compute("whole", undisturbed);
    expect(files("whole", "chunks")).toHaveLength(1);
  });

  test("cells that were given up are rows with their code; the next time they are computed", async () => {
    const directory = join(folder, "lost");
    await compute("lost", undisturbed);
    const context = await openSweep(io, directory);
    const stage = (await walkStages(context).next()).value!;
    const chunk = stage.chunks[5]!;
    const cells = coordinatesOf(stage.cells, chunk.from, chunk.to);
    const work = { place: chunk, cells, careful: false, lost: { 2: "its worker ended" } };
    const first = await computeChunk(context, createRowSource(io, directory), work, undisturbed);
    expect(first.name).toMatchObject({ cells: 8, failed: 1 });
    const again = await computeChunk(context, createRowSource(io, directory), { ...work, lost: {} }, undisturbed);
    expect(again).toMatchObject({ computed: 1, reused: 7, name: { failed: 0 } });
    expect(files("lost", "chunks")).toHaveLength(2);
  });
});
