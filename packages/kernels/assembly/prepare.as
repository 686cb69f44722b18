// f64 to Real, less a number.
export function narrowKeys(from: usize, to: usize, count: i32, less: f64): void {
  for (let j: usize = 0; j < <usize>count; j++) store<Real>(to + j * SIZE, <Real>(load<f64>(from + j * WIDE) - less));
}

// [m, d] of f64 to [d, stride] of Real, in squares that stay in the cache.
function transposeSystem(from: usize, to: usize, m: i32, d: i32, stride: i32): void {
  for (let top = 0; top < m; top += 16) {
    const bottom = min(top + 16, m);
    for (let a = 0; a < d; a++) {
      const row = to + <usize>(a * stride) * SIZE;
      for (let j = top; j < bottom; j++) store<Real>(row + <usize>j * SIZE, <Real>load<f64>(from + <usize>(j * d + a) * WIDE));
    }
  }
}

// The keys of every system.
export function transposeKeys(from: usize, to: usize, systems: i32, m: i32, d: i32, stride: i32): void {
  for (let system = 0; system < systems; system++) {
    transposeSystem(from, to, m, d, stride);
    from += <usize>(m * d) * WIDE;
    to += <usize>(d * stride) * SIZE;
  }
}

// max_j |y_j|² over the points of positive weight (all where weights is 0); not finite if any coordinate is not.
export function largestSquare(points: usize, weights: usize, systems: i32, m: i32, d: i32): f64 {
  let largest: f64 = 0;
  let check: f64 = 0;
  for (let system = 0; system < systems; system++) {
    for (let j = 0; j < m; j++) {
      let sum: f64 = 0;
      for (let a = 0; a < d; a++) {
        const x = load<f64>(points);
        sum += x * x;
        points += WIDE;
      }
      check += sum * 0;
      if (weights != 0 && load<f64>(weights + <usize>j * WIDE) == 0) continue;
      largest = max(largest, sum);
    }
  }
  return largest + check;
}

// out_j += factor·yᵀGy for m points.
export function addForms(points: usize, m: i32, d: i32, form: usize, factor: f64, out: usize, scratch: usize): void {
  const s = layOut(scratch, d);
  for (let begin = 0; begin < m; begin += WIDTH) {
    const count = min(WIDTH, m - begin);
    for (let lane = 0; lane < WIDTH; lane++) {
      const row = points + <usize>((begin + min(lane, count - 1)) * d) * WIDE;
      for (let a: usize = 0; a < <usize>d; a++) store<f64>(s.x + a * WIDE_ROW + <usize>lane * WIDE, load<f64>(row + a * WIDE));
    }
    clear(s.work, d);
    wideSums(form, <usize>d * WIDE, d, s.x, d, s.work, WIDTH);
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
