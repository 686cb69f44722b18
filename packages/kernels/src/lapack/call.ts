import { InputError, SolveError } from "@meanfield/core/foundation/errors";

/** An integer argument or result of a Fortran routine. */
export const integer = (value = 0): Int32Array => Int32Array.of(value);

/** A leading dimension: at least 1, as LAPACK wants it for empty matrices too. */
export const leading = (size: number): Int32Array => Int32Array.of(Math.max(1, size));

/** A real argument. */
export const real = (value: number): Float64Array => Float64Array.of(value);

/** A character argument. */
export const character = (letter: string): Uint8Array => Uint8Array.of(letter.charCodeAt(0));

/**
 * Calls a routine twice: for the length of its workspace, then with it.
 * @param call gets WORK, LWORK and INFO
 * @returns INFO of the second call
 */
export function withWorkspace(call: (work: Float64Array, length: Int32Array, info: Int32Array) => void): number {
  const best = real(1);
  const info = integer();
  call(best, integer(-1), info);
  const size = Math.max(1, Math.ceil(best[0]!));
  call(new Float64Array(size), integer(size), info);
  return info[0]!;
}

/** Refuses a routine that gave up. @param info INFO of LAPACK @throws no-convergence when it is positive */
export function requireConverged(who: string, info: number): void {
  if (info === 0) return;
  throw new SolveError({
    code: "no-convergence",
    who,
    rule: "LAPACK's iteration must converge",
    got: `INFO = ${info}`,
    fix: "Use ownLinearAlgebra for this matrix, or perturb it by rounding errors",
    details: { info },
  });
}

/** Refuses a result that left the range of float64. @throws not-finite */
export function requireFiniteResult(who: string, values: Float64Array): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new SolveError({
    code: "not-finite",
    who,
    rule: "the result must stay within the range of float64",
    got: `${values[bad]} at ${bad}`,
    fix: "Scale the matrix by a power of two first",
  });
}

/**
 * Refuses sizes that would let the library read or write past an array.
 * @param sizes m, k, n: integers from 0 to 2³¹ − 1
 * @param arrays each with the number of entries it must have at least
 * @throws out-of-range, wrong-shape
 */
export function requireRoom(
  who: string,
  sizes: readonly number[],
  arrays: readonly (readonly [name: string, array: Float64Array, needed: number])[],
): void {
  for (const size of sizes) {
    if (Number.isInteger(size) && size >= 0 && size < 2 ** 31) continue;
    throw new InputError({
      code: "out-of-range",
      who,
      rule: "sizes must be integers from 0 to 2³¹ − 1",
      got: String(size),
      fix: "Pass the numbers of rows and columns",
    });
  }
  for (const [name, array, needed] of arrays) {
    if (array.length >= needed) continue;
    throw new InputError({
      code: "wrong-shape",
      who,
      rule: `${name} must hold at least ${needed} numbers`,
      got: `${array.length} numbers`,
      fix: "Check the sizes m, k, n",
    });
  }
}
