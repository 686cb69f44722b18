import { z } from "zod";
import { InputError, SolveError } from "../../foundation/errors/index.js";
import type { PointCloud } from "../../laws/contract.js";
import type { ObservablePlugin } from "../contract.js";
import { cloudAt } from "../shared/law-of.js";
import { modelBeta } from "../shared/model-beta.js";
import { clusterDefect, logExponentialEnergy } from "./pair-sums.js";

type Normalisation = "survey" | "finite-n" | "metastability" | "synchronisation";

interface EnergyParameters {
  readonly normalisation: Normalisation;
  readonly beta?: number | undefined;
}

const who = "observable energy";

function requireBeta(beta: number): number {
  if (Number.isFinite(beta) && beta !== 0) return beta;
  throw new InputError({
    code: "out-of-range",
    who,
    rule: "this normalisation divides by 2β, so β must be finite and not zero",
    got: String(beta),
    fix: "Give another beta, or normalisation: synchronisation",
    path: ["beta"],
  });
}

/** e^log/(2β), or a sentence about what to do when no float64 can hold it. */
function unlog(logarithm: number, beta: number): number {
  const value = Math.exp(logarithm - Math.log(2 * Math.abs(beta)));
  if (value < Number.POSITIVE_INFINITY) return Math.sign(beta) * value;
  throw new SolveError({
    code: "not-finite",
    who,
    rule: "the energy must be below 1.8e308 to be written",
    got: `e^${logarithm - Math.log(2 * Math.abs(beta))}`,
    fix: "Take normalisation: metastability, which stays in [0, 1] on the sphere",
  });
}

/** The same points with weight 1/n each. */
const equallyWeighted = (cloud: PointCloud): PointCloud => ({
  ...cloud,
  weights: new Float64Array(cloud.m).fill(1 / cloud.m),
});

const energies: Readonly<Record<Normalisation, (cloud: PointCloud, beta: number, unit: boolean) => number>> = {
  survey: (cloud, beta) => unlog(logExponentialEnergy(cloud, requireBeta(beta)), beta),
  "finite-n": (cloud, beta) => unlog(logExponentialEnergy(equallyWeighted(cloud), requireBeta(beta)), beta),
  metastability: (cloud, beta) => finite(Math.exp(logExponentialEnergy(cloud, beta) - beta)),
  synchronisation: (cloud, beta, unit) => finite(0.5 * Math.exp(beta) * clusterDefect(cloud, beta, unit)),
};

function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw new SolveError({
    code: "not-finite",
    who,
    rule: "the energy must be below 1.8e308 to be written",
    got: String(value),
    fix: "Take normalisation: metastability and tokens on the sphere, or a smaller beta",
  });
}

const docs: Readonly<Record<Normalisation, string>> = {
  survey: "Interaction energy (1/2β)∬e^{β⟨x,y⟩}dμdμ.",
  "finite-n": "Interaction energy (1/2βn²)Σe^{β⟨x_i,x_j⟩} of n tokens, whatever their weights.",
  metastability: "Normalised interaction energy ∬e^{β(⟨x,y⟩−1)}dμdμ: in [0, 1] on the sphere, 1 iff one cluster.",
  synchronisation: "Synchronisation energy ½∬(e^β − e^{β⟨x,y⟩})dμdμ: on the sphere ≥ 0, 0 iff one cluster.",
};

/**
 * One of four interaction energies of a cloud with weights w, each by its own name (pairs i = j included):
 * survey (1/2β)Σw_iw_je^{β⟨x_i,x_j⟩}; finite-n (1/2βn²)Σe^{β⟨x_i,x_j⟩}; metastability Σw_iw_je^{β(⟨x_i,x_j⟩−1)}, which
 * is 2βE_meta; synchronisation ½Σw_iw_j(e^β − e^{β⟨x_i,x_j⟩}), on the sphere with 1 − |x_i − x_j|²/2 for ⟨x_i,x_j⟩.
 * Q = K = I is taken, and a feed-forward has no part in it.
 * @throws missing (no β), out-of-range (β = 0 where it divides); SolveError not-finite (the value itself overflows)
 * @cost m²d/2 multiply-adds and m²/2 exponentials, memory O(m)
 * @accuracy 1e-13·(1 + |β|max|x|²) relative; synchronisation to 1e-13 relative near one cluster (energy/index.test.ts)
 * @source theory.md §0 and §3 (arXiv 2601.21366, 2604.26898)
 */
export const energy: ObservablePlugin<EnergyParameters> = {
  name: "energy",
  doc: "Interaction energy of the tokens at inverse temperature β, in one of four named normalisations.",
  source: "theory.md §0",
  unit: "1",
  of: ["point-cloud"],
  params: z.strictObject({
    normalisation: z
      .enum(["survey", "finite-n", "metastability", "synchronisation"])
      .default("survey")
      .meta({ doc: "which energy: survey, finite-n, metastability or synchronisation" }),
    beta: z
      .number()
      .optional()
      .meta({ symbol: "β", unit: "1", doc: "inverse temperature; by default that of the model's first head" }),
  }),
  bind({ normalisation, beta }, { model }) {
    const measure = energies[normalisation];
    const betaAt = beta === undefined ? modelBeta(model, who) : () => beta;
    return {
      shape: [],
      unit: "1",
      doc: docs[normalisation],
      measure(t, law, out) {
        out[0] = measure(cloudAt(law, "energy"), betaAt(t), !model.geometry.flat);
      },
    };
  },
};
