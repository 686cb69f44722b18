import { InputError, show } from "../errors/index.js";
import type { RandomMatrixKind } from "../random/index.js";
import type { NdArray } from "../shapes/index.js";
import { firstNonFinite, fromNested } from "../shapes/index.js";
import { isMapping } from "./is-mapping.js";

/** An array read from a file before core saw the spec; `data` never goes into the canonical spec, `sha256` does. */
export interface FileArray extends NdArray {
  readonly file: string;
  readonly key?: string;
  readonly sha256: string;
}

/** The ensembles `random:` may name; kept next to their one use, typed by the module that draws them. */
export const randomKinds: readonly RandomMatrixKind[] = ["ginibre", "goe", "wishart", "orthogonal"];

/** A matrix as an experiment file writes it. */
export type MatrixSpec =
  | "identity"
  | readonly (readonly number[])[]
  | { readonly scale: number }
  | { readonly diagonal: readonly number[] }
  | {
      readonly random: RandomMatrixKind;
      /** xavier: √(2/(rows + columns)). */
      readonly scale?: number | "xavier";
      readonly seed?: number;
      /** d_k of a query or key matrix, for ginibre and orthogonal. */
      readonly rows?: number;
    }
  | FileArray;

/** A vector as an experiment file writes it; a number is a constant vector. */
export type VectorSpec = number | readonly number[] | FileArray;

export function isFileArray(value: unknown): value is FileArray {
  return isMapping(value) && "file" in value && value["data"] instanceof Float64Array;
}

export function requireNumber(value: unknown, who: string, path: readonly (string | number)[] = []): number {
  if (typeof value !== "number") {
    throw new InputError({ code: "wrong-type", who, rule: "must be a number", got: show(value), path });
  }
  if (!Number.isFinite(value)) {
    throw new InputError({ code: "not-finite", who, rule: "must be finite", got: String(value), path });
  }
  return value;
}

/** Nested arrays or a file → finite NdArray of the given rank. @throws InputError wrong-shape, not-finite, empty */
export function requireArray(value: unknown, rank: number, who: string): NdArray {
  if (isMapping(value) && "file" in value && !isFileArray(value)) {
    throw new InputError({
      code: "wrong-type",
      who,
      rule: "a file has to be read before the experiment is run",
      got: show(value),
      fix: "Run it with the meanfield command, or pass the numbers themselves",
    });
  }
  const array = isFileArray(value) ? value : fromNested(value, who);
  if (array.data.length === 0) throw new InputError({ code: "empty", who, rule: "must not be empty", got: "[]" });
  if (array.shape.length !== rank) {
    const want = rank === 2 ? "a matrix (rows of numbers)" : "a list of numbers";
    throw new InputError({ code: "wrong-shape", who, rule: `must be ${want}`, got: describeShape(array.shape) });
  }
  const bad = firstNonFinite(array.data);
  if (bad >= 0) {
    const path = rank === 2 ? [Math.floor(bad / array.shape[1]!), bad % array.shape[1]!] : [bad];
    throw new InputError({
      code: "not-finite",
      who,
      rule: "entries must be finite",
      got: `${array.data[bad]} at [${path.join(", ")}]`,
      path: isFileArray(value) ? [] : path,
    });
  }
  return array;
}

function describeShape(shape: readonly number[]): string {
  if (shape.length === 0) return "a number";
  return shape.length === 1 ? `a list of ${shape[0]}` : `shape [${shape.join(", ")}]`;
}
