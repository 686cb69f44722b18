import { InputError } from "@meanfield/core/foundation/errors";
import { lookupIn } from "./array-lookup.js";
import { describeDistance, describeLevel, restoreDistance, restoreLevel, runArrays } from "./arrays.js";
import type { JsonValue } from "./canonical.js";
import { isTemporaryName, joinPath, type StoreIo } from "./io.js";
import {
  decodeManifest,
  encodeManifest,
  type FinishedManifest,
  type Manifest,
  manifestName,
  storeFormat,
} from "./manifest.js";
import { mapValues } from "./map-values.js";
import { readNpz, writeNpz } from "./npz.js";
import type { RunRecord } from "./run-record.js";
import { distancesTable, ensembleTable, seriesTable } from "./tables.js";

export const statesName = "states.npz";
export const seriesName = "series.parquet";
export const distancesName = "distances.parquet";
/** Only of a run with an ensemble. */
export const ensembleName = "ensemble.parquet";
const dataNames: readonly string[] = [statesName, seriesName, distancesName, ensembleName];

/** What stands at a path where a run may go. `foreign`: files that are no run. */
export type RunStatus =
  | { readonly state: "absent" | "empty" | "foreign" }
  | { readonly state: "finished" | "unfinished"; readonly id: string };

type Files = Readonly<Record<string, Uint8Array>>;

async function manifestAt(io: StoreIo, directory: string): Promise<Manifest | undefined> {
  const path = joinPath(directory, manifestName);
  return (await io.kind(path)) === "file" ? decodeManifest(await io.read(path), path) : undefined;
}

/**
 * What stands at `directory`. Files that an interrupted write left behind do not count.
 * @throws InputError unreadable (a manifest of another store version, or a damaged one)
 */
export async function statusOf(io: StoreIo, directory: string): Promise<RunStatus> {
  const kind = await io.kind(directory);
  if (kind === "absent") return { state: "absent" };
  if (kind === "file") return { state: "foreign" };
  const manifest = await manifestAt(io, directory);
  if (manifest) return { state: manifest.status, id: manifest.id };
  const names = await io.list(directory);
  return { state: names.every(isTemporaryName) ? "empty" : "foreign" };
}

function conflict(directory: string, id: string, status: RunStatus): InputError {
  const foreign = status.state === "foreign";
  const other = "id" in status ? status.id : "";
  return new InputError({
    code: "conflict",
    who: directory,
    rule: foreign ? `run ${id} needs a new or empty directory` : `must be free for run ${id}`,
    got: foreign ? "files that are not a run" : `another run, ${other} (${status.state})`,
    fix: foreign ? "Choose another --out" : `Choose another --out, or remove this directory to give up run ${other}`,
    details: { id, ...status },
  });
}

/**
 * Takes `directory` for a run before it computes: makes it and writes a manifest with status "unfinished".
 * A finished run of the same id is left as it is.
 * @returns what stood there before
 * @throws InputError conflict (another run, or files that are no run), unwritable
 */
export async function claimRun(io: StoreIo, directory: string, id: string): Promise<RunStatus> {
  const status = await statusOf(io, directory);
  if (status.state === "foreign" || ("id" in status && status.id !== id)) throw conflict(directory, id, status);
  if (status.state === "finished") return status;
  await io.makeDirectory(directory);
  const manifest = encodeManifest({ store: storeFormat, status: "unfinished", id });
  await io.writeAtomic(joinPath(directory, manifestName), manifest);
  return status;
}

/**
 * Gives a claimed directory back when its run did not finish: removes the unfinished manifest, and the directory too
 * where the claim had made it. What was there before stays.
 */
export async function releaseRun(io: StoreIo, directory: string, id: string, before: RunStatus): Promise<void> {
  const status = await statusOf(io, directory);
  if (status.state !== "unfinished" || status.id !== id) return;
  if (before.state === "absent") await io.remove(directory);
  else if (before.state === "empty")
    for (const name of await io.list(directory)) await io.remove(joinPath(directory, name));
}

async function checksums(io: StoreIo, files: Files): Promise<FinishedManifest["files"]> {
  const listed: FinishedManifest["files"] = {};
  for (const [name, bytes] of Object.entries(files)) {
    listed[name] = { sha256: await io.sha256(bytes), bytes: bytes.length };
  }
  return listed;
}

function manifestOf(record: RunRecord, files: FinishedManifest["files"]): FinishedManifest {
  const { result, ...run } = record;
  return {
    store: storeFormat,
    status: "finished",
    id: run.id,
    format: result.format,
    spec: result.spec,
    seeds: run.seeds,
    versions: run.versions,
    backend: result.backend,
    machine: run.machine,
    started: run.started,
    finished: run.finished,
    seconds: run.seconds,
    levels: mapValues(result.levels, describeLevel),
    distances: mapValues(result.distances, (metrics) => mapValues(metrics, describeDistance)),
    ...(result.attention === undefined ? {} : { attention: result.attention as FinishedManifest["attention"] }),
    expect: [...result.expect],
    ...(run.analysis === undefined ? {} : { analysis: run.analysis as FinishedManifest["analysis"] }),
    files,
  };
}

