/** Least-squares slope of log y against log x. */
export function logSlope(x: readonly number[], y: readonly number[]): number {
  const [u, v] = [x.map(Math.log), y.map(Math.log)];
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [mu, mv] = [mean(u), mean(v)];
  let [cross, square] = [0, 0];
  u.forEach((value, k) => {
    cross += (value - mu) * (v[k]! - mv);
    square += (value - mu) ** 2;
  });
  return cross / square;
}

/** Root mean square. */
export function rms(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

/** Greatest |a_i − b_i|; NaN when an entry is NaN. */
export function distanceMax(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const gap = Math.abs(a[i]! - b[i]!);
    if (!(gap <= worst)) worst = gap;
  }
  return worst;
}

/**
 * Order p of errors e = C h^p (1 + b h + …): least squares of log e = a + p log h + b h. The second term matters for
 * methods tuned to a tiny leading constant, whose plain slopes lie above their order at every h double precision allows.
 */
export function asymptoticOrder(h: readonly number[], e: readonly number[]): number {
  const rows = h.map((value, k) => [1, Math.log(value), value / h[0]!, Math.log(e[k]!)]);
  const normal = [0, 1, 2].map((i) => [0, 1, 2, 3].map((j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0)));
  for (let i = 0; i < 3; i++) {
    for (let k = i + 1; k < 3; k++) {
      const factor = normal[k]![i]! / normal[i]![i]!;
      for (let j = i; j < 4; j++) normal[k]![j]! -= factor * normal[i]![j]!;
    }
  }
  const b = normal[2]![3]! / normal[2]![2]!;
  return (normal[1]![3]! - normal[1]![2]! * b) / normal[1]![1]!;
}
