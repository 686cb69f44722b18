import type { CellValues } from "@meanfield/core/experiment";
import { chunkLabel, readChunk } from "@meanfield/results";
import { storedChunks, walkStages } from "./stages.js";
import type { SweepContext } from "./sweep-context.js";

/** A failed cell: which, why, and the document that runs it alone. */
export interface Failure {
  readonly id: string | null;
  /** As the sweep gives them: the table of rows knows what is no number as text only. */
  readonly values: CellValues;
  readonly code: string | null;
  readonly message: string | null;
  readonly spec: unknown;
}

/** Failed cells, in the order of the plan, at most so many. */
export async function failuresOf(context: SweepContext, most: number): Promise<readonly Failure[]> {
  const stored = await storedChunks(context);
  const failures: Failure[] = [];
  for await (const stage of walkStages(context)) {
    for (const chunk of stage.chunks) {
      const file = stored.get(chunkLabel(chunk));
      if (file === undefined || file.name.failed === 0 || failures.length >= most) continue;
      const rows = await readChunk(context.io, file);
      for (const [k, { status, id, code, message, spec }] of rows.entries()) {
        if (status !== "failed" || failures.length >= most) continue;
        const values = context.plan.values(stage.cells.at(chunk.from + k));
        failures.push({ id, values, code, message, spec: spec === null ? null : (JSON.parse(spec) as unknown) });
      }
    }
  }
  return failures;
}
