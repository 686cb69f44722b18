import type { RunCheckpoint } from "@meanfield/core/experiment";
import { checkpointName, findCheckpoint, joinPath, type StoreIo, writeCheckpoint } from "@meanfield/results";
import { tell } from "../output/emit.js";

/** Writes checkpoints of one run, one after the other; of those that come meanwhile only the latest. */
export interface CheckpointKeeper {
  keep(checkpoint: RunCheckpoint): void;
  /** Waits until the last one is on the disk. @returns whether there is one */
  settled(): Promise<boolean>;
}

export function checkpointKeeper(io: StoreIo, directory: string, id: string): CheckpointKeeper {
  let waiting: RunCheckpoint | undefined;
  let writing: Promise<void> | undefined;
  let written = false;
  const write = async () => {
    while (waiting !== undefined) {
      const checkpoint = waiting;
      waiting = undefined;
      try {
        await writeCheckpoint(io, directory, { id, checkpoint });
        written = true;
      } catch (error) {
        // The run itself is worth more than its checkpoint: a full disk must not end it.
        tell(`no checkpoint: ${(error as Error).message}`);
      }
    }
    writing = undefined;
  };
  return {
    keep(checkpoint) {
      waiting = checkpoint;
      writing ??= write();
    },
    async settled() {
      await writing;
      return written;
    },
  };
}

/** The checkpoint of a run that was begun before; tells the user what is done with it. */
export async function checkpointIn(io: StoreIo, directory: string, id: string): Promise<RunCheckpoint | undefined> {
  const found = await findCheckpoint(io, directory, id);
  const path = joinPath(directory, checkpointName);
  if (found.state === "usable") tell(`resuming from ${path}`);
  else if (found.state !== "absent") tell(`${path} is not used: ${found.why}; the run starts from its beginning`);
  return found.state === "usable" ? found.checkpoint : undefined;
}
