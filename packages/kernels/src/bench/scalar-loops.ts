/** Keeps the engine from leaving a loop out: called with what it computed. */
function keep(value: number): void {
  if (Number.isNaN(value)) throw new Error("the roofline's loop has lost its numbers");
}

/** Twelve independent chains x ← 0.999x + 0.001, `rounds` times. @returns multiply-adds per round */
export function multiplyAdds(rounds: number): number {
  const a = 0.999;
  const b = 0.001;
  let [c0, c1, c2, c3, c4, c5] = [1, 2, 3, 4, 5, 6];
  let [c6, c7, c8, c9, ca, cb] = [7, 8, 9, 10, 11, 12];
  for (let k = 0; k < rounds; k++) {
    c0 = c0 * a + b;
    c1 = c1 * a + b;
    c2 = c2 * a + b;
    c3 = c3 * a + b;
    c4 = c4 * a + b;
    c5 = c5 * a + b;
    c6 = c6 * a + b;
    c7 = c7 * a + b;
    c8 = c8 * a + b;
    c9 = c9 * a + b;
    ca = ca * a + b;
    cb = cb * a + b;
  }
  keep(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + ca + cb);
  return 12;
}

/** Four exponentials of numbers in (−1, 0), `rounds` times. @returns exponentials per round */
export function exponentials(rounds: number): number {
  let sum = 0;
  let x = -1e-9;
  for (let k = 0; k < rounds; k++) {
    sum += Math.exp(x) + Math.exp(x - 0.25) + Math.exp(x - 0.5) + Math.exp(x - 0.75);
    x = x < -0.2 ? -1e-9 : x * 1.001;
  }
  keep(sum);
  return 4;
}
