import { z } from "zod";
import type { Attention } from "../../attention/contract.js";
import { InputError, SolveError } from "../../foundation/errors/index.js";
import type { PointCloud } from "../../laws/contract.js";
import type { Model } from "../../model/index.js";
import type { ObservablePlugin } from "../contract.js";
import { cloudAt } from "../shared/law-of.js";

const who = "observable attention-entropy";
const doc =
  "Mean over the tokens of the entropy (nat) of their attention row, per head, heads of all attentions in order: 0 for " +
  "one token seen, log n for uniform attention.";

function requireProbabilities({ attention }: Model): void {
  const other = attention.find((one) => one.traits.weights !== "probability");
  if (attention.length > 0 && other === undefined) return;
  throw new InputError({
    code: "incompatible",
    who,
    rule: "needs attention whose rows are probabilities",
    got:
      other === undefined
        ? "a model without attention"
        : `${other.name} attention, whose weights are ${other.traits.weights}`,
    fix: "Leave it out, or take an attention that is normalised (softmax)",
  });
}

/** Entropies of one attention averaged over the queries, into out[from … from + heads). */
function averageRows(
  one: Attention,
  model: Model,
  cloud: PointCloud,
  t: number,
  out: Float64Array,
  from: number,
): void {
  const { m, d, weights } = cloud;
  const entropy = new Float64Array(one.heads * m).fill(Number.NaN);
  one.fieldAt(cloud, cloud, model.mask, t, { field: new Float64Array(m * d), entropy });
  for (let h = 0; h < one.heads; h++) {
    let sum = 0;
    for (let i = 0; i < m; i++) sum += weights[i]! * entropy[h * m + i]!;
    if (!Number.isFinite(sum)) {
      throw new SolveError({
        code: "not-finite",
        who,
        rule: "every attention row must have an entropy",
        got: `${sum} at head ${h} of ${one.name}`,
        fix: "Measure before the tokens blow up; if they are finite, this attention reports no entropies",
      });
    }
    out[from + h] = sum;
  }
}

/**
 * H_h = Σ_i w_i Σ_j −p_ij log p_ij, p_ij the attention weights of head h (masses of the points included) at depth t.
 * @throws incompatible (an attention whose rows are no probabilities, or none); SolveError not-finite
 * @cost one field of the model per attention, memory O((heads + d)·m)
 * @accuracy 1e-13 (attention-entropy/index.test.ts)
 * @source theory.md §1 and §5
 */
export const attentionEntropy: ObservablePlugin<Record<string, never>> = {
  name: "attention-entropy",
  doc,
  source: "theory.md §1, §5",
  unit: "nat",
  of: ["point-cloud"],
  params: z.strictObject({}),
  bind(_, { model }) {
    requireProbabilities(model);
    const heads = model.attention.reduce((sum, one) => sum + one.heads, 0);
    return {
      shape: [heads],
      unit: "nat",
      doc,
      measure(t, law, out) {
        const cloud = cloudAt(law, "attention-entropy");
        let from = 0;
        for (const one of model.attention) {
          averageRows(one, model, cloud, t, out, from);
          from += one.heads;
        }
      },
    };
  },
};
