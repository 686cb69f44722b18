import { anisotropy, isotropicHeads, type Model } from "../../model/index.js";

/** The same model where every token sees every token. */
export const unmasked = (model: Model): Model => ({ ...model, mask: { ...model.mask, dense: true } });

/**
 * b where attention is one head of softmax with weights e^{b⟨x,y⟩}, V = I, on the sphere with nothing else, whatever the
 * mask; otherwise what it is instead.
 */
export function plainSoftmax(model: Model, t: number): number | string {
  const open = unmasked(model);
  const other = anisotropy(open);
  if (other !== undefined) return other;
  if (model.breakpoints.length > 0) return "the model changes with depth";
  if (model.sign !== "attract") return "the tokens are repelled";
  const heads = isotropicHeads(open, t);
  const [head] = heads;
  const still = model.feedforward.every((one) => one.affine?.(t).W.every((entry) => entry === 0));
  const rate = head?.exponent?.rate;
  const plain = heads.length === 1 && head!.normalisation === "partition" && head!.value === 1 && still;
  return plain && rate !== undefined
    ? rate
    : "it is a statement about one head of softmax with V = I, and nothing else";
}
