import { SolveError } from "../errors/index.js";
import { firstNonFinite } from "../shapes/index.js";
import { matMul } from "./basic.js";
import { requireMatrix } from "./check.js";
import { solveLinear } from "./lu.js";

/** Numerator coefficients of the (13, 13) Padé approximant of e^x: (26 − k)!·13!/(26!·k!·(13 − k)!), scaled to integers. */
const pade = [
  64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600,
  670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1,
] as const;

/** The 1-norm up to which the (13, 13) approximant has a backward error below eps. */
const threshold = 5.371920351148152;

function oneNorm(a: Float64Array, d: number): number {
  let largest = 0;
  for (let j = 0; j < d; j++) {
    let sum = 0;
    for (let i = 0; i < d; i++) sum += Math.abs(a[i * d + j]!);
    largest = Math.max(largest, sum);
  }
  return largest;
}

function combine(terms: readonly (readonly [number, Float64Array])[], diagonal: number, d: number): Float64Array {
  const out = new Float64Array(d * d);
  for (const [factor, matrix] of terms) for (let i = 0; i < d * d; i++) out[i]! += factor * matrix[i]!;
  for (let i = 0; i < d; i++) out[i * d + i]! += diagonal;
  return out;
}

function padeApproximant(a: Float64Array, d: number): Float64Array {
  const times = (x: Float64Array, y: Float64Array): Float64Array => {
    const out = new Float64Array(d * d);
    matMul(x, y, d, d, d, out);
    return out;
  };
  const a2 = times(a, a);
  const a4 = times(a2, a2);
  const a6 = times(a2, a4);
  const half = (shift: 0 | 1): Float64Array => {
    const b = (k: number): number => pade[k + shift]!;
    const upper = times(
      a6,
      combine(
        [
          [b(12), a6],
          [b(10), a4],
          [b(8), a2],
        ],
        0,
        d,
      ),
    );
    return combine(
      [
        [1, upper],
        [b(6), a6],
        [b(4), a4],
        [b(2), a2],
      ],
      b(0),
      d,
    );
  };
  const odd = times(a, half(1));
  const even = half(0);
  const numerator = even.map((value, i) => value + odd[i]!);
  const denominator = even.map((value, i) => value - odd[i]!);
  return solveLinear(denominator, numerator, d, d);
}

/**
 * The matrix exponential e^a by scaling and squaring with the (13, 13) Padé approximant.
 * @param a d×d
 * @returns d×d
 * @throws wrong-shape, not-finite (input); not-finite (SolveError) when e^a overflows
 * @cost O((16 + 2·s)·d³), s = log₂(‖a‖₁/5.4) squarings
 * @accuracy 1e-14·max(1, ‖a‖₁)·‖e^a‖ for matrices that are not far from normal (index.test.ts)
 * @source Higham, The scaling and squaring method for the matrix exponential revisited (SIAM J. Matrix Anal. 26, 2005)
 */
export function expm(a: Float64Array, d: number): Float64Array {
  requireMatrix("expm", "the matrix", a, d, d);
  const norm = Math.min(oneNorm(a, d), Number.MAX_VALUE);
  const squarings = norm > threshold ? Math.max(0, Math.ceil(Math.log2(norm / threshold))) : 0;
  const half = Math.floor(squarings / 2);
  let result = padeApproximant(
    a.map((value) => value * 2 ** -half * 2 ** (half - squarings)),
    d,
  );
  for (let k = 0; k < squarings; k++) {
    const next = new Float64Array(d * d);
    matMul(result, result, d, d, d, next);
    result = next;
  }
  if (firstNonFinite(result) >= 0) {
    throw new SolveError({
      code: "not-finite",
      who: "expm",
      rule: "the exponential must fit into floating point",
      got: `a matrix of 1-norm ${norm}`,
      fix: "Take a shorter time, or subtract a multiple of the identity",
    });
  }
  return result;
}
