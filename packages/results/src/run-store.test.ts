import type { RunResult } from "@meanfield/core/experiment";
import { parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import { memoryStoreIo } from "../test/memory-store-io.js";
import { sampleRecord, sampleResult } from "../test/sample-record.js";
import { claimRun, readManifest, readRun, statusOf, writeRun } from "./run-store.js";
import { distanceRows, distancesTable, seriesRows, seriesTable } from "./tables.js";
import { decodeText, encodeText } from "./text.js";

const id = "0123456789abcdef";
const other = "fedcba9876543210";
const dataFiles = ["states.npz", "series.parquet", "distances.parquet", "ensemble.parquet"];

const bits = (value: number) => new BigUint64Array(Float64Array.of(value).buffer)[0];
const rowBits = (row: object) =>
  Object.entries(row).map(([key, value]) => [
    key,
    typeof value === "number" && key !== "component" ? bits(value) : value,
  ]);

function buffer(bytes: Uint8Array): ArrayBuffer {
  return bytes.slice().buffer as ArrayBuffer;
}

describe("writeRun and readRun", () => {
  it("give back the same record, bit for bit", async () => {
    const { io } = memoryStoreIo();
    await writeRun(io, "run", sampleRecord());
    const read = await readRun(io, "run");
    // toStrictEqual compares numbers with Object.is, so −0 and 0 differ
    expect(read).toStrictEqual(sampleRecord());
    expect(await statusOf(io, "run")).toEqual({ state: "finished", id });
  });

  it("leave out what a record does not have", async () => {
    const { io } = memoryStoreIo();
    const { analysis: _, ...rest } = sampleRecord();
    const bare = { ...rest, result: { ...rest.result, distances: {}, levels: {}, expect: [] } };
    await writeRun(io, "run", bare);
    expect(await readRun(io, "run")).toStrictEqual(bare);
  });

  it("keep attachments with their checksums, and refuse names of their own", async () => {
    const { io, files } = memoryStoreIo();
    await writeRun(io, "run", sampleRecord(), { "report.html": encodeText("<p>") });
    expect(decodeText(files.get("run/report.html")!)).toBe("<p>");
    const manifest = await readManifest(io, "run");
    expect(Object.keys(manifest.files).sort()).toEqual([...dataFiles, "report.html"].sort());
    for (const name of ["manifest.json", "states.npz", "../x"]) {
      await expect(writeRun(io, "b", sampleRecord(), { [name]: new Uint8Array() })).rejects.toThrow(
        /in one folder at most/,
      );
    }
  });

  it("give equal data files for equal results", async () => {
    const [first, second] = [memoryStoreIo(), memoryStoreIo()];
    await writeRun(first.io, "run", sampleRecord());
    await writeRun(second.io, "run", { ...sampleRecord(), seconds: 99 });
    for (const name of dataFiles) expect(first.files.get(`run/${name}`)).toEqual(second.files.get(`run/${name}`));
  });
});

describe("a crash", () => {
  it("after any number of writes never leaves a run that counts as finished, and the same run can start again", async () => {
    const whole = memoryStoreIo();
    await writeRun(whole.io, "run", sampleRecord());
    for (let writes = 0; writes < whole.written.length; writes++) {
      const { io, files } = memoryStoreIo(writes);
      await expect(writeRun(io, "run", sampleRecord())).rejects.toThrow("power cut");
      const status = await statusOf(io, "run");
      expect(status).toEqual(writes === 0 ? { state: "empty" } : { state: "unfinished", id });
      await expect(readRun(io, "run")).rejects.toThrow(writes === 0 ? /no manifest\.json/ : /did not finish/);
      const again = memoryStoreIo();
      for (const [path, bytes] of files) again.files.set(path, bytes);
      again.directories.add("run");
      await writeRun(again.io, "run", sampleRecord());
      expect(await readRun(again.io, "run")).toStrictEqual(sampleRecord());
    }
  });
});

describe("a directory that is taken", () => {
  it("is never overwritten by a different run: the message names both", async () => {
    for (const occupy of [
      (io: ReturnType<typeof memoryStoreIo>["io"]) => writeRun(io, "run", sampleRecord(id)),
      (io: ReturnType<typeof memoryStoreIo>["io"]) => claimRun(io, "run", id),
    ]) {
      const { io, files } = memoryStoreIo();
      await occupy(io);
      const before = new Map(files);
      const attempt = writeRun(io, "run", sampleRecord(other));
      await expect(attempt).rejects.toThrow(expect.objectContaining({ code: "conflict" }));
      await expect(attempt).rejects.toThrow(new RegExp(`${other}.*${id}.*Choose another --out`));
      expect(files).toEqual(before);
    }
  });

  it("with the same finished run is left as it is", async () => {
    const { io, written } = memoryStoreIo();
    await writeRun(io, "run", sampleRecord());
    const count = written.length;
    const manifest = await writeRun(io, "run", { ...sampleRecord(), seconds: 99 });
    expect(manifest.seconds).toBe(sampleRecord().seconds);
    expect(written.length).toBe(count);
    expect(await claimRun(io, "run", id)).toEqual({ state: "finished", id });
  });

  it("with foreign files is refused", async () => {
    const { io, files, directories } = memoryStoreIo();
    directories.add("run");
    expect(await statusOf(io, "run")).toEqual({ state: "empty" });
    files.set("run/.states.npz.1a2b.tmp", encodeText("half"));
    expect(await statusOf(io, "run")).toEqual({ state: "empty" });
    files.set("run/thesis.tex", encodeText("mine"));
    expect(await statusOf(io, "run")).toEqual({ state: "foreign" });
    await expect(writeRun(io, "run", sampleRecord())).rejects.toThrow(/files that are not a run/);
    files.set("app/manifest.json", encodeText('{"name":"web app"}'));
    directories.add("app");
    expect(await statusOf(io, "app")).toEqual({ state: "foreign" });
    expect(await statusOf(io, "nowhere")).toEqual({ state: "absent" });
    expect(await statusOf(io, "run/thesis.tex")).toEqual({ state: "foreign" });
  });
});

describe("damage", () => {
  it.each(dataFiles)("of %s is found by its checksum and named", async (name) => {
    const { io, files } = memoryStoreIo();
    await writeRun(io, "run", sampleRecord());
    const bytes = files.get(`run/${name}`)!.slice();
    bytes[bytes.length >> 1]! ^= 4;
    files.set(`run/${name}`, bytes);
    await expect(readRun(io, "run")).rejects.toThrow(expect.objectContaining({ code: "unreadable" }));
    await expect(readRun(io, "run")).rejects.toThrow(`run/${name}`);
    files.delete(`run/${name}`);
    await expect(readRun(io, "run")).rejects.toThrow(`run/${name}`);
  });

  it("of the manifest is named with the entry, and another store version is refused", async () => {
    const { io, files } = memoryStoreIo();
    await writeRun(io, "run", sampleRecord());
    const text = decodeText(files.get("run/manifest.json")!);
    files.set("run/manifest.json", encodeText(text.replace('"cores": 2', '"cores": "two"')));
    await expect(readRun(io, "run")).rejects.toThrow(/"machine\.cores"/);
    files.set("run/manifest.json", encodeText(text.replace('"store": 1', '"store": 2')));
    await expect(readRun(io, "run")).rejects.toThrow(/store format 1, got 2/);
  });
});

describe("a result that cannot be kept", () => {
  const broken = (change: (result: RunResult) => unknown) => {
    const record = sampleRecord();
    change(record.result);
    return record;
  };

  it.each([
    [
      "NaN in a state",
      (r: RunResult) => r.levels["particles"]!.states["x"]!.data.fill(Number.NaN, 7, 8),
      /particles\/x.*NaN at entry 7/,
    ],
    [
      "Infinity in a series",
      (r: RunResult) => r.levels["particles"]!.series["energy"]!.value.data.fill(Number.POSITIVE_INFINITY, 0, 1),
      /energy\/value/,
    ],
    [
      "NaN in a distance",
      (r: RunResult) => void r.distances["particles|gaussian-moments"]!["sliced-wasserstein"]!.value.fill(Number.NaN),
      /sliced/,
    ],
  ])("is refused before anything is written: %s", async (_, change, message) => {
    const { io, written } = memoryStoreIo();
    const attempt = writeRun(io, "run", broken(change));
    await expect(attempt).rejects.toThrow(message);
    await expect(attempt).rejects.toThrow(expect.objectContaining({ name: "SolveError", code: "not-finite" }));
    expect(written).toEqual([]);
  });

  it("is refused when a name cannot be a key, or lengths disagree", async () => {
    const { io, written } = memoryStoreIo();
    const record = sampleRecord();
    const level = record.result.levels["particles"]!;
    const named = (name: string) => ({ ...record, result: { ...record.result, levels: { [name]: level } } });
    for (const name of ["distances", "a/b", ""]) await expect(writeRun(io, "run", named(name))).rejects.toThrow(/name/);
    const series = { ...level.series["energy"]!, t: new Float64Array(3) };
    const short = { ...record.result, levels: { particles: { ...level, series: { energy: series } } } };
    await expect(writeRun(io, "run", { ...record, result: short })).rejects.toThrow(
      /one value for each of its 3 times/,
    );
    await expect(writeRun(io, "run", { ...record, id: "not hex" })).rejects.toThrow(/"id" must be/);
    expect(written).toEqual([]);
  });
});

describe("the tables", () => {
  it("hold every number of the series, bit for bit", async () => {
    const rows = await parquetReadObjects({ file: buffer(seriesTable(sampleResult())) });
    const expected = [...seriesRows(sampleResult())];
    expect(expected.length).toBe(40 + 33 + 4);
    expect(rows.map(rowBits)).toEqual(expected.map(rowBits));
    const spectrum = rows.filter((row) => row["series"] === "spectrum");
    const stored = sampleResult().levels["particles"]!.series["spectrum"]!.value;
    for (const [i, row] of spectrum.entries()) {
      expect(row["component"]).toBe(i % 3);
      expect(Object.is(row["value"], stored.data[i])).toBe(true);
    }
  });

  it("hold every distance with its band, null where there is none", async () => {
    const rows = await parquetReadObjects({ file: buffer(distancesTable(sampleResult())) });
    expect(rows.map(rowBits)).toEqual([...distanceRows(sampleResult())].map(rowBits));
    expect(rows.filter((row) => row["null_low"] === null).length).toBe(2);
  });

  it("may have no rows, and more than one row group", async () => {
    const empty = { ...sampleResult(), levels: {}, distances: {} };
    expect(await parquetReadObjects({ file: buffer(seriesTable(empty)) })).toEqual([]);
    expect(await parquetReadObjects({ file: buffer(distancesTable(empty)) })).toEqual([]);
    const size = 150_000;
    const value = {
      shape: [size],
      data: Float64Array.from({ length: size }, (_, i) => (i % 3 === 0 ? -0 : Math.sin(i))),
    };
    const level = sampleResult().levels["particles"]!;
    const energy = { t: Float64Array.from({ length: size }, (_, i) => i / 7), value, unit: "1", doc: "" };
    const long = { ...sampleResult(), levels: { particles: { ...level, series: { energy } } } };
    const rows = await parquetReadObjects({ file: buffer(seriesTable(long)) });
    expect(rows.length).toBe(size);
    expect(rows.every((row, i) => Object.is(row["value"], value.data[i]) && row["t"] === i / 7)).toBe(true);
  });
});
