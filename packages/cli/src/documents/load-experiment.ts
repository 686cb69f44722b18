import { InputError } from "@meanfield/core/foundation/errors";
import { builtinPlugins, type Experiment, experiment } from "@meanfield/core/experiment";
import { applyOverride, applySeed, type Override, parseOverride } from "./overrides.js";
import { baseOf, loadArrays, readDocument, type SourceDocument } from "./read-document.js";

/** Options of every command that takes an experiment file. */
export interface DocumentOptions {
  readonly set?: readonly string[];
  readonly seed?: number;
}

/** A checked experiment and the document a worker binds again. */
export interface LoadedExperiment {
  readonly document: unknown;
  readonly bound: Experiment;
}

/** The same error with `file:line:column` in front. An error in a --set says so instead. */
function located(error: InputError, source: SourceDocument, overrides: readonly Override[]): InputError {
  if (error.path === undefined) return error;
  const path = error.path;
  const set = overrides.find((one) => one.path.every((step, k) => path[k] === step));
  const keyed = error.code === "unknown-key" || error.code === "unknown-name";
  const { line, column } = source.locate(path, keyed);
  const where = set === undefined ? `${source.file}:${line}:${column}` : `--set ${set.path.join(".")}`;
  const details = { ...error.details, file: source.file, line, column };
  return new InputError({ ...error.parts, who: `${where}: ${error.parts.who}`, details });
}

function withSeed(document: unknown, seed: number | undefined): unknown {
  return seed === undefined ? document : applySeed(document, seed, builtinPlugins.laws);
}

/**
 * Reads, completes and checks an experiment file.
 *
 * @throws InputError with file, line and column
 */
export async function loadExperiment(file: string, options: DocumentOptions): Promise<LoadedExperiment> {
  const source = await readDocument(file);
  const overrides = (options.set ?? []).map(parseOverride);
  try {
    const overridden = overrides.reduce((value, one) => applyOverride(value, one), source.value);
    const document = await loadArrays(withSeed(overridden, options.seed), baseOf(file));
    return { document, bound: experiment(document) };
  } catch (error) {
    throw error instanceof InputError ? located(error, source, overrides) : error;
  }
}
