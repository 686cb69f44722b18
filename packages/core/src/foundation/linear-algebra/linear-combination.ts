/** Index of the first coefficient from `start` on that is not 0; the length when there is none. */
function nextTerm(coefficients: readonly number[], start: number): number {
  let j = start;
  while (j < coefficients.length && coefficients[j] === 0) j++;
  return j;
}

/**
 * The linear combination out = base + scale·Σ_j coefficients_j·terms_j, entry by entry and summed from the left. Four
 * terms are taken in one pass, which rounds as one pass for each; coefficients that are 0 are left out.
 *
 * @param base n
 * @param terms n each, as many as there are coefficients at least; not `out`
 * @param out n, overwritten; may be `base`
 * @cost O(n) for each coefficient that is not 0, no allocation
 */
export function linearCombination(
  base: Float64Array,
  scale: number,
  coefficients: readonly number[],
  terms: readonly Float64Array[],
  out: Float64Array,
): void {
  const count = coefficients.length;
  const size = out.length;
  let from = base;
  let first = nextTerm(coefficients, 0);
  if (first === count) out.set(base);
  while (first < count) {
    const second = nextTerm(coefficients, first + 1);
    const third = nextTerm(coefficients, second + 1);
    const fourth = nextTerm(coefficients, third + 1);
    const a = scale * coefficients[first]!;
    const k = terms[first]!;
    if (fourth < count) {
      const b = scale * coefficients[second]!;
      const l = terms[second]!;
      const c = scale * coefficients[third]!;
      const m = terms[third]!;
      const e = scale * coefficients[fourth]!;
      const n = terms[fourth]!;
      for (let i = 0; i < size; i++) out[i] = from[i]! + a * k[i]! + b * l[i]! + c * m[i]! + e * n[i]!;
      first = nextTerm(coefficients, fourth + 1);
    } else if (second < count) {
      const b = scale * coefficients[second]!;
      const l = terms[second]!;
      for (let i = 0; i < size; i++) out[i] = from[i]! + a * k[i]! + b * l[i]!;
      first = third;
    } else {
      for (let i = 0; i < size; i++) out[i] = from[i]! + a * k[i]!;
      first = second;
    }
    from = out;
  }
}
