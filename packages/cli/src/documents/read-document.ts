import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { InputError, type InputErrorCode, nearestOf, type SpecPath } from "@meanfield/core/foundation/errors";
import { npzKeys, readNpy, readNpzArray } from "@meanfield/results";
import { type Document, LineCounter, parseDocument, visit } from "yaml";
import { readFailure } from "../files/node-store-io.js";
import { type Position, positionOf } from "./source-map.js";
import { yamlValue } from "./yaml-value.js";

/** An experiment file: its value, and where each part of it stands. */
export interface SourceDocument {
  readonly file: string;
  readonly value: unknown;
  /** `file:line:column` of an error with this path. */
  locate(path: SpecPath, code: InputErrorCode): Position;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw readFailure(error, file);
  }
}

/** An alias inside the value it names would make a document without end. @throws InputError syntax */
function refuseCycle(document: Document, place: (offset: number) => string): void {
  visit(document, {
    Alias(_, alias, ancestors) {
      const target = alias.resolve(document);
      if (target === undefined || !ancestors.includes(target)) return;
      throw new InputError({
        code: "syntax",
        who: place(alias.range?.[0] ?? 0),
        rule: "an alias may not stand inside the value it names",
        got: `*${alias.source}`,
        fix: "Write the value out",
      });
    },
  });
}

/** Reads YAML or JSON. @throws InputError unreadable, syntax (with line and column) */
export async function readDocument(file: string): Promise<SourceDocument> {
  const text = await readText(file);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const problem = document.errors[0];
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw new InputError({
      code: "syntax",
      who: `${file}:${line}:${col}`,
      rule: "the file must be YAML or JSON",
      got: problem.code === "MULTIPLE_DOCS" ? "several documents, divided by ---" : problem.message,
    });
  }
  if (document.contents === null) {
    throw new InputError({
      code: "empty",
      who: `${file}:1:1`,
      rule: "the file must hold an experiment",
      got: "nothing",
    });
  }
  refuseCycle(document, (offset) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  });
  const value = yamlValue(document, `${file}:1:1`);
  return { file, value, locate: (path, code) => positionOf(document, lines, path, code) };
}

/** Keys of { file: x.npz, key: k }. */
const referenceKeys: readonly string[] = ["file", "key"];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

async function readArray(reference: Record<string, unknown>, base: string, path: SpecPath): Promise<unknown> {
  const name = reference["file"];
  if (typeof name !== "string") {
    throw new InputError({
      code: "wrong-type",
      who: "file",
      rule: "must be a path",
      got: JSON.stringify(name),
      path: [...path, "file"],
    });
  }
  const key = reference["key"];
  const full = resolve(base, name);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(full);
  } catch (error) {
    const failure = readFailure(error, name);
    throw failure instanceof InputError ? failure.within([...path, "file"]) : failure;
  }
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  try {
    if (name.endsWith(".npz")) {
      const keys = npzKeys(bytes, name);
      const wanted = typeof key === "string" ? key : keys.length === 1 ? keys[0]! : undefined;
      if (wanted === undefined) {
        const rule = "an npz file with several arrays needs a key";
        throw new InputError({ code: "missing", who: name, rule, fix: `Add key: one of ${keys.join(", ")}` });
      }
      return { file: name, key: wanted, sha256, ...readNpzArray(bytes, wanted, name) };
    }
    return { file: name, sha256, ...readNpy(bytes, name) };
  } catch (error) {
    throw error instanceof InputError ? error.within(path) : error;
  }
}

/** Replaces every { file: x.npy } by the array it names, relative to the experiment file. */
export async function loadArrays(value: unknown, base: string, path: SpecPath = []): Promise<unknown> {
  if (Array.isArray(value)) {
    if (value.every((entry) => typeof entry === "number")) return value;
    return Promise.all(value.map((entry, k) => loadArrays(entry, base, [...path, k])));
  }
  if (!isObject(value)) return value;
  const keys = Object.keys(value);
  if (keys.includes("file")) {
    const other = keys.find((key) => !referenceKeys.includes(key));
    if (other === undefined) return readArray(value, base, path);
    throw new InputError({
      code: "unknown-key",
      who: "file reference",
      rule: `"${other}" is not a key here`,
      fix: `Did you mean "${nearestOf(other, referenceKeys)}"? The keys are ${referenceKeys.join(", ")}`,
      path: [...path, other],
    });
  }
  const entries = keys.map(async (key) => [key, await loadArrays(value[key], base, [...path, key])] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** The directory that file references of a document are relative to. */
export function baseOf(file: string): string {
  return dirname(resolve(file));
}
