import { type BackendReport, canonicalValue } from "@meanfield/core/experiment";
import { InputError } from "@meanfield/core/foundation/errors";
import { isFileArray, isMapping } from "@meanfield/core/foundation/parameters";
import type { NdArray } from "@meanfield/core/foundation/shapes";
import { z } from "zod";
import { canonicalJson, toJson } from "../canonical.js";
import { joinPath, type StoreIo } from "../io.js";
import { storeFormat } from "../manifest.js";
import { readNpy, writeNpy } from "../npy.js";
import { decodeText, encodeText } from "../text.js";

export const sweepManifestName = "sweep.json";
const inputsName = "inputs";

const sweepManifestSchema = z.strictObject({
  store: z.literal(storeFormat),
  kind: z.literal("sweep"),
  /** 16 hex digits: hash of everything but the `sweep:` section, so that an extended sweep keeps it. */
  base: z.string().regex(/^[0-9a-f]{16}$/),
  /** The document as it was written; arrays of files by checksum, their numbers in inputs/. */
  document: z.record(z.string(), z.unknown()),
  backend: z.strictObject({
    name: z.string(),
    precision: z.enum(["f64", "f32"]),
    accuracy: z.union([z.literal("exact"), z.number()]),
    method: z.string().exactOptional(),
    variant: z.string().exactOptional(),
  }),
  versions: z.record(z.string(), z.string()),
});

/** sweep.json: what a sweep computes, and with what. It is written before anything runs and says nothing of results. */
export type SweepManifest = z.infer<typeof sweepManifestSchema>;

/** What makes the cells of a sweep: the same base, the same row for the same values. */
export interface SweepBase {
  readonly base: Readonly<Record<string, unknown>>;
  readonly measure: readonly string[];
  readonly keepRuns: boolean;
  readonly backend: Pick<BackendReport, "name" | "precision" | "accuracy" | "method" | "variant">;
  readonly versions: Readonly<Record<string, string>>;
}

/** First 16 hex digits of the SHA-256 of the canonical JSON of the base. */
export async function baseId(base: SweepBase, sha256: StoreIo["sha256"]): Promise<string> {
  const text = canonicalJson({ ...base, base: canonicalValue(base.base) }, "sweep");
  return (await sha256(encodeText(text))).slice(0, 16);
}

/** Arrays from files anywhere in a document. */
function fileArrays(value: unknown): { readonly sha256: string; readonly array: NdArray }[] {
  if (isFileArray(value)) return [{ sha256: value.sha256, array: value }];
  if (Array.isArray(value)) return value.flatMap(fileArrays);
  return isMapping(value) && !ArrayBuffer.isView(value) ? Object.values(value).flatMap(fileArrays) : [];
}

/** Writes the arrays that the document names, so that the directory can be computed without the files they came from. */
export async function writeInputs(io: StoreIo, directory: string, document: unknown): Promise<void> {
  const inputs = joinPath(directory, inputsName);
  for (const { sha256, array } of fileArrays(document)) {
    await io.makeDirectory(inputs);
    await io.writeAtomic(joinPath(inputs, `${sha256}.npy`), writeNpy(array));
  }
}

/** The document with its arrays in place. Names of files are hex digits: a document cannot point elsewhere. */
async function withInputs(io: StoreIo, directory: string, value: unknown): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((entry) => withInputs(io, directory, entry)));
  if (!isMapping(value)) return value;
  const { sha256 } = value;
  if (typeof value["file"] === "string" && typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256)) {
    const path = joinPath(joinPath(directory, inputsName), `${sha256}.npy`);
    return { ...value, ...readNpy(await io.read(path), path) };
  }
  const entries = Object.entries(value).map(
    async ([key, entry]) => [key, await withInputs(io, directory, entry)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** Bytes of sweep.json, indented; the same for the same sweep. */
export function encodeSweepManifest(manifest: SweepManifest): Uint8Array {
  const document = canonicalValue(manifest.document);
  return encodeText(`${JSON.stringify(toJson({ ...manifest, document }, "sweep"), null, 2)}\n`);
}

function unreadable(who: string, rule: string, got: string, fix: string): InputError {
  return new InputError({ code: "unreadable", who, rule, got, fix });
}

/** @throws InputError unreadable (no JSON, no sweep, another store version) */
export function decodeSweepManifest(bytes: Uint8Array, who: string): SweepManifest {
  let value: unknown;
  try {
    value = JSON.parse(decodeText(bytes));
  } catch {
    throw unreadable(who, "must be JSON", "something else", "Run meanfield sweep FILE --out with this directory again");
  }
  const store = isMapping(value) ? value["store"] : undefined;
  if (store !== storeFormat) {
    const fix = "Read it with the version of Meanfield that wrote it";
    throw unreadable(who, `must have store format ${storeFormat}`, String(store), fix);
  }
  const parsed = sweepManifestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const rule = `"${issue?.path.join(".") ?? ""}" must be as Meanfield writes it`;
  throw unreadable(who, rule, issue?.message ?? "", "Run meanfield sweep FILE --out with this directory again");
}

/** The sweep.json of a directory, or undefined. @throws InputError unreadable */
export async function sweepManifestAt(io: StoreIo, directory: string): Promise<SweepManifest | undefined> {
  const path = joinPath(directory, sweepManifestName);
  return (await io.kind(path)) === "file" ? decodeSweepManifest(await io.read(path), path) : undefined;
}

/** A sweep as it lies on the disk: its manifest, and the document with its arrays. @throws InputError unreadable */
export async function readSweepManifest(
  io: StoreIo,
  directory: string,
): Promise<{ readonly manifest: SweepManifest; readonly document: unknown }> {
  const manifest = await sweepManifestAt(io, directory);
  if (manifest === undefined) {
    const fix = "Name the directory that was given to meanfield sweep --out";
    throw unreadable(directory, "must be the directory of a sweep", `no ${sweepManifestName}`, fix);
  }
  return { manifest, document: await withInputs(io, directory, manifest.document) };
}
