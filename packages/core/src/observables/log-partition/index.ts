import { z } from "zod";
import type { Attention } from "../../attention/contract.js";
import { InputError } from "../../foundation/errors/index.js";
import type { Model } from "../../model/index.js";
import type { ObservablePlugin } from "../contract.js";
import { cloudAt } from "../shared/law-of.js";

const who = "observable log-partition";
const doc =
  "Mean over the tokens of log ∫w dμ (nat), per head, heads of all attentions in order: log Z of softmax and of its " +
  "kin, and the potential of Sinkhorn attention, of which its symmetric flow is the gradient descent.";

const has = (one: Attention): boolean => one.traits.weights !== "signed" && one.traits.smooth;

function requirePartitions({ attention }: Model): void {
  const other = attention.find((one) => !has(one));
  if (attention.length > 0 && other === undefined) return;
  throw new InputError({
    code: "incompatible",
    who,
    rule: "needs attention with positive weights",
    got: other === undefined ? "a model without attention" : `${other.name} attention`,
    fix: "Leave it out, or take softmax, l2, unnormalised, sigmoid or sinkhorn attention",
  });
}

/**
 * Σ_i w_i log Z_h(x_i) of every head h. Under Sinkhorn attention log Z = −f, and ∫log Z dμ = −½∫(f + g)dμ is half the value
 * of max_π ∫⟨Qx,Ky⟩/ε dπ − KL(π|μ⊗μ) over couplings of μ with itself: where QᵀK = KᵀQ = −V it falls at the rate ∫|Γ|²dμ.
 * @throws incompatible (weights without a sum of one sign, or no attention)
 * @cost one field of the model per attention
 * @accuracy 1e-13; the rate: test/gradient-flows.test.ts
 * @source theory.md §1 (arXiv 2501.18322); the value at the optimum: derived
 */
export const logPartition: ObservablePlugin<Record<string, never>> = {
  name: "log-partition",
  doc,
  source: "theory.md §1",
  unit: "nat",
  of: ["point-cloud"],
  params: z.strictObject({}),
  bind(_, { model }) {
    requirePartitions(model);
    return {
      shape: [model.attention.reduce((sum, one) => sum + one.heads, 0)],
      unit: "nat",
      doc,
      measure(t, law, out) {
        const cloud = cloudAt(law, "log-partition");
        const { m, weights } = cloud;
        let from = 0;
        for (const one of model.attention) {
          const logs = new Float64Array(one.heads * m);
          one.fieldAt(cloud, cloud, model.mask, t, { logPartition: logs });
          for (let h = 0; h < one.heads; h++) {
            out[from + h] = weights.reduce((sum, w, i) => sum + w * logs[h * m + i]!, 0);
          }
          from += one.heads;
        }
      },
    };
  },
};
