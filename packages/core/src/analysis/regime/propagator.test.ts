import { describe, expect, test } from "vitest";
import { flip, normals, positive, product, rowsOf } from "../../../test/helpers/arrays.js";
import { experiment } from "../../experiment/index.js";
import { expm, frobeniusNorm, solveLinear, transpose } from "../../foundation/linear-algebra/index.js";
import { dop853 } from "../../methods/dop853/index.js";
import { adaptive, solve } from "../../solve/index.js";
import { lift } from "../shared/matrix-forms.js";
import { escapeTime } from "./escape-time.js";
import { moveFactor } from "./escape-walk.js";
import { factorOf, movingRange } from "./moving-range.js";
import { doubledPropagator, propagator } from "./propagator.js";

const d = 3;
const systemOf = (seed: number) => {
  const A = positive(d, seed, 0.6);
  const W = normals(d * d, seed + 100, 0.4);
  return { A, cov: positive(d, seed + 200), system: { d, Q: A.map((value) => 2 * value), W } };
};
type System = ReturnType<typeof systemOf>["system"];

/** [D; N] = exp(t[[−Wᵀ, −Q], [0, W]])[I; Σ_0], Σ = ND⁻¹. */
function radon({ Q, W }: System, cov: Float64Array, t: number): Float64Array {
  const block = new Float64Array(4 * d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      block[i * 2 * d + j] = -t * W[j * d + i]!;
      block[i * 2 * d + d + j] = -t * Q[i * d + j]!;
      block[(d + i) * 2 * d + d + j] = t * W[i * d + j]!;
    }
  }
  const start = Float64Array.from({ length: 2 * d * d }, (_, k) =>
    k < d * d ? (k % (d + 1) === 0 ? 1 : 0) : cov[k - d * d]!,
  );
  const moved = product(expm(block, 2 * d), start, 2 * d, 2 * d, d);
  // Σ = ND⁻¹ from DᵀΣ = Nᵀ.
  return solveLinear(transpose(moved.slice(0, d * d), d, d), transpose(moved.slice(d * d), d, d), d, d);
}

const gapOf = (a: Float64Array, b: Float64Array) =>
  frobeniusNorm(a.map((value, k) => value - b[k]!)) / frobeniusNorm(b);

describe("the exact flow for V = I", () => {
  test.each([1, 2, 3, 4])(
    "seed %i: Radon, the step on a factor and dop853 at 1e-13 agree to 1e-10 at a gap of 1e-4",
    (seed) => {
      const { A, system, cov } = systemOf(seed);
      const found = escapeTime(movingRange(system, cov), {});
      if (!found.escapes) throw new Error("no escape");
      const t = found.tStar - 1e-4;
      // Two steps: the factorisation of I − LᵀGL wants to be away from its own escape.
      const { factor, r } = factorOf(cov, d);
      const half = propagator(system, t / 2);
      const stepped = lift(moveFactor(half, moveFactor(half, factor, d, r), d, r), d, r);
      const exact = radon(system, cov, t);
      const { initial, levels } = experiment({
        model: {
          attention: { softmax: { Q: rowsOf(A, d, d) } },
          feedforward: { affine: { W: rowsOf(system.W, d, d) } },
        },
        initial: { gaussian: { mean: 0, cov: rowsOf(cov, d, d) } },
        levels: { "gaussian-moments": {} },
      });
      const { problem } = levels[0]!.level;
      const steps = adaptive({ rtol: 1e-13, atol: 1e-15 });
      const integrated = solve(problem, dop853.bind({}), { span: [0, t], steps }).yEnd.slice(initial.d);
      // Tolerance over gap would be 1e-9; local errors of dop853 are well below its tolerance.
      expect(gapOf(integrated, exact)).toBeLessThan(1e-10);
      // Rounding 1e-16 over the gap 1e-4.
      expect(gapOf(stepped, exact)).toBeLessThan(1e-11);
    },
  );

  test("E and G: the derivative of G is EᵀQE, and doubling is the same as one exponential", () => {
    const { system } = systemOf(9);
    const h = 1e-3;
    const [before, at, after] = [propagator(system, 1 - h), propagator(system, 1), propagator(system, 1 + h)];
    const rate = product(flip(at.E, d, d), product(system.Q, at.E, d, d, d), d, d, d);
    // Central differences: h²/6 times third derivatives of order 1.
    expect(
      gapOf(
        after.G.map((value, k) => (value - before.G[k]!) / (2 * h)),
        rate,
      ),
    ).toBeLessThan(3e-6);
    const doubled = doubledPropagator(system, 1 / 8, 3);
    expect(gapOf(doubled.G, at.G)).toBeLessThan(1e-14);
    expect(gapOf(doubled.E, at.E)).toBeLessThan(1e-14);
  });
});
