// f64 to Real, less a number.
export function narrowKeys(from: usize, to: usize, count: i32, less: f64): void {
  const shift = v128.splat<f64>(less);
  const end = from + <usize>count * WIDE;
  for (; from + 32 <= end; from += 32) {
    const low = v128.sub<f64>(v128.load(from), shift), high = v128.sub<f64>(v128.load(from, 16), shift);
    if (SIZE == 8) {
      v128.store(to, low);
      v128.store(to, high, 16);
    } else {
      v128.store(to, v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2));
    }
    to += 4 * SIZE;
  }
  for (; from < end; from += WIDE) {
    store<Real>(to, <Real>(load<f64>(from) - less));
    to += SIZE;
  }
}

// [m, d] of f64 to [d, stride] of Real, in squares that stay in the cache.
export function transposeKeys(from: usize, to: usize, m: i32, d: i32, stride: i32): void {
  const step = <usize>d * WIDE;
  for (let top = 0; top < m; top += 16) {
    const bottom = min(top + 16, m);
    for (let a = 0; a < d; a++) {
      let at = from + <usize>a * WIDE;
      let row = to + <usize>(a * stride + top) * SIZE;
      for (let j = top; j < bottom; j++) {
        store<Real>(row, <Real>load<f64>(at));
        row += SIZE;
        at += step;
      }
    }
    from += 16 * step;
  }
}

// A bound on max |x_k|, 10⁻⁶ above it at most; NaN if any is NaN or infinite. Upper words of |x| are in the order of |x|, and
// those of what is not finite are the greatest. Two chains, as one would wait for its own last maximum.
export function largestMagnitude(from: usize, count: i32): f64 {
  const sign = v128.splat<i64>(0x7fffffffffffffff);
  let m0 = v128.splat<i64>(0), m1 = m0;
  const end = from + <usize>count * WIDE;
  let block = from + <usize>(count & ~7) * WIDE;
  for (let at = block; at < end; at += WIDE) m0 = v128.max<u32>(m0, v128.and(v128.load_zero<f64>(at), sign));
  // Backwards: what was written last is in the cache, and so is what comes first afterwards.
  while (block > from) {
    block -= 64;
    m0 = v128.max<u32>(m0, v128.and(v128.load(block), sign));
    m1 = v128.max<u32>(m1, v128.and(v128.load(block, 16), sign));
    m0 = v128.max<u32>(m0, v128.and(v128.load(block, 32), sign));
    m1 = v128.max<u32>(m1, v128.and(v128.load(block, 48), sign));
  }
  m0 = v128.max<u32>(m0, m1);
  const upper = max(v128.extract_lane<u32>(m0, 1), v128.extract_lane<u32>(m0, 3));
  return reinterpret<f64>((<u64>upper << 32) | 0xffffffff);
}

// max_j |y_j|² over the points of positive weight (all where weights is 0).
export function largestSquare(points: usize, weights: usize, systems: i32, m: i32, d: i32): f64 {
  let largest: f64 = 0;
  for (let system = 0; system < systems; system++) {
    for (let j = 0; j < m; j++) {
      let sum: f64 = 0;
      for (const end = points + <usize>d * WIDE; points < end; points += WIDE) {
        const x = load<f64>(points);
        sum += x * x;
      }
      if (weights != 0 && load<f64>(weights + <usize>j * WIDE) == 0) continue;
      largest = max(largest, sum);
    }
  }
  return largest;
}

// out_j += factor·yᵀGy for m points.
export function addForms(points: usize, m: i32, d: i32, form: usize, factor: f64, out: usize, scratch: usize): void {
  const s = layOut(scratch, d, 0);
  for (let begin = 0; begin < m; begin += WIDTH) {
    const count = min(WIDTH, m - begin);
    for (let lane = 0; lane < WIDTH; lane++) {
      const row = points + <usize>((begin + min(lane, count - 1)) * d) * WIDE;
      for (let a: usize = 0; a < <usize>d; a++) store<f64>(s.x + a * WIDE_ROW + <usize>lane * WIDE, load<f64>(row + a * WIDE));
    }
    wideSums(form, <usize>d * WIDE, WIDE, d, s.x, d, s.work, WIDTH, true);
    for (let lane: usize = 0; lane < <usize>count; lane++) {
      let sum: f64 = 0;
      for (let a: usize = 0; a < <usize>d; a++) {
        const offset = a * WIDE_ROW + lane * WIDE;
        sum += load<f64>(s.x + offset) * load<f64>(s.work + offset);
      }
      const at = out + (<usize>begin + lane) * WIDE;
      store<f64>(at, load<f64>(at) + factor * sum);
    }
  }
}

// The first byte after the tables of this module.
export function tablesEnd(): usize {
  return __heap_base;
}
