import { InputError } from "../foundation/errors/index.js";
import type { Calculus } from "./diffusion.js";
import type { Problem } from "./problem.js";

/** n points of S^{d−1}, one after another from `offset` on. */
export interface SphereBlock {
  readonly offset: number;
  readonly n: number;
  readonly d: number;
}

/**
 * Adds independent isotropic noise on the sphere, σP_{x_i} ∘ dW_i, P_x = I − xxᵀ. In the Itô sense this is
 * σP_x dW − ½σ²(d−1)x dt, and the second term is added to the drift; in the Stratonovich sense nothing is.
 *
 * E⟨X_t, x_0⟩ = e^{−σ²(d−1)t/2} for the noise alone. The columns do not commute: P_x moves with x.
 *
 * @param sigma σ ≥ 0, in depth^{−½}, or what it is at each depth
 * @throws out-of-range
 * @accuracy the mean above, for both calculi (solve/convert-calculus.test.ts)
 * @source theory.md §4; derived: Σ_k (∇g_k)g_k = −(d−1)x for g_k = P_x e_k
 */
export function withSphereNoise(
  problem: Problem,
  block: SphereBlock,
  sigma: number | ((t: number) => number),
  calculus: Calculus,
): Problem {
  const { offset, n, d } = block;
  if (typeof sigma === "number" && !(sigma >= 0 && Number.isFinite(sigma))) {
    const rule = "sigma must be a number of at least 0";
    throw new InputError({ code: "out-of-range", who: "withSphereNoise", rule, got: String(sigma), path: ["sigma"] });
  }
  const strengthAt = typeof sigma === "number" ? () => sigma : sigma;
  const pullAt = (t: number): number => (calculus === "ito" ? 0.5 * strengthAt(t) ** 2 * (d - 1) : 0);
  return {
    ...problem,
    diffusion: {
      noiseDimension: n * d,
      kind: "general",
      calculus,
      apply(t, y, increment, out) {
        const strength = strengthAt(t);
        out.fill(0);
        for (let i = 0; i < n; i++) {
          const row = offset + i * d;
          let inner = 0;
          for (let a = 0; a < d; a++) inner += y[row + a]! * increment[i * d + a]!;
          for (let a = 0; a < d; a++) out[row + a] = strength * (increment[i * d + a]! - inner * y[row + a]!);
        }
      },
    },
    drift(t, y, out) {
      problem.drift(t, y, out);
      const pull = pullAt(t);
      if (pull === 0) return;
      for (let k = offset; k < offset + n * d; k++) out[k]! -= pull * y[k]!;
    },
  };
}
