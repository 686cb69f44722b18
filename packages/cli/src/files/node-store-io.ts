import { createHash, randomBytes } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { InputError } from "@meanfield/core/foundation/errors";
import { type StoreIo, temporaryName } from "@meanfield/results";

/** System error code → what was found, in words. */
const findings: Readonly<Record<string, string>> = {
  ENOENT: "nothing there",
  ENOTDIR: "a path through a file",
  EISDIR: "a directory",
  EEXIST: "a file",
};

function finding(code: string): string {
  const words = findings[code];
  return words === undefined ? code : `${words} (${code})`;
}

/** System error code → what is wrong and what to do. */
const writeTroubles: Readonly<Record<string, readonly [rule: string, fix: string]>> = {
  EACCES: ["must be writable", "Choose another --out, or ask for the permission to write there"],
  EPERM: ["must be writable", "Choose another --out, or ask for the permission to write there"],
  EROFS: ["must not lie on a read-only file system", "Choose another --out"],
  ENOSPC: ["needs free space on its disk", "Free some, or choose another --out; then run again"],
  EDQUOT: ["needs free space in your quota", "Free some, or choose another --out; then run again"],
  ENOTDIR: ["must lie in a directory, not under a file", "Choose another --out"],
  EEXIST: ["must be a directory, not a file", "Choose another --out"],
  EISDIR: ["must be a file, not a directory", "Choose another --out"],
  ENOENT: ["must lie where directories can be made", "Choose another --out"],
  ENAMETOOLONG: ["must have a shorter path", "Choose another --out"],
  EIO: ["could not be written: its disk or the network failed", "See that it is well, then run again"],
  ESTALE: ["could not be written: its network file system lost it", "Run again"],
};

const readTroubles: Readonly<Record<string, readonly [rule: string, fix: string]>> = {
  ENOENT: ["must exist", "Check the path"],
  ENOTDIR: ["must exist", "Check the path"],
  EISDIR: ["must be a file, not a directory", "Check the path"],
  EACCES: ["must be readable", "Ask for the permission to read it"],
  EPERM: ["must be readable", "Ask for the permission to read it"],
  EIO: ["could not be read: its disk or the network failed", "See that it is well, then run again"],
  ESTALE: ["could not be read: its network file system lost it", "Run again"],
};

function systemCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** A system error while writing `path`, for people; any other error is given back as it is. */
export function writeFailure(error: unknown, path: string): unknown {
  const trouble = writeTroubles[systemCode(error)];
  if (trouble === undefined) return error;
  const [rule, fix] = trouble;
  return new InputError({ code: "unwritable", who: path, rule, got: finding(systemCode(error)), fix });
}

/** A system error while reading `path`, for people; any other error is given back as it is. */
export function readFailure(error: unknown, path: string): unknown {
  const trouble = readTroubles[systemCode(error)];
  if (trouble === undefined) return error;
  const [rule, fix] = trouble;
  return new InputError({ code: "unreadable", who: path, rule, got: finding(systemCode(error)), fix });
}

async function writing<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw writeFailure(error, path);
  }
}

async function reading<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw readFailure(error, path);
  }
}

async function kind(path: string): Promise<"absent" | "file" | "directory"> {
  try {
    return (await stat(path)).isDirectory() ? "directory" : "file";
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemCode(error))) return "absent";
    throw readFailure(error, path);
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What file systems say that cannot sync a directory, and those of networks that need not. */
const noDirectorySync: readonly string[] = ["EINVAL", "ENOTSUP", "EOPNOTSUPP", "EISDIR", "EBADF"];

/** Makes a rename in `directory` survive a power cut. Windows cannot open a directory and needs no such call. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } catch (error) {
    if (!noDirectorySync.includes(systemCode(error))) throw error;
  } finally {
    await handle.close();
  }
}

async function writeAtomic(path: string, bytes: Uint8Array, writer: string): Promise<void> {
  const unique = `${writer}${randomBytes(6).toString("hex")}`;
  const temporary = join(dirname(path), temporaryName(basename(path), unique));
  try {
    await writeDurably(temporary, bytes);
    await rename(temporary, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writeFailure(error, path);
  }
}

async function createExclusive(path: string, bytes: Uint8Array): Promise<boolean> {
  try {
    await writeFile(path, bytes, { flag: "wx" });
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw writeFailure(error, path);
  }
}

/**
 * Makes a directory and those above it. Not `mkdir({ recursive: true })`: it never returns where a file system lets
 * nobody make directories and says ENOENT (/proc).
 */
async function makeDirectory(path: string): Promise<void> {
  if ((await kind(path)) === "directory") return;
  const parent = dirname(resolve(path));
  if ((await kind(parent)) === "absent" && parent !== resolve(path)) await makeDirectory(parent);
  try {
    await mkdir(path);
  } catch (error) {
    if ((await kind(path)) !== "directory") throw error;
  }
}

/**
 * The store's I/O on the local file system.
 * @param writer stands in the names of temporary files, so that others can tell whose they are
 */
export function nodeStoreIo(writer = ""): StoreIo {
  return Object.freeze({
    kind,
    read: (path: string) => reading(path, () => readFile(path)),
    list: (path: string) => reading(path, () => readdir(path)),
    writeAtomic: (path: string, bytes: Uint8Array) => writeAtomic(path, bytes, writer),
    createExclusive,
    move: (from: string, to: string) => writing(to, () => rename(from, to)),
    makeDirectory: (path: string) => writing(path, () => makeDirectory(path)),
    remove: (path: string) => writing(path, () => rm(path, { force: true, recursive: true })),
    sha256: async (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex"),
  });
}
