import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "@meanfield/core/foundation/errors";
import { afterAll, describe, expect, test } from "vitest";
import { loadNative } from "./library.js";
import { type LibraryRecord, libraryHash, recordPath, sourcesHash } from "./record.js";

const folder = mkdtempSync(join(tmpdir(), "meanfield-library-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A library of the system, or at least a program. */
const system = `/lib/${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu/libm.so.6`;
const other = existsSync(system) ? system : process.execPath;

function refusalOf(path: string): InputError {
  try {
    loadNative(path);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error(`${path} was loaded`);
}

/** A copy of the system's library, with the record of what has been done to neither. */
function copyOf(name: string, record: Partial<LibraryRecord> = {}): string {
  const path = join(folder, name);
  copyFileSync(other, path);
  const whole = { compiler: "cc", sources: sourcesHash(), library: libraryHash(path), ...record };
  writeFileSync(recordPath(path), JSON.stringify(whole));
  return path;
}

test("a library that is absent is told apart, with what to run", () => {
  const { code, message } = refusalOf(join(folder, "none.so"));
  expect([code, message]).toEqual(["missing", expect.stringMatching(/^openNative: .*Run npm run build:native/s)]);
});

describe("a library that is there but cannot be used says why, and what to run", () => {
  const expectRefusal = (path: string, reason: RegExp) => {
    const { code, message } = refusalOf(path);
    expect([code, message]).toEqual(["unreadable", expect.stringMatching(reason)]);
    expect(message).toMatch(/^openNative: .*Run npm run build:native again/s);
  };

  // The loader maps more than such a file has, and the first read of the rest would end this process.
  test.each([0, 64, 4096, 100_000])("cut off after %i bytes", (bytes) => {
    const path = copyOf("short.so");
    writeFileSync(path, readFileSync(path).subarray(0, bytes));
    expectRefusal(path, /damaged/);
  });

  test("with one bit of it changed", () => {
    const path = copyOf("bit.so");
    const content = readFileSync(path);
    content[content.length >> 1]! ^= 1;
    writeFileSync(path, content);
    expectRefusal(path, /damaged/);
  });

  test("built of other sources", () => expectRefusal(copyOf("old.so", { sources: "0" }), /other sources/));

  test("without a record, or with half of one", () => {
    const path = copyOf("bare.so");
    writeFileSync(recordPath(path), '{"compiler":"cc","sou');
    expectRefusal(path, /damaged/);
    rmSync(recordPath(path));
    expectRefusal(path, /nothing beside it/);
  });

  test("another library", () => expectRefusal(copyOf("other.so"), /other\.so: /));

  test("no library at all", () => {
    const path = join(folder, "text.so");
    writeFileSync(path, "not a library");
    writeFileSync(recordPath(path), JSON.stringify({ sources: sourcesHash(), library: libraryHash(path) }));
    expectRefusal(path, /text\.so: /);
  });
});
