import { expm, matMulTN, symmetrize } from "../../foundation/linear-algebra/index.js";
import { combine, congruence, times } from "../shared/matrix-forms.js";
import type { ScalarValueSystem } from "../shared/riccati-system.js";

/** The flow over a depth s when V = vI: Σ⁺ = E Σ^½(I − Σ^½GΣ^½)⁻¹Σ^½Eᵀ. */
export interface Propagator {
  /** e^{Ws}, d×d. */
  readonly E: Float64Array;
  /** ∫_0^s e^{Wᵀr}Qe^{Wr}dr, d×d, exactly symmetric. */
  readonly G: Float64Array;
}

/**
 * E = e^{Ws} and G(s) = ∫_0^s e^{Wᵀr}Qe^{Wr}dr by one block exponential (Van Loan).
 *
 * @cost one exponential of size 2d
 * @source numerics.md, Riccati and reachability
 */
export function propagator({ d, Q, W }: ScalarValueSystem, s: number): Propagator {
  const size = 2 * d;
  const block = new Float64Array(size * size);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      block[i * size + j] = -s * W[j * d + i]!;
      block[i * size + d + j] = s * Q[i * d + j]!;
      block[(d + i) * size + d + j] = s * W[i * d + j]!;
    }
  }
  const power = expm(block, size);
  const upper = new Float64Array(d * d);
  const E = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      upper[i * d + j] = power[i * size + d + j]!;
      E[i * d + j] = power[(d + i) * size + d + j]!;
    }
  }
  const G = new Float64Array(d * d);
  matMulTN(E, upper, d, d, d, G);
  symmetrize(G, d);
  return { E, G };
}

/** The propagator over s·2^doublings, by G(2s) = G(s) + EᵀG(s)E: no e^{−Wt} of a stable W, that would overflow. */
export function doubledPropagator(system: ScalarValueSystem, s: number, doublings: number): Propagator {
  const { d } = system;
  let { E, G } = propagator(system, s);
  for (let k = 0; k < doublings; k++) {
    G = combine(G, congruence(G, E, d));
    E = times(E, E, d, d, d);
  }
  return { E, G };
}
