import type { Mask } from "../../masks/contract.js";

/** Positions at which the share is sampled; edges of as many cells are where the keys are. */
const cells = 512;

/** Mean and variance over queries at s uniform in [0, 1] of the share ρ(s) = ∫_0^1 e^{log weight(s, s')} ds'. */
export interface VisibleShare {
  readonly mean: number;
  readonly variance: number;
}

/**
 * What part of the context a mask shows. Queries in the middle of cells, keys by the trapezoid rule on their edges: exact
 * for the causal mask, second order in the cell for smooth weights.
 * @cost 2.6·10⁵ weights, once
 */
export function visibleShare(mask: Mask): VisibleShare {
  if (mask.dense) return { mean: 1, variance: 0 };
  let [sum, squares] = [0, 0];
  for (let i = 0; i < cells; i++) {
    const query = (i + 0.5) / cells;
    let share = 0;
    for (let j = 0; j <= cells; j++) {
      const edge = j === 0 || j === cells ? 0.5 : 1;
      share += (edge / cells) * Math.exp(mask.logWeight(query, j / cells));
    }
    sum += share / cells;
    squares += (share * share) / cells;
  }
  return { mean: sum, variance: squares - sum * sum };
}
