import { expect, test } from "vitest";
import { gelu, geluTanh } from "./gelu.js";

test("GELU is E[x·1(Z < x)], Z standard normal: against the midpoint rule of its density", () => {
  for (const x of [-3, -1, -0.3, 0, 0.5, 2, 4]) {
    const steps = 20_000;
    let mass = 0;
    for (let k = 0; k < steps; k++) {
      const z = -12 + ((x + 12) * (k + 0.5)) / steps;
      mass += (Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI)) * ((x + 12) / steps);
    }
    // The midpoint rule with steps of 8e-4: an error of h²/24 times the end slope, 1e-8.
    expect(Math.abs(gelu.apply(x) - x * mass)).toBeLessThan(1e-7);
  }
});

test("GELU − its mirror image is the identity, as Φ(x) + Φ(−x) = 1", () => {
  // Rounding of Φ on both sides.
  for (const x of [0.1, 1, 3, 8]) expect(Math.abs(gelu.apply(x) - gelu.apply(-x) - x)).toBeLessThan(1e-14 * x);
});

test("the tanh form is within 5e-4 of the exact one everywhere, and not equal to it", () => {
  let largest = 0;
  for (let x = -6; x <= 6; x += 0.01) largest = Math.max(largest, Math.abs(gelu.apply(x) - geluTanh.apply(x)));
  // The published size of the approximation's error is 4.7e-4.
  expect(largest).toBeLessThan(5e-4);
  expect(largest).toBeGreaterThan(4e-4);
});
