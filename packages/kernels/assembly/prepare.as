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

// max |x_k|; NaN or infinite if any is. Four chains, as one would wait for its own last sum.
export function largestMagnitude(from: usize, count: i32): f64 {
  const zero = v128.splat<f64>(0);
  let m0 = zero, m1 = zero, m2 = zero, m3 = zero;
  let c0 = zero, c1 = zero, c2 = zero, c3 = zero;
  const end = from + <usize>count * WIDE;
  for (; from + 64 <= end; from += 64) {
    const x0 = v128.load(from), x1 = v128.load(from, 16), x2 = v128.load(from, 32), x3 = v128.load(from, 48);
    m0 = v128.pmax<f64>(m0, v128.abs<f64>(x0));
    m1 = v128.pmax<f64>(m1, v128.abs<f64>(x1));
    m2 = v128.pmax<f64>(m2, v128.abs<f64>(x2));
    m3 = v128.pmax<f64>(m3, v128.abs<f64>(x3));
    c0 = fma<f64>(x0, zero, c0);
    c1 = fma<f64>(x1, zero, c1);
    c2 = fma<f64>(x2, zero, c2);
    c3 = fma<f64>(x3, zero, c3);
  }
  m0 = v128.pmax<f64>(v128.pmax<f64>(m0, m1), v128.pmax<f64>(m2, m3));
  c0 = v128.add<f64>(v128.add<f64>(c0, c1), v128.add<f64>(c2, c3));
  let result = max(v128.extract_lane<f64>(m0, 0), v128.extract_lane<f64>(m0, 1));
  let check = v128.extract_lane<f64>(c0, 0) + v128.extract_lane<f64>(c0, 1);
  for (; from < end; from += WIDE) {
    const x = load<f64>(from);
    result = max(result, Math.abs(x));
    check += x * 0;
  }
  return result + check;
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