function hasEnsemble({ result }: RunRecord): boolean {
  return Object.values(result.levels).some((level) => level.ensemble !== undefined);
}

function checkAttachments(attachments: Files): void {
  const taken = Object.keys(attachments).find(
    (name) => [...dataNames, manifestName].includes(name) || !/^(?:\w[\w.-]*\/)?\w[\w.-]*$/.test(name),
  );
  if (taken === undefined) return;
  throw new InputError({
    code: "conflict",
    who: "results store",
    rule: "an attachment must be a file, in one folder at most, that the store does not use itself",
    got: JSON.stringify(taken),
    fix: "Rename it",
  });
}

/**
 * Writes a run: states.npz, series.parquet, distances.parquet, the attachments, and last of all manifest.json with
 * status "finished", so that a run that crashed here is never taken for a finished one. Nothing is written when the
 * record cannot be kept. A finished run of the same id is left as it is.
 *
 * @param attachments further files of the run by plain name, e.g. report.html
 * @returns the manifest that now stands there
 * @throws InputError conflict (a different run never overwrites), unwritable, wrong-shape; SolveError not-finite
 * @cost O(bytes) time and memory
 * @accuracy round trip bit for bit; run-store.test.ts
 */
export async function writeRun(
  io: StoreIo,
  directory: string,
  record: RunRecord,
  attachments: Files = {},
): Promise<FinishedManifest> {
  checkAttachments(attachments);
  const files: Files = {
    [statesName]: writeNpz(runArrays(record.result)),
    [seriesName]: seriesTable(record.result),
    [distancesName]: distancesTable(record.result),
    ...(hasEnsemble(record) ? { [ensembleName]: ensembleTable(record.result) } : {}),
    ...attachments,
  };
  const manifest = manifestOf(record, await checksums(io, files));
  const manifestBytes = encodeManifest(manifest);
  decodeManifest(manifestBytes, manifestName);
  const before = await claimRun(io, directory, record.id);
  if (before.state === "finished") return readManifest(io, directory);
  const folders = new Set(Object.keys(files).flatMap((name) => name.split("/").slice(0, -1)));
  for (const folder of folders) await io.makeDirectory(joinPath(directory, folder));
  for (const [name, bytes] of Object.entries(files)) await io.writeAtomic(joinPath(directory, name), bytes);
  await io.writeAtomic(joinPath(directory, manifestName), manifestBytes);
  return manifest;
}

/** The manifest of a finished run. @throws InputError unreadable (no run there, or one that did not finish) */
export async function readManifest(io: StoreIo, directory: string): Promise<FinishedManifest> {
  const manifest = (await io.kind(directory)) === "directory" ? await manifestAt(io, directory) : undefined;
  if (manifest?.status === "finished") return manifest;
  throw new InputError({
    code: "unreadable",
    who: directory,
    rule: "must be the directory of a finished run",
    got: manifest ? `run ${manifest.id}, which did not finish` : `no ${manifestName} of a run`,
    fix: manifest ? "Run the experiment again with the same --out" : "Name the directory that was given to --out",
  });
}

async function readVerified(
  io: StoreIo,
  directory: string,
  name: string,
  manifest: FinishedManifest,
): Promise<Uint8Array> {
  const path = joinPath(directory, name);
  const bytes = await io.read(path);
  const listed = manifest.files[name];
  if (listed !== undefined && (await io.sha256(bytes)) === listed.sha256) return bytes;
  throw new InputError({
    code: "unreadable",
    who: path,
    rule: "must be the file that the run wrote (checksum in manifest.json)",
    got: listed
      ? `${bytes.length} bytes that differ from its ${listed.bytes}`
      : "a file that the manifest does not list",
    fix: "Copy it again, or remove the directory and run the experiment again",
  });
}

/**
 * A run as it was written, bit for bit; the checksums of all data files are verified.
 * @throws InputError unreadable (no run, unfinished, a damaged file: the message names it)
 * @cost O(bytes) time and memory
 * @accuracy exact; run-store.test.ts
 */
export async function readRun(io: StoreIo, directory: string): Promise<RunRecord> {
  const manifest = await readManifest(io, directory);
  const tables = [seriesName, distancesName, ...(manifest.files[ensembleName] ? [ensembleName] : [])];
  for (const name of tables) await readVerified(io, directory, name, manifest);
  const path = joinPath(directory, statesName);
  const array = lookupIn(readNpz(await readVerified(io, directory, statesName, manifest), path), path);
  const { id, seeds, versions, machine, started, finished, seconds, format, spec, backend, expect } = manifest;
  const result = {
    format,
    spec,
    backend,
    levels: mapValues(manifest.levels, (level, name) => restoreLevel(name, level, array)),
    distances: mapValues(manifest.distances, (metrics, pair) =>
      mapValues(metrics, (distance, metric) => restoreDistance(pair, metric, distance, array)),
    ),
    expect,
    ...(manifest.attention === undefined ? {} : { attention: manifest.attention as RunRecord["result"]["attention"] }),
  } as RunRecord["result"];
  const analysis = manifest.analysis === undefined ? {} : { analysis: manifest.analysis as JsonValue };
  return { id, seeds, versions, machine, started, finished, seconds, result, ...analysis };
}
