import { type CellList, checkCells, planSweep, type SweepPlan, sweepStages } from "@meanfield/core/experiment";
import { claimSweep, type SweepManifest } from "@meanfield/results";
import { defaultDirectory } from "../commands/perform-run.js";
import { backendsOf } from "../compute/backends.js";
import { loadDocument } from "../documents/load-experiment.js";
import { nodeStoreIo } from "../files/node-store-io.js";
import { openSweep, type SweepContext, sweepManifest } from "./sweep-context.js";

/** A sweep file, checked, and where its results go. */
export interface PreparedSweep {
  readonly plan: SweepPlan;
  /** The cells that are known before anything runs. */
  readonly first: CellList;
  readonly directory: string;
  readonly manifest: SweepManifest;
  /** Takes the directory. @throws InputError conflict, unwritable */
  claim(): Promise<SweepContext>;
}

function firstCells(plan: SweepPlan): CellList {
  const first = sweepStages(plan).next([]);
  if (first.done === true) throw new Error("a sweep has at least one stage");
  return first.value;
}

/**
 * Reads, completes and checks a sweep file. Nothing is written.
 * @throws InputError with file, line and column
 */
export async function prepareSweep(
  file: string,
  options: { readonly set?: readonly string[]; readonly seed?: number; readonly out?: string },
): Promise<PreparedSweep> {
  const io = nodeStoreIo();
  const { document, bound } = await loadDocument(file, options, async (loaded) => {
    const plan = planSweep(loaded);
    const first = firstCells(plan);
    const backends = await backendsOf(loaded, "shared");
    checkCells(plan, first, { backends });
    return { plan, first, backends };
  });
  const { backends, ...cells } = bound;
  const manifest = await sweepManifest(document as Readonly<Record<string, unknown>>, cells.plan, backends, io.sha256);
  const directory = options.out ?? defaultDirectory(file, manifest.base);
  return {
    ...cells,
    directory,
    manifest,
    async claim() {
      await claimSweep(io, directory, manifest);
      return openSweep(io, directory);
    },
  };
}
