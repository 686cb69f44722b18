import { planSweep, sweepStages } from "@meanfield/core/experiment";
import { describe, expect, test } from "vitest";
import { memoryStoreIo } from "../../test/memory-store-io.js";
import { encodeText } from "../text.js";
import type { CellRow } from "./cell-table.js";
import { chunkLabel } from "./chunk-name.js";
import { planChunks } from "./plan-chunks.js";
import { createRowSource } from "./row-source.js";
import { baseId, readSweepManifest, type SweepManifest } from "./sweep-manifest.js";
import { bestChunks, claimSweep, listChunks, readChunk, setAside, verifiedBytes, writeRows } from "./sweep-store.js";

const backend = { name: "reference", precision: "f64", accuracy: "exact" } as const;
const versions = { "@meanfield/core": "0.1.0" };
const document = {
  model: { attention: "softmax" },
  initial: { gaussian: { mean: [0, 0], cov: "identity", n: 8 } },
  levels: { "gaussian-moments": {} },
  sweep: { "model.attention.softmax.beta": [1, 2, 3] },
};
const base = "00112233445566aa";
const manifest: SweepManifest = { store: 1, kind: "sweep", base, document, backend, versions };
const swept = [{ name: "model.attention.softmax.beta", numeric: true }];
const row = (beta: number, status: CellRow["status"] = "done"): CellRow => ({
  id: String(beta).repeat(16),
  status,
  code: status === "failed" ? "not-finite" : null,
  message: null,
  spec: null,
  values: { "model.attention.softmax.beta": beta },
  columns: { x: beta / 7 },
});
const place = { stage: 0, index: 3, key: "0123456789abcdef" };

describe("taking a directory", () => {
  test("a new one gets sweep.json; the same sweep and a longer one may go on, another may not", async () => {
    const { io, files, directories } = memoryStoreIo();
    await claimSweep(io, "out", manifest);
    expect([...files.keys()]).toEqual(["out/sweep.json"]);
    directories.add("out");
    await claimSweep(io, "out", manifest);
    const longer = { ...document, sweep: { "model.attention.softmax.beta": [1, 2, 3, 4] } };
    await claimSweep(io, "out", { ...manifest, document: longer });
    expect((await readSweepManifest(io, "out")).document).toEqual(longer);
    const other = { ...manifest, base: "ffffffffffffffff" };
    await expect(claimSweep(io, "out", other)).rejects.toThrow(/must be free for sweep ffffffffffffffff, got another/);
  });

  test("files that are no sweep are left alone", async () => {
    const { io, files, directories } = memoryStoreIo();
    directories.add("out");
    files.set("out/thesis.tex", new Uint8Array(1));
    await expect(claimSweep(io, "out", manifest)).rejects.toThrow(/needs a new or empty directory/);
    expect([...files.keys()]).toEqual(["out/thesis.tex"]);
  });

  test("arrays from files travel with the sweep, by checksum", async () => {
    const { io, files } = memoryStoreIo();
    const sha256 = "ab".repeat(32);
    const cov = { file: "../cov.npy", sha256, shape: [2, 2], data: Float64Array.of(1, 0, 0, 2) };
    const withFile = { ...document, initial: { gaussian: { mean: [0, 0], cov, n: 8 } } };
    await claimSweep(io, "out", { ...manifest, document: withFile });
    expect([...files.keys()]).toContain(`out/inputs/${sha256}.npy`);
    expect((await readSweepManifest(io, "out")).document).toEqual(withFile);
  });

  test.each([
    ['{ "store": 2, "kind": "sweep" }', /must have store format 1, got 2.*Read it with the version/],
    ["[]", /must have store format 1/],
    ["{", /must be JSON/],
    ['{ "store": 1, "kind": "sweep" }', /"base" must be as Meanfield writes it/],
  ])("sweep.json %s is refused", async (text, says) => {
    const { io, files } = memoryStoreIo();
    files.set("out/sweep.json", encodeText(text));
    await expect(readSweepManifest(io, "out")).rejects.toThrow(says);
  });

  test("a checksum that is a path reads nothing", async () => {
    const { io, files } = memoryStoreIo();
    const evil = { file: "x", sha256: "../../etc/passwd", shape: [1] };
    files.set("out/sweep.json", encodeText(JSON.stringify({ ...manifest, document: { ...document, notes: evil } })));
    expect((await readSweepManifest(io, "out")).document).toEqual({ ...document, notes: evil });
  });

  test("title, notes and the sweep itself do not change the base; versions, measures and the model do", async () => {
    const { io } = memoryStoreIo();
    const idOf = (changes: Record<string, unknown>, more: object = {}) => {
      const { base: kept, measure, keepRuns } = planSweep({ ...document, ...changes });
      return baseId({ base: kept, measure, keepRuns, backend, versions, ...more }, io.sha256);
    };
    const first = await idOf({});
    expect(await idOf({ title: "t", notes: "n", sweep: { "solve.seed": [1, 2] } })).toBe(first);
    expect(await idOf({ model: { attention: "l2" } })).not.toBe(first);
    expect(await idOf({ sweep: { "solve.seed": [1, 2], measure: ["analysis"] } })).not.toBe(first);
    expect(await idOf({}, { versions: { "@meanfield/core": "0.2.0" } })).not.toBe(first);
  });
});

