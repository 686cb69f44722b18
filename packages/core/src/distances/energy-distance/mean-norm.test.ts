import { describe, expect, test } from "vitest";
import { matMulNT } from "../../foundation/linear-algebra/index.js";
import { randomMatrix, stream } from "../../foundation/random/index.js";
import { logGamma, normalCdf, normalPdf } from "../../foundation/special-functions/index.js";
import { meanNorm } from "./mean-norm.js";

const diagonal = (values: readonly number[]): Float64Array => {
  const d = values.length;
  return Float64Array.from({ length: d * d }, (_, i) => (i % (d + 1) === 0 ? values[i / (d + 1)]! : 0));
};

describe("E|N(δ, Σ)|", () => {
  test.each([0, 1e-3, 0.5, 1, 3, 10, 1e3, 1e8])("folded normal in d = 1, δ = %d", (delta) => {
    for (const s of [1e-6, 1, 7]) {
      const exact = s * (2 * normalPdf(delta / s) + (delta / s) * (1 - 2 * normalCdf(-delta / s)));
      const found = meanNorm(Float64Array.of(s * s), 1)(Float64Array.of(delta));
      // A sum of about 150 terms of one sign that is at most 26 % of the result.
      expect(Math.abs(found / exact - 1)).toBeLessThan(1e-14);
    }
  });

  test.each([1, 2, 3, 16, 256])("chi distribution: √2 Γ((d+1)/2)/Γ(d/2), d = %i", (d) => {
    const exact = Math.SQRT2 * Math.exp(logGamma((d + 1) / 2) - logGamma(d / 2));
    const found = meanNorm(diagonal(Array(d).fill(4)), d)(new Float64Array(d)) / 2;
    // exp of a difference of log-gammas near 600 loses three digits at d = 256.
    expect(Math.abs(found / exact - 1)).toBeLessThan(d > 16 ? 2e-13 : 1e-14);
  });

  test("non-central in d = 3: (s φ-term) closed form", () => {
    // |N(δ, I_3)|, δ = |δ|: E = √(2/π) e^{−δ²/2} + (δ + 1/δ)(1 − 2Φ(−δ)).
    for (const delta of [0.1, 1, 4, 30]) {
      const exact = 2 * normalPdf(delta) + (delta + 1 / delta) * (1 - 2 * normalCdf(-delta));
      const found = meanNorm(diagonal([1, 1, 1]), 3)(Float64Array.of(0, delta * 0.6, delta * 0.8));
      expect(Math.abs(found / exact - 1)).toBeLessThan(2e-14);
    }
  });

  test("singular: a direction without spread adds up by Pythagoras", () => {
    // N((a, b), diag(1, 0)): E(X² + b²)^½ by Simpson's rule with 20 000 nodes on [a − 12, a + 12].
    const [a, b] = [0.7, 0.3];
    let sum = 0;
    const nodes = 20_000;
    const h = 24 / nodes;
    for (let k = 0; k <= nodes; k++) {
      const z = -12 + k * h;
      const weight = k === 0 || k === nodes ? 1 : k % 2 === 1 ? 4 : 2;
      sum += ((weight * h) / 3) * Math.hypot(a + z, b) * normalPdf(z);
    }
    expect(Math.abs(meanNorm(diagonal([1, 0]), 2)(Float64Array.of(a, b)) / sum - 1)).toBeLessThan(1e-12);
    expect(meanNorm(new Float64Array(4), 2)(Float64Array.of(3, 4))).toBe(5);
  });

  test("eigenvalues over sixteen decades, against the average over many directions in the plane", () => {
    // |v| = (π/2) mean over θ of |⟨θ, v⟩| in d = 2: every projection is a folded normal.
    const cov = diagonal([1, 1e-4]);
    const shift = Float64Array.of(0.2, 0.5);
    const count = 20_000;
    let sum = 0;
    for (let k = 0; k < count; k++) {
      const angle = ((k + 0.5) * Math.PI) / count;
      const m = Math.cos(angle) * shift[0]! + Math.sin(angle) * shift[1]!;
      const s = Math.sqrt(Math.cos(angle) ** 2 + 1e-4 * Math.sin(angle) ** 2);
      sum += s * 2 * normalPdf(m / s) + m * (1 - 2 * normalCdf(-m / s));
    }
    // The integrand is periodic and analytic: the rule is at rounding level.
    expect(Math.abs(meanNorm(cov, 2)(shift) / ((Math.PI / 2) * (sum / count)) - 1)).toBeLessThan(1e-12);
    const graded = meanNorm(diagonal([1, 1e-8, 1e-15]), 3)(new Float64Array(3));
    // E(X² + small)^½ ≥ E|X|, and larger by at most small/…: E|X| = √(2/π), corrections near 1e-8·log.
    expect(graded).toBeGreaterThan(Math.sqrt(2 / Math.PI));
    expect(graded).toBeLessThan(Math.sqrt(2 / Math.PI) + 1e-6);
  });

  test("a full covariance against 200 000 draws", () => {
    const d = 4;
    const factor = randomMatrix("ginibre", d, d, 1, 3);
    const cov = new Float64Array(d * d);
    matMulNT(factor, factor, d, d, d, cov);
    const shift = Float64Array.of(1, -1, 0.5, 2);
    const random = stream({ seed: 4, purpose: "test" });
    const z = new Float64Array(d);
    let [sum, squares] = [0, 0];
    const draws = 200_000;
    for (let r = 0; r < draws; r++) {
      random.fillNormal(z);
      let square = 0;
      for (let i = 0; i < d; i++) {
        let x = shift[i]!;
        for (let j = 0; j < d; j++) x += factor[i * d + j]! * z[j]!;
        square += x * x;
      }
      sum += Math.sqrt(square);
      squares += square;
    }
    const mean = sum / draws;
    const error = Math.sqrt((squares / draws - mean * mean) / draws);
    // Four standard errors.
    expect(Math.abs(meanNorm(cov, d)(shift) - mean)).toBeLessThan(4 * error);
  });
});
