import { InputError } from "@meanfield/core/foundation/errors";

/**
 * Refuses an array that is shorter than the sizes say, which the library would read or write beyond.
 * @param array undefined is not looked at
 * @param needed numbers it must hold at least
 * @throws wrong-shape
 */
export function requireLength(name: string, array: Float64Array | undefined, needed: number): void {
  if (array === undefined || array.length >= needed) return;
  throw new InputError({
    code: "wrong-shape",
    who: "native backend",
    rule: `${name} must hold ${needed} numbers`,
    got: `${array.length} numbers`,
    fix: "Check m, d and the number of heads",
  });
}
