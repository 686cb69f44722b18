import { SolveError } from "../errors/index.js";
import { requireMatrix } from "./check.js";
import { addCombination } from "./kernels.js";
import { matMul, matMulNT } from "./products.js";
import { blockRows, solveSmall } from "./quasi-triangular.js";
import { quasiTriangularRoot, requireOffNegativeAxis } from "./quasi-triangular-root.js";
import { realSchur } from "./schur.js";

/** Gauss–Legendre nodes and weights on [0, 1]: the (7, 7) Padé approximant of log(1 + x) as partial fractions. */
const nodes = [
  0.0254460438286207, 0.1292344072003028, 0.2970774243113014, 0.5, 0.7029225756886985, 0.8707655927996972,
  0.9745539561713793,
] as const;
const weights = [
  0.06474248308443485, 0.1398526957446383, 0.1909150252525595, 0.2089795918367347, 0.1909150252525595,
  0.1398526957446383, 0.06474248308443485,
] as const;

/** The 1-norm of x up to which the (7, 7) approximant of log(I + x) has an error below eps. */
const threshold = 0.2642960831111435;
/** Each root halves the logarithm; the widest range of numbers, 2^±1074 and a defective factor, needs fewer. */
const maxRoots = 100;

function oneNormOfDifference(t: Float64Array, d: number): number {
  const sums = new Float64Array(d);
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) sums[j]! += Math.abs(t[i * d + j]! - (i === j ? 1 : 0));
  return sums.reduce((x, y) => Math.max(x, y), 0);
}

/** Solves (I + node·x)·z = x for upper quasi triangular x. */
function solveShifted(x: Float64Array, node: number, d: number): Float64Array {
  const z = x.slice();
  const blocks = blockRows(x, d);
  const scaled = x.map((value) => node * value);
  const system = new Float64Array(4);
  const right = new Float64Array(2);
  for (let row = blocks.length - 2; row >= 0; row--) {
    const i = blocks[row]!;
    const next = blocks[row + 1]!;
    const p = next - i;
    for (let k = i; k < next; k++) {
      addCombination(z, k * d + i, d - i, -1, scaled, k * d + next, 1, d - next, z, next * d + i, d);
    }
    for (let j = i; j < d; j++) {
      for (let k = 0; k < p; k++) {
        right[k] = z[(i + k) * d + j]!;
        for (let l = 0; l < p; l++) system[k * p + l] = scaled[(i + k) * d + i + l]! + (k === l ? 1 : 0);
      }
      solveSmall(system, right, p);
      for (let k = 0; k < p; k++) z[(i + k) * d + j] = right[k]!;
    }
  }
  return z;
}

/** log of the block of p rows at k of t, divided by 2^roots and put through `map`, written into out: no cancellation. */
function setBlocks(t: Float64Array, out: Float64Array, d: number, roots: number, minusOne: boolean): void {
  const blocks = blockRows(t, d);
  const scale = 2 ** -roots;
  for (let index = 0; index + 1 < blocks.length; index++) {
    const k = blocks[index]!;
    const at = k * d + k;
    if (blocks[index + 1]! === k + 1) {
      const value = scale * Math.log(t[at]!);
      out[at] = minusOne ? Math.expm1(value) : value;
      continue;
    }
    const below = at + d;
    const mean = 0.5 * (t[at]! + t[below + 1]!);
    const half = 0.5 * (t[at]! - t[below + 1]!);
    const imaginary = Math.sqrt(-half * half - t[at + 1]! * t[below]!);
    const size = scale * Math.log(Math.hypot(mean, imaginary));
    const angle = scale * Math.atan2(imaginary, mean);
    // e^{size + i·angle} − 1 with its real part free of cancellation.
    const sine = Math.sin(0.5 * angle);
    const real = minusOne ? Math.expm1(size) * Math.cos(angle) - 2 * sine * sine : size;
    const slope = (minusOne ? Math.exp(size) * Math.sin(angle) : angle) / imaginary;
    out[at] = real + slope * half;
    out[below + 1] = real - slope * half;
    out[at + 1] = slope * t[at + 1]!;
    out[below] = slope * t[below]!;
  }
}

function logOfQuasiTriangular(t: Float64Array, d: number): Float64Array {
  let root = t;
  let roots = 0;
  for (; oneNormOfDifference(root, d) > threshold; roots++) {
    if (roots >= maxRoots) {
      throw new SolveError({
        code: "no-convergence",
        who: "logm",
        rule: `repeated square roots must come near the identity within ${maxRoots}`,
        fix: "Scale the matrix by a similarity: it is too far from normal for floating point",
      });
    }
    root = quasiTriangularRoot(root, d);
  }
  const x = root.slice();
  for (let i = 0; i < d; i++) x[i * d + i]! -= 1;
  setBlocks(t, x, d, roots, true);
  const out = new Float64Array(d * d);
  nodes.forEach((node, index) => {
    const z = solveShifted(x, node, d);
    const factor = weights[index]! * 2 ** roots;
    for (let k = 0; k < d * d; k++) out[k]! += factor * z[k]!;
  });
  setBlocks(t, out, d, 0, false);
  return out;
}

/**
 * The principal logarithm X of a general matrix, e^X = a with imaginary parts of eigenvalues in (−π, π),
 * by inverse scaling and squaring on the real Schur form.
 * @param a d×d without eigenvalues on the closed negative real axis
 * @returns X, d×d real
 * @throws wrong-shape, not-finite; out-of-range (negative real eigenvalue); singular (eigenvalue 0); no-convergence
 * @cost O(27d³ + (s + 7)·d³/3) time, s about log₂(‖log a‖/0.26) roots; O(d²) memory
 * @accuracy ‖e^X − a‖ ≤ 1e-13·d·‖a‖·max(1, ‖X‖) for matrices that are not far from normal (functions.test.ts)
 * @source derived (inverse scaling and squaring; Higham, Functions of Matrices, for the threshold)
 */
export function logm(a: Float64Array, d: number): Float64Array {
  requireMatrix("logm", "the matrix", a, d, d);
  const { t, q } = realSchur(a, d);
  requireOffNegativeAxis(
    "logm",
    t,
    d,
    "Use rotationLog for a rotation by π; otherwise there is no real principal logarithm",
  );
  const logarithm = logOfQuasiTriangular(t, d);
  const work = new Float64Array(d * d);
  const x = new Float64Array(d * d);
  matMul(q, logarithm, d, d, d, work);
  matMulNT(work, q, d, d, d, x);
  return x;
}
