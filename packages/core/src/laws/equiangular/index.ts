import { z } from "zod";
import { InputError } from "../../foundation/errors/index.js";
import { cloudOf, momentsOf } from "../../foundation/law/index.js";
import { requireRoom } from "../../foundation/parameters/index.js";
import type { LawPlugin } from "../contract.js";

interface EquiangularParameters {
  readonly d: number;
  readonly n: number;
  readonly overlap: number;
}

/**
 * Rows of the symmetric square root of (1 − ρ)I + ρ11ᵀ, so that ⟨x_i, x_j⟩ = ρ for i ≠ j.
 * Its eigenvalues are 1 − ρ (n − 1 times) and 1 + (n − 1)ρ.
 */
function equiangularPoints({ d, n, overlap }: EquiangularParameters): Float64Array {
  const across = Math.sqrt(1 - overlap);
  const along = Math.sqrt(1 + (n - 1) * overlap);
  const common = (along - across) / n;
  const points = new Float64Array(n * d);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) points[i * d + j] = common + (i === j ? across : 0);
  return points;
}

/** n tokens on the sphere with one common overlap: the start of the equiangular reduction. */
export const equiangular: LawPlugin<EquiangularParameters> = {
  name: "equiangular",
  doc: "n unit tokens with the same inner product for every pair; needs d ≥ n.",
  source: "theory.md §3",
  seeded: false,
  params: z.strictObject({
    d: z.number().int().min(1).meta({ symbol: "d", unit: "1", doc: "dimension, at least n" }),
    n: z.number().int().min(2).meta({ symbol: "n", unit: "1", doc: "number of tokens" }),
    overlap: z.number().default(0).meta({ symbol: "ρ", unit: "1", doc: "inner product of every pair" }),
  }),
  bind(params) {
    const { d, n, overlap } = params;
    const complain = (rule: string, got: string, path: string): never => {
      throw new InputError({ code: "out-of-range", who: "initial equiangular", rule, got, path: [path] });
    };
    if (d < n) complain(`d must be at least n = ${n}`, String(d), "d");
    if (!(overlap <= 1 && overlap >= -1 / (n - 1)))
      complain("overlap must lie in [−1/(n−1), 1]", String(overlap), "overlap");
    requireRoom("initial equiangular", [n, d], "Lower d and n", { path: ["d"] });
    const cloud = cloudOf(equiangularPoints(params), n, d);
    return { name: "equiangular", d, n, cloud: () => cloud, moments: () => momentsOf(cloud) };
  },
};
