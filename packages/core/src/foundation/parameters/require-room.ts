import { InputError, type SpecPath } from "../errors/index.js";

/** Numbers of one array of an experiment: 1 GiB of float64. A run keeps up to some sixteen arrays of the size of its state. */
const mostNumbers = 2 ** 27;

export const hasRoom = (shape: readonly number[]): boolean =>
  shape.reduce((product, one) => product * one, 1) <= mostNumbers;

/**
 * Refuses an array before it is allocated: a slip in a size is an error for people, not a crash.
 * @param shape as it is written, such as [n, d]
 * @param path of the size to change; `rooted` where it is one from the root of the document
 * @throws InputError out-of-range
 */
export function requireRoom(
  who: string,
  shape: readonly number[],
  fix: string,
  { path, rooted = false }: { readonly path: SpecPath; readonly rooted?: boolean },
): void {
  if (hasRoom(shape)) return;
  const numbers = shape.reduce((product, one) => product * one, 1);
  const gibibytes = (numbers * Float64Array.BYTES_PER_ELEMENT) / 2 ** 30;
  throw new InputError({
    code: "out-of-range",
    who,
    rule: `an array holds at most ${mostNumbers} numbers (1 GiB)`,
    got: `${shape.join("×")} numbers (${gibibytes.toPrecision(2)} GiB, and a run keeps several arrays like it)`,
    fix,
    details: { shape, most: mostNumbers },
    path,
    ...(rooted && { rooted }),
  });
}
