import { InputError } from "../foundation/errors/index.js";
import { expm, matMul, symmetricRankUpdate } from "../foundation/linear-algebra/index.js";

/** Fills `out` (d×d) with F(t, Σ) of Σ̇ = FΣ + ΣFᵀ. */
export type Generator = (t: number, cov: Float64Array, out: Float64Array) => void;

/** Σ = LLᵀ from its factor. @param factor d×r @returns d×d, exactly symmetric */
export function covarianceOf(factor: Float64Array, d: number, r: number): Float64Array {
  const cov = new Float64Array(d * d);
  symmetricRankUpdate(factor, d, r, 1, 0, cov);
  return cov;
}

function moved(factor: Float64Array, F: Float64Array, h: number, d: number, r: number): Float64Array {
  const out = new Float64Array(d * r);
  matMul(
    expm(
      F.map((value) => h * value),
      d,
    ),
    factor,
    d,
    d,
    r,
    out,
  );
  return out;
}

/**
 * One step Σ⁺ = ΦΣΦᵀ of Σ̇ = F(t, Σ)Σ + ΣF(t, Σ)ᵀ on the factor L of Σ = LLᵀ: L⁺ = ΦL, Φ = e^{dt F} with F at the
 * midpoint, which a half step of the same kind finds. Σ⁺ is positive semidefinite by construction and, Φ being
 * invertible whatever F, of the rank of Σ.
 *
 * @param factor L, d×r; not changed
 * @returns L⁺, d×r
 * @throws wrong-shape, not-finite; not-finite (SolveError) when e^{dt F} overflows
 * @cost two evaluations of F, two exponentials of d×d
 * @accuracy order 2 (solve/congruence.test.ts)
 * @source numerics.md, Riccati and reachability; theory.md §2 (Σ(t) = Φ Σ_0 Φᵀ)
 */
export function congruenceStep(
  generator: Generator,
  t: number,
  dt: number,
  factor: Float64Array,
  d: number,
  r: number,
): Float64Array {
  if (factor.length !== d * r) {
    throw new InputError({
      code: "wrong-shape",
      who: "congruenceStep",
      rule: `the factor must hold ${d}×${r} numbers`,
      got: `${factor.length} numbers`,
    });
  }
  const F = new Float64Array(d * d);
  generator(t, covarianceOf(factor, d, r), F);
  const middle = moved(factor, F, 0.5 * dt, d, r);
  generator(t + 0.5 * dt, covarianceOf(middle, d, r), F);
  return moved(factor, F, dt, d, r);
}
