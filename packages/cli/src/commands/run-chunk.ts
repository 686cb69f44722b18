import { InputError } from "@meanfield/core/foundation/errors";
import { createRowSource } from "@meanfield/results";
import type { Command } from "commander";
import { nodeStoreIo } from "../files/node-store-io.js";
import { emitJson } from "../output/emit.js";
import { computeChunk } from "../sweep/compute-chunk.js";
import { type PlannedStage, walkStages } from "../sweep/stages.js";
import { coordinatesOf, openSweep } from "../sweep/sweep-context.js";
import { integer } from "./options.js";

/** Seconds of computing after which an unfinished chunk is written. */
const keepEvery = 20;

/** `meanfield run-chunk DIR INDEX`: what any engine calls. */
export function addRunChunk(program: Command): void {
  program
    .command("run-chunk")
    .summary("compute one chunk of a sweep, here and now")
    .description(
      "Computes one chunk of the stage that a sweep is at, in this process. Engines call it; a chunk that is computed twice is there once.",
    )
    .argument("<dir>", "directory of a sweep")
    .argument("<index>", "place of the chunk in its stage, from 0", integer)
    .addHelpText("after", "\nExample:\n  meanfield run-chunk results/phase-map 3")
    .action(async (directory: string, index: number) => {
      const context = await openSweep(nodeStoreIo(), directory);
      let stage: PlannedStage | undefined;
      for await (const one of walkStages(context)) stage = one;
      const chunk = stage?.chunks[index];
      if (stage === undefined || chunk === undefined) {
        throw new InputError({
          code: "out-of-range",
          who: "run-chunk",
          rule: `the stage that this sweep is at has chunks 0 to ${(stage?.chunks.length ?? 0) - 1}`,
          got: String(index),
        });
      }
      const work = { place: chunk, cells: coordinatesOf(stage.cells, chunk.from, chunk.to), careful: false, lost: {} };
      const hooks = { onCell: () => Promise.resolve(), keepEvery };
      const { name, ...report } = await computeChunk(context, createRowSource(context.io, directory), work, hooks);
      emitJson({ stage: name.stage, index: name.index, cells: name.cells, failed: name.failed, ...report });
    });
}
