export {
  addTranspose,
  frobeniusNorm,
  identity,
  isSymmetric,
  matVec,
  maxAbs,
  symmetrize,
  trace,
  transpose,
} from "./basic.js";
export { type Care, care } from "./care.js";
export { cholesky } from "./cholesky.js";
export { type LinearAlgebra, requireMatrix, requireTall } from "./contract.js";
export { discreteLyapunov } from "./discrete-lyapunov.js";
export { type Eigen, eigen } from "./eigen.js";
export { expm } from "./expm.js";
export { linearCombination } from "./linear-combination.js";
export { logm } from "./logm.js";
export { inverse, type LuFactors, logAbsDet, luFactor, luSolve, solveLinear } from "./lu.js";
export { lyapunov } from "./lyapunov.js";
export { ownLinearAlgebra } from "./own.js";
export { type PivotedCholesky, pivotedCholesky } from "./pivoted-cholesky.js";
export { type PivotedQr, pivotedQr } from "./pivoted-qr.js";
export { polar } from "./polar.js";
export { type PrincipalAngles, principalAngles } from "./principal-angles.js";
export { type Procrustes, procrustes } from "./procrustes.js";
export { matMul, matMulNT, matMulTN, mirrorLower, symmetricRankUpdate } from "./products.js";
export { type PsdSqrt, psdPseudoInverse, psdSqrt, requirePsd } from "./psd.js";
export { qr } from "./qr.js";
export { rotationLog } from "./rotation-log.js";
export { eigenvalues, realSchur } from "./schur.js";
export { matrixSign } from "./sign-function.js";
export { sqrtm } from "./sqrtm.js";
export { type Svd, svd } from "./svd.js";
export { sylvester } from "./sylvester.js";
export { type SymmetricEigen, symmetricEigen, symmetricEigenvalues } from "./symmetric-eigen.js";
export { solveTriangular, type TriangularOptions } from "./triangular.js";
