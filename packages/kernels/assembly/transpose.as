// Rows of points to rows of coordinates and back, in squares of vectors.

@inline function lows(a: v128, b: v128): v128 { return v128.shuffle<i64>(a, b, 0, 2); }
@inline function highs(a: v128, b: v128): v128 { return v128.shuffle<i64>(a, b, 1, 3); }

// f64 [rows, d] to [d, stride bytes] for all rows but the last of an odd number.
function pairsOfRows(from: usize, to: usize, rows: i32, d: i32, stride: usize): void {
  const step = <usize>d * WIDE;
  for (let i = 0; i + 2 <= rows; i += 2) {
    let at = to;
    const end = from + (step & ~15);
    for (; from < end; from += 16) {
      const a = v128.load(from), b = v128.load(from + step);
      v128.store(at, lows(a, b));
      v128.store(at + stride, highs(a, b));
      at += 2 * stride;
    }
    if (d & 1) {
      store<f64>(at, load<f64>(from));
      store<f64>(at, load<f64>(from + step), 8);
      from += WIDE;
    }
    from += step;
    to += 16;
  }
}

// The same into the lanes of a block of queries.
@inline function rowsToLanes(from: usize, to: usize, rows: i32, d: i32): void {
  pairsOfRows(from, to, rows, d, WIDE_ROW);
}

// Number k of two rows, `step` bytes apart.
@inline function column(from: usize, step: usize): v128 {
  return v128.load_lane<f64>(from + step, v128.load_zero<f64>(from), 1);
}

// f64 [rows, d] times a number to Real [d, ROW bytes] for whole vectors of rows.
function scaledRowsToLanes(from: usize, to: usize, rows: i32, d: i32, times: f64): void {
  const factor = v128.splat<f64>(times);
  const step = <usize>d * WIDE;
  for (let i = 0; i + LANES <= rows; i += LANES) {
    let at = to;
    const end = from + (step & ~15);
    for (; from < end; from += 16) {
      const a = v128.load(from), b = v128.load(from + step);
      const even = v128.mul<f64>(factor, lows(a, b)), odd = v128.mul<f64>(factor, highs(a, b));
      if (SIZE == 8) {
        v128.store(at, even);
        v128.store(at + ROW, odd);
      } else {
        const c = v128.load(from + 2 * step), e = v128.load(from + 3 * step);
        v128.store(at, narrowPair(even, v128.mul<f64>(factor, lows(c, e))));
        v128.store(at + ROW, narrowPair(odd, v128.mul<f64>(factor, highs(c, e))));
      }
      at += 2 * ROW;
    }
    if (d & 1) {
      const low = v128.mul<f64>(factor, column(from, step));
      if (SIZE == 8) v128.store(at, low);
      else v128.store(at, narrowPair(low, v128.mul<f64>(factor, column(from + 2 * step, step))));
      from += WIDE;
    }
    from += <usize>(LANES - 1) * step;
    to += 16;
  }
}

// Both forms of f32 of the tokens that are keys and queries: [rows, d], and times a number [d, ROW bytes] for whole vectors of
// rows.
function narrowBothWays(from: usize, keys: usize, lanes: usize, rows: i32, d: i32, times: f64): void {
  const factor = v128.splat<f64>(times);
  const step = <usize>d * WIDE, row = <usize>d * SIZE;
  const whole = rows & -LANES;
  for (let i = 0; i < whole; i += LANES) {
    let at = lanes;
    const end = from + (step & ~15);
    for (; from < end; from += 16) {
      const a = v128.load(from), b = v128.load(from + step);
      const c = v128.load(from + 2 * step), e = v128.load(from + 3 * step);
      v128.store64_lane(keys, f32x4.demote_f64x2_zero(a), 0);
      v128.store64_lane(keys + row, f32x4.demote_f64x2_zero(b), 0);
      v128.store64_lane(keys + 2 * row, f32x4.demote_f64x2_zero(c), 0);
      v128.store64_lane(keys + 3 * row, f32x4.demote_f64x2_zero(e), 0);
      v128.store(at, narrowPair(v128.mul<f64>(factor, lows(a, b)), v128.mul<f64>(factor, lows(c, e))));
      v128.store(at + ROW, narrowPair(v128.mul<f64>(factor, highs(a, b)), v128.mul<f64>(factor, highs(c, e))));
      at += 2 * ROW;
      keys += 8;
    }
    if (d & 1) {
      const ab = column(from, step), ce = column(from + 2 * step, step);
      const both = narrowPair(ab, ce);
      v128.store32_lane(keys, both, 0);
      v128.store32_lane(keys + row, both, 1);
      v128.store32_lane(keys + 2 * row, both, 2);
      v128.store32_lane(keys + 3 * row, both, 3);
      v128.store(at, narrowPair(v128.mul<f64>(factor, ab), v128.mul<f64>(factor, ce)));
      from += WIDE;
      keys += 4;
    }
    from += <usize>(LANES - 1) * step;
    keys += <usize>(LANES - 1) * row;
    lanes += 16;
  }
  narrowKeys(from, keys, (rows - whole) * d, 0);
}

