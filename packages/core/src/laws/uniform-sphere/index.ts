import { z } from "zod";
import { cloudOf } from "../../foundation/law/index.js";
import { identity } from "../../foundation/linear-algebra/index.js";
import { requireRoom, seedParameter } from "../../foundation/parameters/index.js";
import { uniformSphere as draw } from "../../foundation/random/index.js";
import type { LawPlugin } from "../contract.js";

interface UniformSphereParameters {
  readonly d: number;
  readonly n: number;
  readonly seed: number;
}

/** n independent uniform tokens on S^{d−1}; mean 0, covariance I/d. */
export const uniformSphere: LawPlugin<UniformSphereParameters> = {
  name: "uniform-sphere",
  doc: "Independent uniform tokens on the unit sphere S^{d−1}.",
  source: "theory.md §3",
  seeded: true,
  params: z.strictObject({
    d: z.number().int().min(1).default(3).meta({ symbol: "d", unit: "1", doc: "dimension" }),
    n: z.number().int().min(1).default(256).meta({ symbol: "n", unit: "1", doc: "number of tokens" }),
    seed: seedParameter("seed of the tokens"),
  }),
  bind({ d, n, seed }) {
    requireRoom("initial uniform-sphere", [d, d], "Lower d", { path: ["d"] });
    const cov = identity(d).map((entry) => entry / d);
    const axis = Float64Array.from({ length: d }, (_, a) => (a === d - 1 ? 1 : 0));
    return {
      name: "uniform-sphere",
      d,
      n,
      cloud: (run) => cloudOf(draw(n, d, seed, run), n, d),
      moments: () => ({ kind: "gaussian", d, mean: new Float64Array(d), cov }),
      density: { flat: false, at: () => 1, axis },
    };
  },
};
