import type { Mask } from "../../masks/contract.js";

const places = Array.from({ length: 17 }, (_, k) => k / 16);

/**
 * λ where a query sees every key before it with weight e^{−λ(s − s')} and none after it: 0 for the causal mask.
 * Undefined for any other mask.
 */
export function causalDecay(mask: Mask): number | undefined {
  const { decay } = mask;
  if (mask.dense || decay === undefined) return undefined;
  const ordered = places.every((query) =>
    places.every((key) => Number.isFinite(mask.logWeight(query, key)) === key <= query),
  );
  return ordered ? decay : undefined;
}
