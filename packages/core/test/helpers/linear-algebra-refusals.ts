import { expect, test } from "vitest";
import { InputError, SolveError } from "../../src/foundation/errors/index.js";
import { identity, type LinearAlgebra } from "../../src/foundation/linear-algebra/index.js";

function codeOf(f: () => unknown): string {
  try {
    f();
  } catch (error) {
    if (error instanceof InputError) return `InputError ${error.code}`;
    if (error instanceof SolveError) return `SolveError ${error.code}`;
    throw error;
  }
  return "no error";
}

const routines: readonly (readonly [name: string, call: (of: LinearAlgebra, a: Float64Array, d: number) => unknown])[] =
  [
    ["cholesky", (of, a, d) => of.cholesky(a, d)],
    ["luFactor", (of, a, d) => of.luFactor(a, d)],
    ["luSolve", (of, a, d) => of.luSolve(of.luFactor(identity(3), 3), a, d)],
    ["inverse", (of, a, d) => of.inverse(a, d)],
    ["logAbsDet", (of, a, d) => of.logAbsDet(a, d)],
    ["solveLinear", (of, a, d) => of.solveLinear(a, new Float64Array(3), d, 1)],
    ["solveLinear, right-hand side", (of, a, d) => of.solveLinear(identity(3), a, 3, d)],
    ["qr", (of, a, d) => of.qr(a, d, d)],
    ["symmetricEigen", (of, a, d) => of.symmetricEigen(a, d)],
    ["svd", (of, a, d) => of.svd(a, d, d)],
    ["realSchur", (of, a, d) => of.realSchur(a, d)],
    ["eigenvalues", (of, a, d) => of.eigenvalues(a, d)],
  ];

/** The part of the contract of `LinearAlgebra` that says what is refused, and with which code. */
export function linearAlgebraRefusals(open: () => LinearAlgebra): void {
  test.each(routines)("%s refuses NaN, infinity and a wrong size", (_name, call) => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const a = identity(3);
      a[5] = bad;
      expect(codeOf(() => call(open(), a, 3))).toBe("InputError not-finite");
    }
    expect(codeOf(() => call(open(), new Float64Array(8), 3))).toBe("InputError wrong-shape");
    expect(codeOf(() => call(open(), new Float64Array(1), -1))).toBe("InputError out-of-range");
    expect(codeOf(() => call(open(), new Float64Array(1), 1.5))).toBe("InputError out-of-range");
  });

  test("singular, indefinite, wide", () => {
    const of = open();
    const ones = new Float64Array(9).fill(1);
    expect(codeOf(() => of.inverse(ones, 3))).toBe("SolveError singular");
    expect(codeOf(() => of.solveLinear(ones, new Float64Array(3), 3, 1))).toBe("SolveError singular");
    expect(codeOf(() => of.luSolve(of.luFactor(new Float64Array(4), 2), new Float64Array(2), 1))).toBe(
      "SolveError singular",
    );
    expect(of.logAbsDet(ones, 3)).toEqual({ logAbs: Number.NEGATIVE_INFINITY, sign: 0 });
    expect(of.logAbsDet(new Float64Array(0), 0)).toEqual({ logAbs: 0, sign: 1 });
    for (const indefinite of [Float64Array.of(1, 2, 2, 1), new Float64Array(4), Float64Array.of(1, 0, 0, -1)]) {
      expect(codeOf(() => of.cholesky(indefinite, 2))).toBe("SolveError not-positive-definite");
    }
    // Products that leave the range of float64 on the way.
    const huge = Float64Array.of(1, 1e200, 1e200, 1);
    expect(codeOf(() => of.cholesky(huge, 2))).toBe("SolveError not-positive-definite");
    expect(codeOf(() => of.qr(new Float64Array(6), 2, 3))).toBe("InputError wrong-shape");
  });
}
