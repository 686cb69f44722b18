import { expect, test } from "vitest";
import { InputError } from "../errors/index.js";
import { stream } from "../random/index.js";
import { fourierTransform, isPowerOfTwo } from "./index.js";

function randomPair(n: number): [Float64Array, Float64Array] {
  const [re, im] = [new Float64Array(n), new Float64Array(n)];
  stream({ seed: 1, purpose: "fourier test re" }).fillNormal(re);
  stream({ seed: 1, purpose: "fourier test im" }).fillNormal(im);
  return [re, im];
}

test.each([2, 4, 8, 64, 256])("it is its definition, n = %i", (n) => {
  const [re, im] = randomPair(n);
  const [a, b] = [re.slice(), im.slice()];
  fourierTransform(n).forward(a, b);
  for (let k = 0; k < n; k++) {
    let [x, y] = [0, 0];
    for (let j = 0; j < n; j++) {
      // The product jk is reduced first, so that the angle keeps its digits.
      const angle = (-2 * Math.PI * ((j * k) % n)) / n;
      x += re[j]! * Math.cos(angle) - im[j]! * Math.sin(angle);
      y += re[j]! * Math.sin(angle) + im[j]! * Math.cos(angle);
    }
    // n terms of size one, rounded: √n·eps·√n.
    expect(Math.hypot(a[k]! - x, b[k]! - y)).toBeLessThan(4e-16 * n + 1e-15);
  }
});

test("there and back is the identity, and Parseval holds", () => {
  const n = 4096;
  const [re, im] = randomPair(n);
  const [a, b] = [re.slice(), im.slice()];
  const transform = fourierTransform(n);
  transform.forward(a, b);
  const power = a.reduce((sum, value, k) => sum + value ** 2 + b[k]! ** 2, 0) / n;
  const energy = re.reduce((sum, value, k) => sum + value ** 2 + im[k]! ** 2, 0);
  expect(Math.abs(power / energy - 1)).toBeLessThan(1e-14);
  transform.inverse(a, b);
  // Twelve stages of rounding on values of size one.
  for (let j = 0; j < n; j++) expect(Math.hypot(a[j]! - re[j]!, b[j]! - im[j]!)).toBeLessThan(1e-14);
});

test("refuses other lengths", () => {
  for (const n of [0, 1, 3, 100, 2.5, Number.NaN]) {
    expect(() => fourierTransform(n)).toThrow(InputError);
    expect(isPowerOfTwo(n)).toBe(false);
  }
  expect(isPowerOfTwo(1024)).toBe(true);
});
