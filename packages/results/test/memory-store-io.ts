import { createHash } from "node:crypto";
import { InputError } from "@meanfield/core/foundation/errors";
import type { StoreIo } from "../src/io.js";

/** The store's I/O in memory. `failAfter`: this many writes succeed, later ones throw, as in a crash. */
export function memoryStoreIo(failAfter = Number.POSITIVE_INFINITY) {
  const files = new Map<string, Uint8Array>();
  const directories = new Set<string>();
  const written: string[] = [];
  const io: StoreIo = {
    kind: async (path) => (files.has(path) ? "file" : directories.has(path) ? "directory" : "absent"),
    read: async (path) => {
      const bytes = files.get(path);
      if (!bytes) throw new InputError({ code: "unreadable", who: path, rule: "must exist" });
      return bytes;
    },
    list: async (path) => {
      const inside = [...files.keys()].filter((name) => name.startsWith(`${path}/`));
      return inside.map((name) => name.slice(path.length + 1));
    },
    writeAtomic: async (path, bytes) => {
      if (written.length >= failAfter) throw new Error("power cut");
      written.push(path);
      files.set(path, bytes);
    },
    createExclusive: async (path, bytes) => {
      if (files.has(path)) return false;
      files.set(path, bytes);
      return true;
    },
    move: async (from, to) => {
      if (!files.has(from)) throw new InputError({ code: "unwritable", who: to, rule: "nothing to move" });
      files.set(to, files.get(from)!);
      files.delete(from);
    },
    makeDirectory: async (path) => void directories.add(path),
    remove: async (path) => void files.delete(path),
    sha256: async (bytes) => createHash("sha256").update(bytes).digest("hex"),
  };
  return { io, files, directories, written };
}
