import { z } from "zod";
import { InputError } from "../../foundation/errors/index.js";
import type { PointCloud } from "../../laws/contract.js";
import { type Model, noiseObstacle } from "../../model/index.js";
import type { ObservablePlugin } from "../contract.js";
import { cloudAt } from "../shared/law-of.js";
import { modelBeta } from "../shared/model-beta.js";
import { directionsOf } from "../shared/overlaps.js";
import { energyGradient } from "./energy-gradient.js";

type Normalisation = "survey" | "metastability" | "synchronisation";

interface DissipationParameters {
  readonly normalisation: Normalisation;
  readonly of: "total" | "tokens";
  readonly beta?: number | undefined;
}

const docs = {
  total:
    "Rate of change of the interaction energy along the flow: the part of attention, and the part of the feed-forward.",
  tokens: "The same for every token, in the order of the context: what its own motion adds to the energy.",
};

/** dE/d(survey energy). */
const factors: Readonly<Record<Normalisation, (beta: number) => number>> = {
  survey: () => 1,
  metastability: (beta) => 2 * beta * Math.exp(-beta),
  synchronisation: (beta) => -beta,
};

/** Attention and feed-forward of the field at the points the model looks at, each of shape [m, d]. */
function fieldsOf(model: Model, seen: PointCloud, t: number): { attention: Float64Array; feedforward: Float64Array } {
  const size = seen.m * seen.d;
  const [whole, attention, scratch] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  model.fieldAt(seen, seen, t, whole, scratch);
  const sign = model.sign === "repel" ? -1 : 1;
  for (const one of model.attention) {
    one.fieldAt(seen, seen, model.mask, t, { field: scratch });
    for (let k = 0; k < size; k++) attention[k]! += sign * scratch[k]!;
  }
  return { attention, feedforward: whole.map((value, k) => value - attention[k]!) };
}

/** What one token's field is multiplied with to be the velocity of the point the energy sees. */
function speedOf(model: Model, t: number, length: number, field: Float64Array): number {
  if (model.normalization.identity) return 1;
  const size = Math.hypot(...field);
  return size === 0 ? 0 : model.normalization.gain(t, length, size) / length;
}

/** Per token: what attention and feed-forward add to the survey energy, shape [m, 2]. */
function ratesOf(model: Model, cloud: PointCloud, t: number, beta: number): Float64Array {
  const { m, d } = cloud;
  const turned = !model.normalization.identity;
  const seen = turned ? { ...cloud, points: directionsOf(cloud, "dissipation") } : cloud;
  const { attention, feedforward } = fieldsOf(model, seen, t);
  const gradient = energyGradient(seen, beta);
  const rates = new Float64Array(2 * m);
  for (let i = 0; i < m; i++) {
    const row = (of: Float64Array) => of.subarray(i * d, i * d + d);
    const [x, g] = [row(seen.points), row(gradient)];
    if (turned || !model.geometry.flat) {
      const along = g.reduce((sum, value, a) => sum + value * x[a]!, 0);
      for (let a = 0; a < d; a++) g[a]! -= along * x[a]!;
    }
    const field = row(attention).map((value, a) => value + row(feedforward)[a]!);
    const speed = speedOf(model, t, Math.hypot(...row(cloud.points)), field);
    [attention, feedforward].forEach((part, k) => {
      for (let a = 0; a < d; a++) rates[2 * i + k]! += speed * g[a]! * row(part)[a]!;
    });
  }
  return rates;
}

/** Under noise the energy also moves by Itô's term, and no path is a descent. @throws InputError incompatible */
function requireStill(model: Model): void {
  const obstacle = noiseObstacle(model);
  if (obstacle === undefined) return;
  throw new InputError({
    code: "incompatible",
    who: "observable dissipation",
    rule: `the identity is one of equations without noise: ${obstacle}`,
    got: `noise ${model.noise.name}`,
    fix: "Observe the energy itself, or take noise: none",
  });
}

/**
 * Ė = Σ_i ⟨∇_iE, ẋ_i⟩, split by token and into attention and feed-forward, E one of the energies of the observable
 * `energy` with Q = K = I. On the sphere, and on the directions under a normalisation, of speed s_i^{−1}:
 * w_i s_i^{−1}⟨P∫e^{β⟨x_i,y⟩}y dμ(y), Γ(x_i)⟩ and the same with the feed-forward. Under softmax with V = I and nothing else
 * it is Σ w_i s_i^{−1} Z_i|PΓ(x_i)|², unnormalised Σ w_i s_i^{−1}|PΓ(x_i)|², never negative.
 * @throws missing (no β), incompatible (noise)
 * @cost one field and m² exponentials
 * @accuracy central differences of the energy along the flow, under every normalisation (observables/dissipation/index.test.ts)
 * @source theory.md §1, §3 and §5; the split and the speeds: derived
 */
export const dissipation: ObservablePlugin<DissipationParameters> = {
  name: "dissipation",
  doc: "Rate of change of the interaction energy along the flow, split into attention and feed-forward.",
  source: "theory.md §1, §5",
  unit: "1/depth",
  of: ["point-cloud"],
  params: z.strictObject({
    normalisation: z
      .enum(["survey", "metastability", "synchronisation"])
      .default("survey")
      .meta({ doc: "of which energy: survey, metastability or synchronisation" }),
    of: z.enum(["total", "tokens"]).default("total").meta({ doc: "total: [2]; tokens: [n, 2]" }),
    beta: z
      .number()
      .optional()
      .meta({ symbol: "β", unit: "1", doc: "inverse temperature; by default that of the model's first head" }),
  }),
  bind({ normalisation, of, beta }, { model, n }) {
    requireStill(model);
    const betaAt = beta === undefined ? modelBeta(model, "observable dissipation") : () => beta;
    return {
      shape: of === "total" ? [2] : [n!, 2],
      unit: "1/depth",
      doc: docs[of],
      measure(t, law, out) {
        const now = betaAt(t);
        const rates = ratesOf(model, cloudAt(law, "dissipation"), t, now);
        const factor = factors[normalisation](now);
        if (of === "total") out.fill(0);
        rates.forEach((rate, k) => {
          if (of === "total") out[k % 2]! += factor * rate;
          else out[k] = factor * rate;
        });
      },
    };
  },
};
