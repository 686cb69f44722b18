// Pairs of rows with an overlap above a threshold, bit for bit as core's observable overlap-fraction: no fused multiply-add,
// coordinates in their order. Four rows in the lanes of two vectors.

// Directions of m rows; false where the square of a length leaves (1e-200, 1e200).
function directions(x: usize, m: i32, d: i32, unit: usize): bool {
  const row = <usize>d * WIDE;
  for (let i = 0; i < m; i++) {
    let square: f64 = 0;
    for (let c: usize = 0; c < row; c += WIDE) {
      const value = load<f64>(x + c);
      square += value * value;
    }
    if (!(square > 1e-200 && square < 1e200)) return false;
    const scale = 1 / Math.sqrt(square);
    for (let c: usize = 0; c < row; c += WIDE) store<f64>(unit + c, scale * load<f64>(x + c));
    x += row;
    unit += row;
  }
  return true;
}

// The weight of the rows from..to that are aligned with one, from the last on, added to what later ones have.
function massOf(one: usize, unit: usize, from: i32, to: i32, d: i32, above: f64, weights: usize, mass: f64): f64 {
  const row = <usize>d * WIDE;
  for (let j = to; j >= from; j--) {
    const other = unit + <usize>j * row;
    let overlap: f64 = 0;
    for (let c: usize = 0; c < row; c += WIDE) overlap += load<f64>(one + c) * load<f64>(other + c);
    if (overlap > above) mass += load<f64>(weights + <usize>j * WIDE);
  }
  return mass;
}

// The weights of all rows j >= i + 4 aligned with rows i … i + 3, into masses.
function blockMasses(unit: usize, i: i32, m: i32, d: i32, above: f64, weights: usize, columns: usize, masses: usize): void {
  const row = <usize>d * WIDE;
  const first = unit + <usize>i * row;
  for (let c: usize = 0; c < <usize>d; c++) {
    for (let l: usize = 0; l < 4; l++) store<f64>(columns + (4 * c + l) * WIDE, load<f64>(first + l * row + c * WIDE));
  }
  const threshold = f64x2.splat(above);
  let mass0 = f64x2.splat(0), mass1 = f64x2.splat(0);
  for (let j = m - 1; j >= i + 4; j--) {
    let other = unit + <usize>j * row, column = columns;
    let overlap0 = f64x2.splat(0), overlap1 = f64x2.splat(0);
    for (const end = other + row; other < end; other += WIDE) {
      const value = v128.load64_splat(other);
      overlap0 = f64x2.add(overlap0, f64x2.mul(v128.load(column), value));
      overlap1 = f64x2.add(overlap1, f64x2.mul(v128.load(column, 16), value));
      column += 32;
    }
    const weight = v128.load64_splat(weights + <usize>j * WIDE);
    mass0 = f64x2.add(mass0, v128.and(f64x2.gt(overlap0, threshold), weight));
    mass1 = f64x2.add(mass1, v128.and(f64x2.gt(overlap1, threshold), weight));
  }
  v128.store(masses, mass0);
  v128.store(masses, mass1, 16);
}

// Bytes of scratch: unit rows, four rows in columns, and a mass for every row.
export function alignedPairsBytes(m: i32, d: i32): i32 {
  return <i32>(((<usize>m + 4) * <usize>d + <usize>m + 4) * WIDE);
}

// out_k = Σ_{i<j} w_i w_j where ⟨u_i, u_j⟩ > above, for `count` systems. False: not all rows have a plain direction.
export function alignedPairs(
  points: usize, weights: usize, out: usize, count: i32, m: i32, d: i32, above: f64, scratch: usize,
): bool {
  const row = <usize>d * WIDE;
  const columns = scratch + <usize>m * row, masses = columns + 4 * row;
  for (let k = 0; k < count; k++) {
    if (!directions(points + <usize>k * <usize>m * row, m, d, scratch)) return false;
    for (let i = 0; i < m; i += 4) {
      const whole = i + 4 <= m;
      if (whole) blockMasses(scratch, i, m, d, above, weights, columns, masses + <usize>i * WIDE);
      for (let r = i; r < min(i + 4, m); r++) {
        const at = masses + <usize>r * WIDE;
        const begun = whole ? load<f64>(at) : 0;
        store<f64>(at, massOf(scratch + <usize>r * row, scratch, r + 1, min(i + 3, m - 1), d, above, weights, begun));
      }
    }
    let sum: f64 = 0;
    for (let i = m - 1; i >= 0; i--) sum += load<f64>(weights + <usize>i * WIDE) * load<f64>(masses + <usize>i * WIDE);
    store<f64>(out + <usize>k * WIDE, sum);
  }
  return true;
}
