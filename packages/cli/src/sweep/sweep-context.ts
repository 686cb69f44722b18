import {
  bindCell,
  type CellList,
  type CellValues,
  type Experiment,
  planSweep,
  type SweepPlan,
} from "@meanfield/core/experiment";
import type { Backend } from "@meanfield/core/foundation/backend";
import { InputError } from "@meanfield/core/foundation/errors";
import { baseId, readSweepManifest, runId, type StoreIo, type SweepManifest } from "@meanfield/results";
import { backendsOf } from "../compute/backends.js";
import { computingVersions } from "../output/provenance.js";

/** A sweep at hand: where it lies, what it computes, and with what. */
export interface SweepContext {
  readonly io: StoreIo;
  readonly directory: string;
  readonly manifest: SweepManifest;
  readonly plan: SweepPlan;
  /** Of one thread: the other processors work at other cells. */
  readonly backends: readonly Backend[];
}

/** What a document asks of its backend. */
interface Asked {
  readonly accuracy?: unknown;
  readonly method?: unknown;
}

/** The backend of a cell, as far as ids go: the first of those at hand. */
function sweepBackend(backends: readonly Backend[], { accuracy, method }: Asked): SweepManifest["backend"] {
  const { name, precision, variant } = backends[0]!;
  const asked = typeof accuracy === "number" ? accuracy : "exact";
  const named = typeof method === "string" && method !== "auto" ? { method } : {};
  return { name, precision, accuracy: asked, ...named, ...(variant === undefined ? {} : { variant }) };
}

/** The manifest of a planned document. */
export async function sweepManifest(
  document: Readonly<Record<string, unknown>>,
  plan: SweepPlan,
  backends: readonly Backend[],
  sha256: StoreIo["sha256"],
): Promise<SweepManifest> {
  const section = document["backend"] as Asked | null | undefined;
  const backend = sweepBackend(backends, section ?? {});
  const versions = computingVersions();
  const { measure, keepRuns } = plan;
  const base = await baseId({ base: plan.base, measure, keepRuns, backend, versions }, sha256);
  return { store: 1, kind: "sweep", base, document, backend, versions };
}

/** The id of a cell: that of `meanfield run` with the same values. */
export function cellId({ io }: SweepContext, { spec, backend }: Experiment): Promise<string> {
  return runId(spec, backend, computingVersions(), io.sha256);
}

/** The experiment of a cell of the sweep. @throws InputError */
export const cellExperiment = ({ plan, backends }: SweepContext, values: CellValues): Experiment =>
  bindCell(plan, values, { backends });

/**
 * Opens the sweep of a directory.
 * @throws InputError unreadable (no sweep), incompatible (its cells were computed by other versions)
 */
export async function openSweep(io: StoreIo, directory: string): Promise<SweepContext> {
  const { manifest, document } = await readSweepManifest(io, directory);
  const plan = planSweep(document);
  const backends = await backendsOf(document, "shared");
  const own = await sweepManifest(manifest.document, plan, backends, io.sha256);
  if (own.base === manifest.base) return { io, directory, manifest, plan, backends };
  throw new InputError({
    code: "incompatible",
    who: directory,
    rule: `a sweep is computed by one version of Meanfield (${versionsOf(manifest)})`,
    got: versionsOf(own),
    fix: "Use that version, or begin a new sweep with another --out",
  });
}

const versionsOf = ({ versions, base }: SweepManifest): string =>
  `${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ")}, base ${base}`;

/** The coordinates of cells from … to − 1, as plain lists that cross processes. */
export function coordinatesOf(cells: CellList, from: number, to: number): number[][] {
  return Array.from({ length: to - from }, (_, k) => [...cells.at(from + k)]);
}
