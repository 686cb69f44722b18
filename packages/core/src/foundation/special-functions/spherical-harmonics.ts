import { InputError } from "../errors/index.js";
import { requireDegree, requireLength } from "./check.js";

/** Above this degree the factors of sin^m ϑ could overflow next to the poles. */
const largestDegree = 1000;

/**
 * The orthonormal real spherical harmonics of S² up to a degree L: ∫Y_lm·Y_l'm' dσ = δ over the surface (area 4π).
 * Coefficient order: index l² + l + m, l = 0 … L, m = −l … l. m > 0 goes with cos(mφ), m < 0 with sin(|m|φ), no
 * Condon–Shortley sign: Y_1,−1, Y_10, Y_11 = √(3/4π)·(y, z, x).
 */
export interface SphericalHarmonics {
  /** L */
  readonly maxDegree: number;
  /** (L + 1)² */
  readonly count: number;
  /** Writes Y_lm(point) to out (count). @param point 3, unit @throws wrong-shape, off-manifold (| |point| − 1 | > 1e-8, NaN) */
  evaluate(point: Float64Array, out: Float64Array): void;
}

/** The index l² + l + m of Y_lm in a coefficient array. */
export function harmonicIndex(degree: number, order: number): number {
  return degree * degree + degree + order;
}

interface Recurrence {
  /** Y_mm / sin^m ϑ, m = 0 … L; with √2 for m > 0 */
  readonly diagonal: Float64Array;
  /** a_lm and b_lm of q_lm = a·z·q_{l−1,m} − b·q_{l−2,m}, at index l(l+1)/2 + m */
  readonly a: Float64Array;
  readonly b: Float64Array;
}

function recurrence(maxDegree: number): Recurrence {
  const diagonal = new Float64Array(maxDegree + 1);
  diagonal[0] = 1 / Math.sqrt(4 * Math.PI);
  for (let m = 1; m <= maxDegree; m++) {
    diagonal[m] = diagonal[m - 1]! * Math.sqrt((2 * m + 1) / (2 * m)) * (m === 1 ? Math.SQRT2 : 1);
  }
  const size = ((maxDegree + 1) * (maxDegree + 2)) / 2;
  const a = new Float64Array(size);
  const b = new Float64Array(size);
  for (let l = 1; l <= maxDegree; l++) {
    for (let m = 0; m < l; m++) {
      const factor = (4 * l * l - 1) / (l * l - m * m);
      const index = (l * (l + 1)) / 2 + m;
      a[index] = Math.sqrt(factor);
      b[index] = Math.sqrt((factor * ((l - 1) * (l - 1) - m * m)) / (4 * (l - 1) * (l - 1) - 1));
    }
  }
  return { diagonal, a, b };
}

function requireUnit(who: string, point: Float64Array): void {
  requireLength(who, point, 3);
  const norm = Math.hypot(point[0]!, point[1]!, point[2]!);
  if (Math.abs(norm - 1) <= 1e-8) return;
  throw new InputError({
    code: "off-manifold",
    who,
    rule: "the point must lie on the unit sphere of R³",
    got: `norm ${norm}`,
    fix: "Divide it by its norm",
  });
}

/**
 * Prepares the recurrences of Y_lm = q_lm(z)·Re or Im (x + iy)^m for all l ≤ maxDegree.
 * @param maxDegree L, an integer in [0, 1000] (1)
 * @throws out-of-range
 * @cost O(L²) to prepare; evaluate: 3·(L + 1)² multiplications, no allocation
 * @accuracy addition theorem Σ_m Y_lm² = (2l + 1)/4π to 1e-13 relative and orthonormality to 1e-13, l ≤ 100
 *   (spherical-harmonics.test.ts)
 * @source derived (fully normalised associated Legendre recurrence, increasing degree at fixed order)
 */
export function sphericalHarmonics(maxDegree: number): SphericalHarmonics {
  requireDegree("sphericalHarmonics", "the degree", maxDegree, largestDegree);
  const { diagonal, a, b } = recurrence(maxDegree);
  const count = (maxDegree + 1) * (maxDegree + 1);
  const evaluate = (point: Float64Array, out: Float64Array): void => {
    requireUnit("sphericalHarmonics.evaluate", point);
    requireLength("sphericalHarmonics.evaluate", out, count);
    const [x, y, z] = [point[0]!, point[1]!, point[2]!];
    let cosine = 1;
    let sine = 0;
    for (let m = 0; m <= maxDegree; m++) {
      let before = 0;
      let here = diagonal[m]!;
      for (let l = m; ; ) {
        const center = l * l + l;
        out[center + m] = here * cosine;
        if (m > 0) out[center - m] = here * sine;
        if (++l > maxDegree) break;
        const index = (l * (l + 1)) / 2 + m;
        const next = a[index]! * z * here - b[index]! * before;
        before = here;
        here = next;
      }
      const rotated = x * cosine - y * sine;
      sine = x * sine + y * cosine;
      cosine = rotated;
    }
  };
  return { maxDegree, count, evaluate };
}
