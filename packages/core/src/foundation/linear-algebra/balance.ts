/**
 * a ← D⁻¹·a·D in place, D diagonal with powers of two, so that rows and columns have comparable norms.
 * @param a d×d finite
 * @returns the diagonal of D (d)
 * @cost O(d²) per pass, at most 100 passes
 * @accuracy exact unless an entry underflows: powers of two do not round
 * @source derived (Osborne's iteration with the stopping rule of Parlett and Reinsch)
 */
export function balance(a: Float64Array, d: number): Float64Array {
  const scales = new Float64Array(d).fill(1);
  for (let pass = 0, changed = true; changed && pass < 100; pass++) {
    changed = false;
    for (let i = 0; i < d; i++) {
      let column = 0;
      let row = 0;
      for (let j = 0; j < d; j++) {
        if (j === i) continue;
        column = Math.max(column, Math.abs(a[j * d + i]!));
        row = Math.max(row, Math.abs(a[i * d + j]!));
      }
      if (column === 0 || row === 0) continue;
      const exponent = Math.round(0.5 * (Math.log2(row) - Math.log2(column)));
      // A factor of two gains nothing worth another pass; beyond 2^500 an entry could leave the range.
      if (Math.abs(exponent) < 1 || Math.abs(exponent) > 500) continue;
      const factor = 2 ** exponent;
      if (column * factor + row / factor >= 0.95 * (column + row)) continue;
      scales[i]! *= factor;
      for (let j = 0; j < d; j++) {
        a[j * d + i]! *= factor;
        a[i * d + j]! /= factor;
      }
      changed = true;
    }
  }
  return scales;
}
