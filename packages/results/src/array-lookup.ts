import { InputError } from "@meanfield/core/foundation/errors";
import type { NdArray } from "@meanfield/core/foundation/shapes";

/** Looks arrays up by key. @throws InputError unreadable, naming the key, when one is missing or has another shape */
export type Lookup = (key: string, shape?: readonly number[]) => NdArray;

/** A lookup in the arrays of a file. */
export function lookupIn(arrays: Readonly<Record<string, NdArray>>, who: string): Lookup {
  return (key, shape) => {
    const array = Object.hasOwn(arrays, key) ? arrays[key] : undefined;
    if (array && (shape === undefined || shape.join() === array.shape.join())) return array;
    throw new InputError({
      code: "unreadable",
      who,
      rule: `must hold "${key}"${shape ? ` of shape [${shape.join(", ")}]` : ""}`,
      got: array ? `shape [${array.shape.join(", ")}]` : `the keys ${Object.keys(arrays).join(", ")}`,
      fix: "Remove the directory and run the experiment again",
    });
  };
}
