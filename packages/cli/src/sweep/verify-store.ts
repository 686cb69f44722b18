import { InputError } from "@meanfield/core/foundation/errors";
import {
  bestChunks,
  chunkLabel,
  chunksName,
  joinPath,
  listChunks,
  manifestName,
  parseChunkName,
  readChunk,
  readRun,
  runsName,
  type StoreIo,
  sweepManifestName,
} from "@meanfield/results";
import { walkStages } from "./stages.js";
import { openSweep } from "./sweep-context.js";

/** What `verify-store` found. */
export interface StoreFindings {
  readonly runs: number;
  readonly sweeps: number;
  readonly chunks: number;
  readonly problems: readonly { readonly path: string; readonly message: string }[];
}

interface Findings {
  runs: number;
  sweeps: number;
  chunks: number;
  readonly problems: { readonly path: string; readonly message: string }[];
}

/** Notes what is wrong with a path, and goes on. */
async function looking(findings: Findings, path: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    findings.problems.push({ path, message: error.message });
  }
}

async function verifyRun(io: StoreIo, directory: string, findings: Findings): Promise<void> {
  findings.runs++;
  await looking(findings, directory, async () => void (await readRun(io, directory)));
}

/** Rows that are there, rows that are planned, and files that are neither. */
async function verifySweep(io: StoreIo, directory: string, findings: Findings): Promise<void> {
  findings.sweeps++;
  const problem = (path: string, message: string) => findings.problems.push({ path, message: `${path}: ${message}.` });
  const stored = await listChunks(io, directory);
  for (const chunk of stored) {
    findings.chunks++;
    await looking(findings, chunk.path, async () => {
      const rows = await readChunk(io, chunk);
      const failed = rows.filter(({ status }) => status === "failed").length;
      if (rows.length !== chunk.name.cells || failed !== chunk.name.failed)
        problem(chunk.path, `holds ${rows.length} rows, ${failed} failed, and its name says otherwise`);
    });
  }
  const inside = joinPath(directory, chunksName);
  const names = (await io.kind(inside)) === "directory" ? await io.list(inside) : [];
  // Names with a dot are the system's (.nfs…, .DS_Store) or a writer's.
  for (const name of names)
    if (parseChunkName(name) === undefined && !name.startsWith("."))
      problem(joinPath(inside, name), "is no chunk of a sweep");
  await looking(findings, directory, async () => {
    const planned = new Map<string, number>();
    for await (const { chunks } of walkStages(await openSweep(io, directory)))
      for (const chunk of chunks) planned.set(chunkLabel(chunk), chunk.to - chunk.from);
    for (const [label, { path, name }] of bestChunks(stored)) {
      const cells = planned.get(label);
      if (cells === undefined) problem(path, "belongs to no stage of this sweep");
      else if (cells !== name.cells) problem(path, `must have ${cells} rows, has ${name.cells}`);
    }
  });
  await verifyInside(io, joinPath(directory, runsName), findings);
}

async function verifyInside(io: StoreIo, directory: string, findings: Findings): Promise<void> {
  if ((await io.kind(directory)) !== "directory") return;
  for (const name of (await io.list(directory)).sort()) {
    const path = joinPath(directory, name);
    if ((await io.kind(path)) === "directory") await verifyAt(io, path, findings);
  }
}

async function verifyAt(io: StoreIo, directory: string, findings: Findings): Promise<void> {
  if ((await io.kind(joinPath(directory, sweepManifestName))) === "file") return verifySweep(io, directory, findings);
  if ((await io.kind(joinPath(directory, manifestName))) === "file") return verifyRun(io, directory, findings);
  return verifyInside(io, directory, findings);
}

/**
 * Reads every run and sweep at or below a directory and checks it.
 * @throws InputError unreadable (no directory, or neither runs nor sweeps in it)
 * @cost reads every byte
 */
export async function verifyStore(io: StoreIo, directory: string): Promise<StoreFindings> {
  const findings: Findings = { runs: 0, sweeps: 0, chunks: 0, problems: [] };
  if ((await io.kind(directory)) === "directory") await verifyAt(io, directory, findings);
  if (findings.runs + findings.sweeps > 0) return findings;
  throw new InputError({
    code: "unreadable",
    who: directory,
    rule: "must hold a run, a sweep, or directories of these",
    got: "none",
    fix: "Name the directory that was given to --out",
  });
}
