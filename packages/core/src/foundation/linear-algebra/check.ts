import { InputError } from "../errors/index.js";
import { firstNonFinite } from "../shapes/index.js";

/** Refuses a size that is not a non-negative integer. @throws out-of-range */
export function requireSize(who: string, name: string, size: number): void {
  if (Number.isSafeInteger(size) && size >= 0) return;
  throw new InputError({
    code: "out-of-range",
    who,
    rule: `${name} must be a non-negative integer`,
    got: String(size),
    fix: "Pass the number of rows or columns of the matrix",
  });
}

/**
 * Refuses an array that is not a finite row-major rows×columns matrix.
 * @param name what the caller calls the array, for the message
 * @throws wrong-shape, not-finite, out-of-range
 * @cost O(rows·columns)
 */
export function requireMatrix(who: string, name: string, a: Float64Array, rows: number, columns: number): void {
  requireSize(who, "the number of rows", rows);
  requireSize(who, "the number of columns", columns);
  if (a.length !== rows * columns) {
    throw new InputError({
      code: "wrong-shape",
      who,
      rule: `${name} must hold ${rows}×${columns} = ${rows * columns} numbers, row by row`,
      got: `${a.length} numbers`,
      fix: "Check the size that goes with the array",
    });
  }
  const bad = firstNonFinite(a);
  if (bad < 0) return;
  throw new InputError({
    code: "not-finite",
    who,
    rule: `every entry of ${name} must be finite`,
    got: `${a[bad]} in row ${Math.floor(bad / columns)}, column ${bad % columns}`,
    fix: "Find where that value was made; nothing is computed from it",
    details: { row: Math.floor(bad / columns), column: bad % columns },
  });
}

/** An m×n matrix with at least as many rows as columns, finite. @throws wrong-shape, not-finite */
export function requireTall(who: string, a: Float64Array, m: number, n: number): void {
  requireMatrix(who, "the matrix", a, m, n);
  if (m >= n) return;
  throw new InputError({
    code: "wrong-shape",
    who,
    rule: "the matrix needs at least as many rows as columns",
    got: `${m}×${n}`,
    fix: "Factor its transpose",
  });
}
