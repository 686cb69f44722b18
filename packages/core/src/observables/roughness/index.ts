import { z } from "zod";
import { roughness as roughnessOf } from "../../foundation/law/index.js";
import type { ObservablePlugin } from "../contract.js";
import { cloudAt } from "../shared/law-of.js";

const doc =
  "How rough a density is on its grid: ½Σ(ρ_{j+1} − ρ_j)²/Σρ_j², about 1/(4s²) for a peak of standard deviation s cells; " +
  "1 for tokens, which are atoms.";

/**
 * ½Σ(ρ_{j+1} − ρ_j)²/Σρ_j², the greatest over the axes of the grid. Level mean-field announces `under-resolved` where it
 * passes 1 − e^{−1/16} ≈ .061, a peak two cells wide.
 * @cost axes × m
 * @accuracy exact but for rounding (roughness/index.test.ts)
 * @source derived (foundation/law/roughness.ts)
 */
export const roughness: ObservablePlugin<Record<string, never>> = {
  name: "roughness",
  doc,
  source: "derived",
  unit: "1",
  of: ["point-cloud"],
  params: z.strictObject({}),
  bind: () => ({
    shape: [],
    unit: "1",
    doc,
    measure(_t, law, out) {
      const { weights, cells } = cloudAt(law, "roughness");
      out[0] = cells === undefined ? 1 : roughnessOf(weights, cells);
    },
  }),
};
