import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { nodeStoreIo } from "../files/node-store-io.js";
import { removeAbandoned, writerMark } from "./abandoned-files.js";
import { joinDrivers, type Leases } from "./leases.js";

const io = nodeStoreIo();
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "meanfield-abandoned-"));
  mkdirSync(join(directory, "chunks"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const temporary = (token: string) => join(directory, "chunks", `.0-00000.parquet.${writerMark(token)}0123456789ab.tmp`);

test("what a driver that is no more was writing is removed, what a living one writes stays", async () => {
  const leases = await joinDrivers(io, directory);
  const [dead, living] = [temporary("0".repeat(16)), temporary(leases.token)];
  for (const path of [dead, living]) writeFileSync(path, "half");
  await removeAbandoned(io, directory);
  expect([existsSync(dead), existsSync(living)]).toEqual([false, true]);
  await removeAbandoned(io, directory, leases.token);
  expect(existsSync(living)).toBe(false);
  await leases.close();
});

test("a driver that joins while another clears up keeps what it writes", async () => {
  let joined: Leases | undefined;
  const slow = {
    ...io,
    async list(path: string) {
      if (joined === undefined) {
        joined = await joinDrivers(io, directory);
        writeFileSync(temporary(joined.token), "half");
      }
      return io.list(path);
    },
  };
  await removeAbandoned(slow, directory);
  expect(existsSync(temporary(joined!.token))).toBe(true);
  await joined!.close();
});
