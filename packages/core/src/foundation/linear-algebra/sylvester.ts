import { SolveError } from "../errors/index.js";
import { maxAbs } from "./basic.js";
import { requireMatrix } from "./check.js";
import { matMul, matMulNT, matMulTN } from "./products.js";
import { solveQuasiTriangularSylvester } from "./quasi-triangular.js";
import { realSchur, schurEigenvalues } from "./schur.js";

interface Spectrum {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** A complex number for a message. */
export function complexText(re: number, im: number): string {
  return `${re} ${im < 0 ? "−" : "+"} ${Math.abs(im)}i`;
}

/** Refuses two spectra with λ_i + μ_j = 0 up to `bound`. @throws singular */
export function requireNoZeroSum(who: string, rule: string, first: Spectrum, second: Spectrum, bound: number): void {
  for (let i = 0; i < first.re.length; i++) {
    for (let j = 0; j < second.re.length; j++) {
      const re = first.re[i]! + second.re[j]!;
      const im = first.im[i]! + second.im[j]!;
      if (Math.abs(re) > bound || Math.abs(im) > bound || Math.hypot(re, im) > bound) continue;
      throw new SolveError({
        code: "singular",
        who,
        rule,
        got: `${complexText(first.re[i]!, first.im[i]!)} and ${complexText(second.re[j]!, second.im[j]!)}`,
        fix: "Shift a by a multiple of the identity, or solve on the stable subspace",
        details: { gap: Math.hypot(re, im) },
      });
    }
  }
}

/**
 * The solution X of the Sylvester equation a·X + X·b = c, through the real Schur forms of a and b.
 * @param a m×m
 * @param b n×n
 * @param c m×n
 * @returns X, m×n
 * @throws wrong-shape, not-finite (input); singular when λ_i(a) + λ_j(b) = 0 to max(m, n)·eps·(‖a‖ + ‖b‖); no-convergence
 * @cost O(25(m³ + n³) + 3m²·n + 3m·n²)
 * @accuracy ‖a·X + X·b − c‖ ≤ 1e-13·(‖a‖ + ‖b‖)·‖X‖ (equations.test.ts)
 * @source derived (Bartels and Stewart)
 */
export function sylvester(a: Float64Array, b: Float64Array, c: Float64Array, m: number, n: number): Float64Array {
  requireMatrix("sylvester", "a", a, m, m);
  requireMatrix("sylvester", "b", b, n, n);
  requireMatrix("sylvester", "c", c, m, n);
  const left = realSchur(a, m);
  const right = realSchur(b, n);
  requireNoZeroSum(
    "sylvester",
    "no eigenvalue of a may be minus one of b",
    schurEigenvalues(left.t, m),
    schurEigenvalues(right.t, n),
    Math.max(m, n) * Number.EPSILON * (maxAbs(left.t) + maxAbs(right.t)),
  );
  const work = new Float64Array(m * n);
  const y = new Float64Array(m * n);
  matMulTN(left.q, c, m, m, n, work);
  matMul(work, right.q, m, n, n, y);
  solveQuasiTriangularSylvester(left.t, right.t, y, m, n);
  matMul(left.q, y, m, m, n, work);
  matMulNT(work, right.q, m, n, n, y);
  return y;
}