@inline function narrowPair(low: v128, high: v128): v128 {
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

// f64 [d, WIDE_ROW bytes], times a number and one a lane, to [rows, d].
function scaledLanesToRows(from: usize, scale: usize, times: f64, to: usize, rows: i32, d: i32): void {
  const step = <usize>d * WIDE;
  for (let i = 0; i < rows; i += 2) {
    const both = i + 1 < rows;
    const factor = v128.mul<f64>(v128.splat<f64>(times), v128.load(scale));
    let at = from;
    const end = to + (step & ~15);
    for (; to < end; to += 16) {
      const a = v128.mul<f64>(v128.load(at), factor), b = v128.mul<f64>(v128.load(at + WIDE_ROW), factor);
      v128.store(to, lows(a, b));
      if (both) v128.store(to + step, highs(a, b));
      at += 2 * WIDE_ROW;
    }
    if (d & 1) {
      const a = v128.mul<f64>(v128.load(at), factor);
      v128.store_lane<f64>(to, a, 0);
      if (both) v128.store_lane<f64>(to + step, a, 1);
      to += WIDE;
    }
    to += step;
    from += 16;
    scale += 16;
  }
}

// f64 [d, WIDE_ROW bytes] to [rows, d].
function lanesToRows(from: usize, to: usize, rows: i32, d: i32): void {
  const step = <usize>d * WIDE;
  for (let i = 0; i < rows; i += 2) {
    const both = i + 1 < rows;
    let at = from;
    const end = to + (step & ~15);
    for (; to < end; to += 16) {
      const a = v128.load(at), b = v128.load(at + WIDE_ROW);
      v128.store(to, lows(a, b));
      if (both) v128.store(to + step, highs(a, b));
      at += 2 * WIDE_ROW;
    }
    if (d & 1) {
      store<f64>(to, load<f64>(at));
      if (both) store<f64>(to + step, load<f64>(at, 8));
      to += WIDE;
    }
    to += step;
    from += 16;
  }
}

// Real [m, d] to [d, m]. Reads up to three Reals beyond the last.
function transposeReals(from: usize, to: usize, m: i32, d: i32): void {
  const row = <usize>m * SIZE;
  if (SIZE == 8) pairsOfRows(from, to, m, d, row);
  else squaresOfRows(from, to, m, d, row);
  const done = m & ~(SIZE == 8 ? 1 : 3);
  for (let j = done; j < m; j++) {
    let at = from + <usize>(j * d) * SIZE;
    let column = to + <usize>j * SIZE;
    for (const end = at + <usize>d * SIZE; at < end; at += SIZE) {
      store<Real>(column, load<Real>(at));
      column += row;
    }
  }
}

// f32 [rows, d] to [d, stride bytes] for whole fours of rows.
function squaresOfRows(from: usize, to: usize, rows: i32, d: i32, stride: usize): void {
  const step = <usize>d * 4;
  for (let i = 0; i + 4 <= rows; i += 4) {
    let at = to;
    let row = from;
    for (let left = d; left > 0; left -= 4) {
      const a = v128.load(row), b = v128.load(row + step), c = v128.load(row + 2 * step), e = v128.load(row + 3 * step);
      const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5), ce = v128.shuffle<i32>(c, e, 0, 4, 1, 5);
      v128.store(at, lows(ab, ce));
      if (left > 1) v128.store(at + stride, highs(ab, ce));
      if (left > 2) {
        const high = v128.shuffle<i32>(a, b, 2, 6, 3, 7), other = v128.shuffle<i32>(c, e, 2, 6, 3, 7);
        v128.store(at + 2 * stride, lows(high, other));
        if (left > 3) v128.store(at + 3 * stride, highs(high, other));
      }
      at += 4 * stride;
      row += 16;
    }
    from += 4 * step;
    to += 16;
  }
}
