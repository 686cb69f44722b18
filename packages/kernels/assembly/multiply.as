// c = a·b in strips of WIDTH columns and pieces of 256 of the inner dimension, both packed so that they stay in the cache.
const INNER: i32 = 256;

export function multiplyBytes(m: i32): i32 {
  return <i32>(<usize>(INNER + m) * WIDE_ROW);
}

function packStrip(b: usize, columnStep: usize, rowStep: usize, k: i32, count: i32, to: usize): void {
  for (let p: usize = 0; p < <usize>k; p++) {
    for (let j: usize = 0; j < <usize>WIDTH; j++) {
      store<f64>(to + j * WIDE, j < <usize>count ? load<f64>(b + j * columnStep + p * rowStep) : 0);
    }
    to += WIDE_ROW;
  }
}

// b is k×n, or n×k where `flipped`. With `symmetric` the result is known to be, and only its lower half is computed.
export function multiply(a: usize, b: usize, c: usize, m: i32, k: i32, n: i32, flipped: bool, symmetric: bool, scratch: usize): void {
  const sheet = scratch + <usize>INNER * WIDE_ROW;
  const columnStep: usize = flipped ? <usize>k * WIDE : WIDE;
  const rowStep: usize = flipped ? WIDE : <usize>n * WIDE;
  for (let j = 0; j < n; j += WIDTH) {
    const count = min(WIDTH, n - j);
    const top = symmetric ? j : 0;
    for (let p = 0; p < k; p += INNER) {
      const depth = min(INNER, k - p);
      packStrip(b + <usize>j * columnStep + <usize>p * rowStep, columnStep, rowStep, depth, count, scratch);
      wideSums(a + <usize>(top * k + p) * WIDE, <usize>k * WIDE, WIDE, m - top, scratch, depth, sheet, count, p == 0);
    }
    for (let i = top; i < m; i++) {
      const from = sheet + <usize>(i - top) * WIDE_ROW;
      memory.copy(c + <usize>(i * n + j) * WIDE, from, <usize>count * WIDE);
      if (!symmetric) continue;
      for (let col: usize = 0; col < <usize>count; col++) {
        store<f64>(c + ((<usize>j + col) * <usize>n + <usize>i) * WIDE, load<f64>(from + col * WIDE));
      }
    }
  }
}

// m×n to n×m in squares that stay in the cache.
export function transpose(from: usize, to: usize, m: i32, n: i32): void {
  transposeKeys(from, to, m, n, m);
}
