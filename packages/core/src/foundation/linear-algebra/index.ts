export {
  frobeniusNorm,
  identity,
  isSymmetric,
  matMul,
  matMulNT,
  matMulTN,
  matVec,
  maxAbs,
  symmetrize,
  trace,
  transpose,
} from "./basic.js";
export { cholesky } from "./cholesky.js";
export { expm } from "./expm.js";
export { inverse, type LuFactors, logAbsDet, luFactor, luSolve, solveLinear } from "./lu.js";
export { lyapunov } from "./lyapunov.js";
export { type PsdSqrt, psdSqrt, requirePsd } from "./psd.js";
export { qr } from "./qr.js";
export { eigenvalues, realSchur } from "./schur.js";
export { type Svd, svd } from "./svd.js";
export { type SymmetricEigen, symmetricEigen } from "./symmetric-eigen.js";
