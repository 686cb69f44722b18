import { besselIScaled, legendreSequence } from "@meanfield/core/foundation/special-functions";
import { expect, test } from "vitest";
import { circleExpansion } from "./fourier/expansion.js";
import { sphereExpansion } from "./harmonics/expansion.js";

const kappas = [0.01, 0.5, 1, 10, 100, 1000];
const tolerances = [1e-4, 1e-10, 1e-15];

test.each(kappas)("the circle's tail bounds the terms left out, and not by much: κ = %d", (kappa) => {
  for (const tolerance of tolerances) {
    const { coefficients, tail } = circleExpansion(kappa, tolerance)!;
    let left = 0;
    for (let k = coefficients.length + 400; k >= coefficients.length; k--) left += 2 * besselIScaled(k, kappa);
    // 3e-15 relative in every Bessel function.
    expect(left).toBeLessThanOrEqual(tail * (1 + 1e-14));
    expect(tail).toBeLessThan(Math.min(tolerance, 1.5 * left));
  }
});

test.each(kappas)("the sphere's tail bounds the terms left out, and not by much: κ = %d", (kappa) => {
  for (const tolerance of tolerances) {
    const { spectrum, tail } = sphereExpansion(kappa, tolerance)!;
    const factor = Math.sqrt(Math.PI / (2 * kappa));
    let left = 0;
    for (let l = spectrum.length + 400; l >= spectrum.length; l--) {
      left += (2 * l + 1) * factor * besselIScaled(l + 0.5, kappa);
    }
    // 3e-15 relative in every Bessel function.
    expect(left).toBeLessThanOrEqual(tail * (1 + 1e-14));
    expect(tail).toBeLessThan(Math.min(tolerance, 1.5 * left));
  }
});

test.each(kappas)("both sum to e^{κ(cos ϑ − 1)}: κ = %d", (kappa) => {
  const circle = circleExpansion(kappa, 1e-15)!;
  const sphere = sphereExpansion(kappa, 1e-15)!;
  for (const angle of [0, 0.1, 1, 3]) {
    let onCircle = 0;
    for (const [k, g] of circle.coefficients.entries()) onCircle += (k === 0 ? 1 : 2) * g * Math.cos(k * angle);
    const legendre = legendreSequence(sphere.spectrum.length - 1, Math.cos(angle));
    const onSphere = sphere.spectrum.reduce((sum, nu, l) => sum + nu * legendre[l]!, 0);
    const wanted = Math.exp(kappa * (Math.cos(angle) - 1));
    // Terms of sum 1, each rounded a few times, their degree up to 236: 1e-13 is 900 roundings.
    expect(Math.abs(onCircle - wanted)).toBeLessThan(1e-13);
    expect(Math.abs(onSphere - wanted)).toBeLessThan(1e-13);
  }
});
