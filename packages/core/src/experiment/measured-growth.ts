import { isMapping } from "../foundation/parameters/index.js";
import type { RunResult } from "./result.js";

/** How fast a cloud and the mean-field law drew apart. */
export interface MeasuredGrowth {
  /** The smallest C with distance(t) ≤ e^{C(t − t₀)}·distance(t₀) at every compared depth (1/depth). */
  readonly rate: number;
  /** The depth at which it is attained. */
  readonly t: number;
  /** distance(t₀). */
  readonly start: number;
}

/** Whether the model of a canonical spec has noise. */
function isNoisy({ model }: RunResult["spec"]): boolean {
  const noise = isMapping(model) ? (model["noise"] ?? "none") : "none";
  return noise !== "none" && !(isMapping(noise) && "none" in noise);
}

/**
 * The measured constant of W(μⁿ_t, μ_t) ≤ e^{Ct} W(μⁿ_0, μ_0) (Dobrushin): for each pair of levels of which exactly one is
 * a law on a grid and for each distance that is not 0 at the start. Keyed by pair, then by distance. An estimate from one
 * pair of initial laws bounds the constant of the theorem from below. Nothing under noise: tokens with noise of their own do
 * not solve the equation of the law, so the theorem says nothing of the pair.
 *
 * @source arXiv 2501.18322, theory.md §1
 */
export function measuredGrowth({
  distances,
  levels,
  spec,
}: Pick<RunResult, "distances" | "levels" | "spec">): Record<string, Record<string, MeasuredGrowth>> {
  const found: Record<string, Record<string, MeasuredGrowth>> = {};
  if (isNoisy(spec)) return found;
  for (const [pair, metrics] of Object.entries(distances)) {
    const laws = pair.split("|").filter((name) => levels[name]?.states["mass"] !== undefined);
    if (laws.length !== 1) continue;
    for (const [metric, { t, value }] of Object.entries(metrics)) {
      let best: MeasuredGrowth | undefined;
      for (let k = 1; k < t.length; k++) {
        const rate = Math.log(value[k]! / value[0]!) / (t[k]! - t[0]!);
        if (Number.isFinite(rate) && !(rate <= (best?.rate ?? Number.NEGATIVE_INFINITY))) {
          best = { rate, t: t[k]!, start: value[0]! };
        }
      }
      if (best !== undefined) found[pair] = { ...found[pair], [metric]: best };
    }
  }
  return found;
}
