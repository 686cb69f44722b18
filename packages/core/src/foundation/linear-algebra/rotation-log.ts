import { InputError } from "../errors/index.js";
import { maxAbs } from "./basic.js";
import { requireMatrix } from "./check.js";
import { matMul, matMulNT, matMulTN } from "./products.js";
import { blockRows } from "./quasi-triangular.js";
import { realSchur } from "./schur.js";

const orthogonalityTolerance = 1e-10;

function requireOrthogonal(r: Float64Array, d: number): void {
  const gram = new Float64Array(d * d);
  matMulTN(r, r, d, d, d, gram);
  for (let i = 0; i < d; i++) gram[i * d + i]! -= 1;
  const defect = maxAbs(gram);
  if (defect <= orthogonalityTolerance) return;
  throw new InputError({
    code: "out-of-range",
    who: "rotationLog",
    rule: `rᵀ·r must be the identity to ${orthogonalityTolerance}`,
    got: `a difference of ${defect}`,
    fix: "Use polar for the nearest orthogonal matrix, or logm for a general one",
    details: { defect },
  });
}

function refuseReflection(): never {
  throw new InputError({
    code: "out-of-range",
    who: "rotationLog",
    rule: "the determinant must be +1",
    got: "a reflection, determinant −1",
    fix: "Flip one column: no real logarithm of a reflection exists",
  });
}

/** The skew logarithm in the Schur basis: each 2×2 block by its angle, eigenvalues −1 paired with the angle π. */
function blockLogarithm(t: Float64Array, d: number): Float64Array {
  const blocks = blockRows(t, d);
  const out = new Float64Array(d * d);
  let waiting = -1;
  const setAngle = (i: number, j: number, angle: number): void => {
    out[i * d + j] = -angle;
    out[j * d + i] = angle;
  };
  for (let index = 0; index + 1 < blocks.length; index++) {
    const k = blocks[index]!;
    const at = k * d + k;
    if (blocks[index + 1]! === k + 2) {
      const sine = 0.5 * (t[at + d]! - t[at + 1]!);
      setAngle(k, k + 1, Math.atan2(sine, 0.5 * (t[at]! + t[at + d + 1]!)));
    } else if (t[at]! < 0) {
      if (waiting >= 0) setAngle(waiting, k, Math.PI);
      waiting = waiting >= 0 ? -1 : k;
    }
  }
  if (waiting >= 0) refuseReflection();
  return out;
}

/**
 * The principal logarithm K of a rotation: K = −Kᵀ, e^K = r, its angles in [0, π].
 * At the angle π (eigenvalues −1) the logarithm is not unique: K then turns by π in some plane of that eigenspace, with
 * either sign; it is continuous everywhere else.
 * @param r d×d orthogonal to 1e-10 with determinant +1
 * @returns K, d×d exactly skew
 * @throws wrong-shape, not-finite, out-of-range (not orthogonal, or a reflection); no-convergence
 * @cost O(31d³)
 * @accuracy ‖e^K − r‖ ≤ 1e-13·d^½ (rotations.test.ts)
 * @source derived (real Schur form of a normal matrix)
 */
export function rotationLog(r: Float64Array, d: number): Float64Array {
  requireMatrix("rotationLog", "the matrix", r, d, d);
  requireOrthogonal(r, d);
  const { t, q } = realSchur(r, d);
  const work = new Float64Array(d * d);
  const k = new Float64Array(d * d);
  matMul(q, blockLogarithm(t, d), d, d, d, work);
  matMulNT(work, q, d, d, d, k);
  for (let i = 0; i < d; i++) {
    k[i * d + i] = 0;
    for (let j = 0; j < i; j++) {
      const value = 0.5 * (k[i * d + j]! - k[j * d + i]!);
      k[i * d + j] = value;
      k[j * d + i] = -value;
    }
  }
  return k;
}
