import { randomBytes } from "node:crypto";
import { InputError } from "@meanfield/core/foundation/errors";
import { joinPath, temporaryName } from "@meanfield/results";
import { nodeStoreIo } from "./node-store-io.js";

/** A directory that a benchmark may write to. */
export interface BenchFolder {
  /** Writes all files, each whole or not at all. @throws InputError unwritable */
  write(files: Readonly<Record<string, Uint8Array>>): Promise<void>;
  /** Removes the directories that the claim has made. */
  release(): Promise<void>;
}

/**
 * Takes a directory for a benchmark before it measures: makes it and its figures/, and sees that files can be written there.
 * @param names of the files to come, relative to the directory
 * @throws InputError unwritable
 */
export async function claimBenchFolder(out: string, names: readonly string[]): Promise<BenchFolder> {
  const io = nodeStoreIo();
  const directories = [out, joinPath(out, "figures")];
  const made: string[] = [];
  const release = async () => {
    for (const directory of made.toReversed()) await io.remove(directory);
  };
  try {
    for (const directory of directories) {
      if ((await io.kind(directory)) === "absent") made.push(directory);
      await io.makeDirectory(directory);
      const trial = joinPath(directory, temporaryName("bench", randomBytes(6).toString("hex")));
      await io.createExclusive(trial, new Uint8Array());
      await io.remove(trial);
    }
    for (const path of names.map((name) => joinPath(out, name))) {
      if ((await io.kind(path)) !== "directory") continue;
      const fix = "Choose another --out";
      throw new InputError({ code: "unwritable", who: path, rule: "must be a file", got: "a directory", fix });
    }
  } catch (error) {
    await release();
    throw error;
  }
  return {
    release,
    async write(files) {
      for (const [name, bytes] of Object.entries(files)) await io.writeAtomic(joinPath(out, name), bytes);
    },
  };
}
