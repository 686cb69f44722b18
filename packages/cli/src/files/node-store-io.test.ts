import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "@meanfield/core/foundation/errors";
import { readRun, statusOf, writeRun } from "@meanfield/results";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sampleRecord } from "../../../results/test/sample-record.js";
import { nodeStoreIo, readFailure, writeFailure } from "./node-store-io.js";

const io = nodeStoreIo();
let base = "";

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "meanfield-store-"));
});
afterEach(async () => {
  await rm(base, { recursive: true, force: true });
});

describe("nodeStoreIo", () => {
  it("keeps a run bit for bit and leaves no temporary file", async () => {
    const directory = join(base, "deep", "run");
    await writeRun(io, directory, sampleRecord());
    expect(await readRun(io, directory)).toStrictEqual(sampleRecord());
    expect((await readdir(directory)).sort()).toEqual([
      "distances.parquet",
      "ensemble.parquet",
      "manifest.json",
      "series.parquet",
      "states.npz",
    ]);
  });

  it("replaces a file as a whole", async () => {
    const path = join(base, "a");
    await io.writeAtomic(path, Uint8Array.of(1, 2, 3));
    await io.writeAtomic(path, Uint8Array.of(4));
    expect([...(await readFile(path))]).toEqual([4]);
    expect(await readdir(base)).toEqual(["a"]);
    await io.remove(path);
    expect(await io.kind(path)).toBe("absent");
  });

  it("knows the SHA-256 of the empty text", async () => {
    // FIPS 180-4: the digest of zero bits
    const digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    expect(await io.sha256(new Uint8Array())).toBe(digest);
  });

  it("says for people that a path cannot be written", async () => {
    const file = join(base, "file");
    await writeFile(file, "");
    const attempts = [
      () => io.writeAtomic(join(file, "x"), new Uint8Array()),
      () => io.makeDirectory(join(file, "x")),
      () => io.makeDirectory(file),
      () => io.writeAtomic(join(base, "nowhere", "x"), new Uint8Array()),
      () => writeRun(io, join(file, "run"), sampleRecord()),
    ];
    for (const attempt of attempts) {
      await expect(attempt()).rejects.toThrow(InputError);
      await expect(attempt()).rejects.toThrow(expect.objectContaining({ code: "unwritable" }));
    }
    expect(await statusOf(io, file)).toEqual({ state: "foreign" });
    expect(await statusOf(io, join(file, "x"))).toEqual({ state: "absent" });
  });

  it("says for people that a path cannot be read", async () => {
    for (const attempt of [() => io.read(join(base, "no")), () => io.read(base), () => io.list(join(base, "no"))]) {
      await expect(attempt()).rejects.toThrow(expect.objectContaining({ code: "unreadable" }));
    }
  });

  it.each(["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "ENOTDIR"])("turns %s while writing into advice", (code) => {
    const translated = writeFailure(Object.assign(new Error(code), { code }), "out/run");
    expect(translated).toMatchObject({ code: "unwritable" });
    expect(String(translated)).toMatch(new RegExp(`out/run: .*, got .*${code}\\)?\\. .+\\.$`));
  });

  it("gives errors it does not know back as they are", () => {
    const error = new Error("other");
    expect(writeFailure(error, "p")).toBe(error);
    expect(readFailure(error, "p")).toBe(error);
  });
});
