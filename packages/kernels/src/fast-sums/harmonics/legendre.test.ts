import { expect, test } from "vitest";
import { legendreRounding, legendreTaylor, triangle } from "./legendre.js";

/** Fixed-point numbers with 320 fractional bits. */
const bits = 320n;
const one = 1n << bits;
const times = (a: bigint, b: bigint): bigint => (a * b) >> bits;

function squareRoot(value: bigint): bigint {
  let root = 1n << BigInt((value.toString(2).length >> 1) + 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** √(p/q). */
const rootOf = (p: number, q: number): bigint => squareRoot(((BigInt(p) << bits) / BigInt(q)) << bits);

const fixed = (value: number): bigint => BigInt(value * 2 ** 60) << (bits - 60n);

const toNumber = (value: bigint): number => Number(value >> (bits - 200n)) / 2 ** 200;

/** cos and sin of a fixed-point angle by their series. */
function circular(angle: bigint): { cosine: bigint; sine: bigint } {
  let [cosine, sine, term] = [0n, 0n, one];
  for (let k = 0n; term !== 0n && k < 400n; k++) {
    const signed = k % 4n < 2n ? term : -term;
    if (k % 2n === 0n) cosine += signed;
    else sine += signed;
    term = times(term, angle) / (k + 1n);
  }
  return { cosine, sine };
}

/** The same recurrence in 320 bits. */
function exactLegendre(theta: number, maxDegree: number): number[] {
  const { cosine, sine } = circular(fixed(theta));
  const out: number[] = [];
  // 1/√4π from a float64 value: one rounding, far below the bound under test.
  let diagonal = fixed(0.28209479177387814);
  for (let m = 0; m <= maxDegree; m++) {
    if (m > 0) diagonal = times(times(diagonal, sine), rootOf(2 * m + 1, 2 * m));
    let [before, here] = [0n, diagonal];
    for (let l = m; l <= maxDegree; l++) {
      out[triangle(l, m)] = toNumber(here);
      const next = l + 1;
      const wide = next * next - m * m;
      const a = rootOf(4 * next * next - 1, wide);
      const b = next === m + 1 ? 0n : rootOf((4 * next * next - 1) * (l * l - m * m), wide * (4 * l * l - 1));
      [before, here] = [here, times(times(a, cosine), here) - times(b, before)];
    }
  }
  return out;
}

/** √Σ_m (a − b)² over |m| ≤ l. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>, l: number): number {
  let square = 0;
  for (let m = 0; m <= l; m++) square += (m === 0 ? 1 : 2) * (a[triangle(l, m)]! - b[triangle(l, m)]!) ** 2;
  return Math.sqrt(square);
}

// Multiples of 2⁻⁶⁰, so that the fixed-point angle is the float64 one; next to the poles, and the equator.
test.each([2 ** -9, 0.0078125, 0.03125, 0.40625, 1.0625, 1.5703125, 2.75, 3.140625])(
  "P̄_lm(%d) is within its bound of 320 bits, all degrees to 120",
  (theta) => {
    const maxDegree = 120;
    const { fixed: least, perSquare } = legendreRounding;
    const computed = legendreTaylor(theta, 0.01, 1, maxDegree);
    const exact = exactLegendre(theta, maxDegree);
    for (let l = 0; l <= maxDegree; l++) {
      const bound = (least + perSquare * (l + 1) ** 2) * 2 ** -53 * Math.sqrt((2 * l + 1) / (4 * Math.PI));
      expect(distance(computed, exact, l)).toBeLessThan(bound);
    }
  },
);

test("the Taylor coefficients move P̄_lm to a neighbouring angle", () => {
  const [maxDegree, order, half] = [20, 16, 0.02];
  for (const theta of [0.02, 1.2, 3.1]) {
    const taylor = legendreTaylor(theta, half, order, maxDegree);
    const moved = legendreTaylor(theta + half, half, 1, maxDegree);
    const size = moved.length;
    const sum = moved.map((_, k) => {
      let value = 0;
      for (let r = order - 1; r >= 0; r--) value += taylor[r * size + k]!;
      return value;
    });
    // Remainder (20·.02)^16/16! = 2e-20; rounding of both sides, P̄ of size 2.
    for (let l = 0; l <= maxDegree; l++) expect(distance(sum, moved, l)).toBeLessThan(1e-13);
  }
});
