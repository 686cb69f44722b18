import { describe, expect, test } from "vitest";
import { InputError, SolveError } from "../errors/index.js";
import {
  care,
  cholesky,
  discreteLyapunov,
  eigen,
  eigenvalues,
  expm,
  identity,
  inverse,
  isSymmetric,
  logAbsDet,
  logm,
  luFactor,
  luSolve,
  lyapunov,
  maxAbs,
  pivotedCholesky,
  pivotedQr,
  polar,
  principalAngles,
  procrustes,
  psdPseudoInverse,
  psdSqrt,
  qr,
  realSchur,
  requirePsd,
  rotationLog,
  solveLinear,
  solveTriangular,
  sqrtm,
  svd,
  sylvester,
  symmetricEigen,
  symmetricEigenvalues,
} from "./index.js";

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

describe("refusals", () => {
  const routines: [string, (a: Float64Array, d: number) => unknown][] = [
    ["cholesky", cholesky],
    ["luFactor", luFactor],
    ["inverse", inverse],
    ["logAbsDet", logAbsDet],
    ["solveLinear", (a, d) => solveLinear(a, new Float64Array(3), d, 1)],
    ["solveLinear, right-hand side", (a, d) => solveLinear(identity(d), a, d, d)],
    ["qr", (a, d) => qr(a, d, d)],
    ["symmetricEigen", symmetricEigen],
    ["svd", (a, d) => svd(a, d, d)],
    ["realSchur", realSchur],
    ["eigenvalues", eigenvalues],
    ["expm", expm],
    ["psdSqrt", psdSqrt],
    ["requirePsd", (a, d) => requirePsd(a, d, "test")],
    ["symmetricEigenvalues", symmetricEigenvalues],
    ["psdPseudoInverse", psdPseudoInverse],
    ["pivotedCholesky", pivotedCholesky],
    ["pivotedQr", (a, d) => pivotedQr(a, d, d)],
    ["solveTriangular", (a, d) => solveTriangular(a, new Float64Array(3), d, 1, { triangle: "lower" })],
    ["eigen", eigen],
    ["sqrtm", sqrtm],
    ["logm", logm],
    ["polar", polar],
    ["rotationLog", rotationLog],
    ["procrustes, a", (a, d) => procrustes(a, identity(d), d, d)],
    ["procrustes, b", (a, d) => procrustes(identity(d), a, d, d)],
    ["principalAngles, a", (a, d) => principalAngles(a, identity(d), d, d, d)],
    ["principalAngles, b", (a, d) => principalAngles(identity(d), a, d, d, d)],
    ["sylvester, a", (a, d) => sylvester(a, identity(d), identity(d), d, d)],
    ["sylvester, b", (a, d) => sylvester(identity(d), a, identity(d), d, d)],
    ["sylvester, c", (a, d) => sylvester(identity(d), identity(d), a, d, d)],
    ["discreteLyapunov, a", (a, d) => discreteLyapunov(a, identity(d), d)],
    ["discreteLyapunov, q", (a, d) => discreteLyapunov(new Float64Array(9), a, d)],
    ["care, a", (a, d) => care(a, identity(d), identity(d), identity(d), d, d)],
    ["care, b", (a, d) => care(identity(d), a, identity(d), identity(d), d, d)],
    ["care, q", (a, d) => care(identity(d), identity(d), a, identity(d), d, d)],
    ["care, r", (a, d) => care(identity(d), identity(d), identity(d), a, d, d)],
    ["lyapunov, a", (a, d) => lyapunov(a, identity(d), d)],
    ["lyapunov, q", (a, d) => lyapunov(identity(d), a, d)],
  ];
  test.each(routines)("%s refuses NaN, infinity and a wrong size", (_name, routine) => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      const a = identity(3);
      a[5] = bad;
      expect(codeOf(() => routine(a, 3))).toBe("InputError not-finite");
    }
    expect(codeOf(() => routine(new Float64Array(8), 3))).toBe("InputError wrong-shape");
    expect(codeOf(() => routine(new Float64Array(1), -1))).toBe("InputError out-of-range");
  });

  test("singular, indefinite, asymmetric", () => {
    const ones = new Float64Array(9).fill(1);
    expect(codeOf(() => inverse(ones, 3))).toBe("SolveError singular");
    expect(codeOf(() => luSolve(luFactor(new Float64Array(4), 2), new Float64Array(2), 1))).toBe("SolveError singular");
    expect(logAbsDet(ones, 3)).toEqual({ logAbs: -Infinity, sign: 0 });
    expect(logAbsDet(new Float64Array(0), 0)).toEqual({ logAbs: 0, sign: 1 });
    const indefinite = Float64Array.of(1, 2, 2, 1);
    expect(codeOf(() => cholesky(indefinite, 2))).toBe("SolveError not-positive-definite");
    expect(codeOf(() => psdSqrt(indefinite, 2))).toBe("InputError not-positive-semidefinite");
    expect(() => requirePsd(indefinite, 2, "cov")).toThrow(/^cov: .*smallest eigenvalue -(1|0\.9999)/);
    expect(codeOf(() => requirePsd(Float64Array.of(1, 2, 0, 1), 2, "cov"))).toBe("InputError not-symmetric");
    expect(codeOf(() => psdSqrt(identity(2), 2, { rankTolerance: -1 }))).toBe("InputError out-of-range");
    expect(codeOf(() => qr(new Float64Array(6), 2, 3))).toBe("InputError wrong-shape");
    // Eigenvalues ±1, and ±i: both pairs add up to zero.
    expect(codeOf(() => lyapunov(Float64Array.of(1, 0, 0, -1), identity(2), 2))).toBe("SolveError singular");
    expect(codeOf(() => lyapunov(Float64Array.of(0, 1, -1, 0), identity(2), 2))).toBe("SolveError singular");
    expect(isSymmetric(Float64Array.of(1, NaN, 0, 1), 2, 1)).toBe(false);
    expect(maxAbs(Float64Array.of(1, NaN, 3))).toBe(NaN);
  });
});
