import { cholesky } from "./cholesky.js";
import type { LinearAlgebra } from "./contract.js";
import { linearCombination } from "./linear-combination.js";
import { inverse, logAbsDet, luFactor, luSolve, solveLinear } from "./lu.js";
import { matMul, matMulNT, matMulTN, symmetricRankUpdate } from "./products.js";
import { qr } from "./qr.js";
import { eigenvalues, realSchur } from "./schur.js";
import { svd } from "./svd.js";
import { symmetricEigen } from "./symmetric-eigen.js";

/** The implementation of this folder: plain TypeScript, the same bits on every machine. */
export const ownLinearAlgebra: LinearAlgebra = {
  name: "own",
  matMul,
  matMulNT,
  matMulTN,
  symmetricRankUpdate,
  combine: linearCombination,
  cholesky,
  luFactor,
  luSolve,
  solveLinear,
  inverse,
  logAbsDet,
  qr,
  symmetricEigen,
  svd,
  eigenvalues,
  realSchur,
};
