import { InputError } from "@meanfield/core/foundation/errors";
import {
  type FinishedManifest,
  joinPath,
  manifestName,
  readManifest,
  type StoreIo,
  statusOf,
} from "@meanfield/results";

/** Results below some directories. */
export interface FoundResults {
  readonly runs: readonly { readonly directory: string; readonly manifest: FinishedManifest }[];
  /** Directories of sweeps. */
  readonly sweeps: readonly string[];
}

/** A store is a directory of runs and sweeps, or of directories of them. */
const deepest = 4;

async function search(io: StoreIo, directory: string, depth: number, found: { runs: string[]; sweeps: string[] }) {
  if ((await io.kind(directory)) !== "directory") return;
  if ((await io.kind(joinPath(directory, "sweep.json"))) === "file") found.sweeps.push(directory);
  if ((await io.kind(joinPath(directory, manifestName))) === "file") {
    if ((await statusOf(io, directory)).state === "finished") found.runs.push(directory);
    return;
  }
  if (depth === 0) return;
  const names = (await io.list(directory)).filter((name) => !name.startsWith("."));
  for (const name of names.sort()) await search(io, joinPath(directory, name), depth - 1, found);
}

/**
 * Every finished run and every sweep at or below the directories.
 * @throws InputError unreadable (a directory that is not there), empty
 */
export async function findResults(io: StoreIo, directories: readonly string[]): Promise<FoundResults> {
  const found = { runs: [] as string[], sweeps: [] as string[] };
  for (const directory of directories) {
    if ((await io.kind(directory)) !== "directory") {
      const rule = "must be a directory of runs or sweeps";
      throw new InputError({ code: "unreadable", who: directory, rule, got: "nothing there", fix: "Check the path" });
    }
    await search(io, directory, deepest, found);
  }
  if (found.runs.length + found.sweeps.length === 0) {
    const rule = "must hold finished runs or sweeps";
    throw new InputError({ code: "empty", who: directories.join(", "), rule, got: "none" });
  }
  const runs = await Promise.all(
    found.runs.map(async (directory) => ({ directory, manifest: await readManifest(io, directory) })),
  );
  return { runs, sweeps: found.sweeps };
}
