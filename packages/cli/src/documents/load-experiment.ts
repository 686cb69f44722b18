import {
  applyOverride,
  applySeed,
  builtinPlugins,
  type Experiment,
  experiment,
  type Override,
} from "@meanfield/core/experiment";
import { InputError, type SpecPath } from "@meanfield/core/foundation/errors";
import { backendsOf } from "../compute/backends.js";
import { parseOverride } from "./overrides.js";
import { baseOf, loadArrays, readDocument, type SourceDocument } from "./read-document.js";

/** Options of every command that takes an experiment file. */
export interface DocumentOptions {
  readonly set?: readonly string[];
  readonly seed?: number;
  /** What a command asks of an experiment beyond its format. @throws InputError with a path */
  readonly check?: (bound: Experiment) => void;
}

/** A checked experiment and the document a worker binds again. */
export interface LoadedExperiment {
  readonly document: unknown;
  readonly bound: Experiment;
}

/** Whether `path` begins with all of `prefix`. */
const startsWith = (path: SpecPath, prefix: SpecPath): boolean => prefix.every((step, k) => path[k] === step);

/** Whether the file itself holds something at `path`. */
function isWritten(root: unknown, path: SpecPath): boolean {
  let value = root;
  for (const step of path) value = (value as Record<string | number, unknown> | null | undefined)?.[step];
  return value !== undefined;
}

/** `file:line:column`, `--set path` where the override made the value, both where it only changed a part of it. */
function placeOf(error: InputError, source: SourceDocument, overrides: readonly Override[]) {
  // Points that must lie on the sphere are found to lie off it when a level is bound, but `initial` owns them.
  const owned = error.code === "off-manifold" && error.path?.[0] !== "initial" ? ["initial"] : error.path;
  const path = owned ?? [];
  const { line, column } = source.locate(path, error.code);
  const place = { file: source.file, line, column };
  const made = overrides.findLast((one) => startsWith(path, one.path));
  if (made !== undefined) return { ...place, where: `--set ${made.path.join(".")}` };
  const inside = overrides.findLast((one) => path.length > 0 && startsWith(one.path, path));
  if (inside === undefined) return { ...place, where: `${source.file}:${line}:${column}` };
  const set = `--set ${inside.path.join(".")}`;
  return { ...place, where: isWritten(source.value, path) ? `${source.file}:${line}:${column} with ${set}` : set };
}

/** The same error with its place in front. */
function located(error: InputError, source: SourceDocument, overrides: readonly Override[]): InputError {
  const { where, ...place } = placeOf(error, source, overrides);
  return new InputError({
    ...error.parts,
    who: `${where}: ${error.parts.who}`,
    details: { ...error.details, ...place },
  });
}

function withSeed(document: unknown, seed: number | undefined): unknown {
  return seed === undefined ? document : applySeed(document, seed, builtinPlugins.laws);
}

/**
 * Reads and completes a document, and binds it.
 *
 * @throws InputError with file, line and column
 */
export async function loadDocument<T>(
  file: string,
  options: Pick<DocumentOptions, "set" | "seed">,
  bind: (document: unknown) => T | Promise<T>,
): Promise<{ readonly document: unknown; readonly bound: T }> {
  const source = await readDocument(file);
  const overrides = (options.set ?? []).map(parseOverride);
  const overridden = overrides.reduce((value, one) => applyOverride(value, one), source.value);
  try {
    const document = await loadArrays(withSeed(overridden, options.seed), baseOf(file));
    return { document, bound: await bind(document) };
  } catch (error) {
    throw error instanceof InputError ? located(error, source, overrides) : error;
  }
}

/**
 * Reads, completes and checks an experiment file.
 *
 * @throws InputError with file, line and column
 */
export function loadExperiment(file: string, options: DocumentOptions): Promise<LoadedExperiment> {
  return loadDocument(file, options, async (document) => {
    const bound = experiment(document, { backends: await backendsOf(document, "shared") });
    options.check?.(bound);
    return bound;
  });
}
