import { z } from "zod";
import { euler } from "../../methods/euler/index.js";
import { layers as layerSteps } from "../../solve/index.js";
import type { LevelPlugin } from "../contract.js";
import { closureRates } from "../shared/closure-rates.js";
import { momentLevel } from "../shared/moment-level.js";
import { rankMonitors } from "../shared/rank-monitor.js";

interface GaussianLayersParameters {
  readonly L: number;
}

/**
 * The Gaussian twin of `layers`: m⁺ = m + τ(Bm + c), Σ⁺ = (I + τB)Σ(I + τB)ᵀ + τσ²I with τ = T/L, exactly what L residual
 * layers do to infinitely many Gaussian tokens. Positive semidefinite for every τ; without noise the rank may fall, where
 * I + τB is singular, and never rises. Nothing blows up in finitely many layers. Between two layers states are read off the
 * straight line.
 *
 * @cost L closures
 * @accuracy rounding; distance to gaussian-moments O(1/L) (test/closures.test.ts)
 * @source arXiv 2606.07600, theory.md §2
 */
export const gaussianLayers: LevelPlugin<GaussianLayersParameters> = {
  name: "gaussian-layers",
  doc: "Mean and covariance of Gaussian tokens through L residual layers, exactly: the finite-depth twin of gaussian-moments.",
  source: "arXiv 2606.07600, theory.md §2",
  params: z.strictObject({
    L: z.number().int().min(1).default(200).meta({ symbol: "L", unit: "1", doc: "number of layers" }),
  }),
  noise: ["independent"],
  obstacle: (model) => model.gaussianObstacle,
  bind({ L }, { model, initial, span }) {
    const start = initial.moments();
    return {
      ...momentLevel("gaussian-layers", start, model, closureRates(model, (span[1] - span[0]) / L)),
      own: { method: euler.bind({}), stepping: layerSteps(L) },
      events: [],
      confirmStops: false,
      monitors: rankMonitors(model, start, "layers"),
    };
  },
};