describe("chunks", () => {
  test("the name holds counts and checksum; writing the same rows twice is one file", async () => {
    const { io } = memoryStoreIo();
    const io2 = { ...io, kind: async () => "directory" as const };
    const rows = [row(1), row(2, "failed")];
    const one = await writeRows(io2, "out", "chunks", place, swept, rows);
    const two = await writeRows(io2, "out", "chunks", place, swept, rows);
    expect(two).toEqual(one);
    expect(one.name).toMatchObject({ ...place, cells: 2, failed: 1 });
    expect(await listChunks(io2, "out")).toEqual([one]);
    expect(await readChunk(io2, one)).toEqual(rows);
  });

  test("that somebody else has set aside meanwhile are no error; one that cannot be moved is", async () => {
    const { io } = memoryStoreIo();
    const chunk = await writeRows(io, "out", "chunks", place, swept, [row(1)]);
    await setAside(io, "out", chunk);
    await setAside(io, "out", chunk);
    const stuck = { ...io, kind: async () => "file" as const, move: () => Promise.reject(new Error("stuck")) };
    await expect(setAside(stuck, "out", chunk)).rejects.toThrow("stuck");
  });

  test("are listed in the order of the plan, also beyond nine stages", async () => {
    const { io } = memoryStoreIo();
    const there = { ...io, kind: async () => "directory" as const };
    for (const [stage, index] of [
      [10, 0],
      [2, 1],
      [0, 100_000],
      [0, 99_999],
      [2, 0],
    ] as const)
      await writeRows(there, "out", "chunks", { ...place, stage, index }, swept, [row(stage)]);
    const places = (await listChunks(there, "out")).map(({ name: { stage, index } }) => [stage, index]);
    expect(places).toEqual([
      [0, 99_999],
      [0, 100_000],
      [2, 0],
      [2, 1],
      [10, 0],
    ]);
  });

  test("every byte that is changed or missing is noticed", async () => {
    const { io, files } = memoryStoreIo();
    const chunk = await writeRows(io, "out", "chunks", place, swept, [row(1), row(2)]);
    const bytes = files.get(chunk.path)!;
    for (let k = 0; k < bytes.length; k += 7) {
      files.set(
        chunk.path,
        bytes.map((byte, i) => (i === k ? byte ^ 1 : byte)),
      );
      await expect(verifiedBytes(io, chunk)).rejects.toThrow(/must be the file that the sweep wrote/);
    }
    files.set(chunk.path, bytes.subarray(0, bytes.length - 1));
    await expect(readChunk(io, chunk)).rejects.toThrow(/checksum in its name/);
  });

  test("of several files of one chunk the one with the fewest failures counts, whatever their order", async () => {
    const { io } = memoryStoreIo();
    const bad = await writeRows(io, "out", "chunks", place, swept, [row(1, "failed"), row(2)]);
    const good = await writeRows(io, "out", "chunks", place, swept, [row(1), row(2)]);
    for (const list of [
      [bad, good],
      [good, bad],
    ])
      expect(bestChunks(list).get(chunkLabel(place))).toBe(good);
  });

  test("finished rows are found again by id, wherever they lie; failed and damaged ones are not", async () => {
    const { io, files } = memoryStoreIo();
    const there = { ...io, kind: async () => "directory" as const };
    const loose = await writeRows(there, "out", "loose", place, swept, [row(1), row(2, "failed")]);
    const aside = await writeRows(there, "out", "chunks", { ...place, index: 4 }, swept, [row(3)]);
    await setAside(there, "out", aside);
    const broken = await writeRows(there, "out", "loose", { ...place, index: 5 }, swept, [row(4)]);
    files.set(broken.path, files.get(broken.path)!.subarray(1));
    const source = createRowSource(there, "out");
    await source.refresh();
    expect(await source.find(row(1).id!)).toEqual(row(1));
    expect(await source.find(row(2).id!)).toBeUndefined();
    expect(await source.find(row(3).id!)).toEqual(row(3));
    expect(await source.find(row(4).id!)).toBeUndefined();
    expect(loose.name.failed).toBe(1);
  });
});

describe("planned chunks", () => {
  const chunksOf = async (sweep: unknown, id = base) => {
    const plan = planSweep({ ...document, sweep });
    return planChunks(plan, id, 0, sweepStages(plan).next([]).value!, memoryStoreIo().io.sha256);
  };

  test("cover every cell once; keys depend on the cells and the base alone", async () => {
    const sweep = { "model.attention.softmax.beta": { range: [0, 1], count: 1001 } };
    const chunks = await chunksOf(sweep);
    expect(chunks.map(({ from }) => from)).toEqual(chunks.map((_, k) => (k === 0 ? 0 : chunks[k - 1]!.to)));
    expect(chunks.at(-1)!.to).toBe(1001);
    expect(await chunksOf(sweep)).toEqual(chunks);
    expect(new Set(chunks.map(({ key }) => key)).size).toBe(chunks.length);
    const [other] = await chunksOf(sweep, "ffffffffffffffff");
    expect(other!.key).not.toBe(chunks[0]!.key);
  });

  test("a longer range keeps no chunk of other values, a longer list all that are whole", async () => {
    const keys = async (values: unknown) =>
      (await chunksOf({ "model.attention.softmax.beta": values })).map(({ key }) => key);
    const list = [1, 2, 3, 4];
    expect((await keys([...list, 5])).slice(0, 4)).toEqual(await keys(list));
  });
});
