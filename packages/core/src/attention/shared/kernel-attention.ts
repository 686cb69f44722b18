import { type Backend, type KernelDescription, withReference } from "../../foundation/backend/index.js";
import type { Attention, AttentionTraits } from "../contract.js";
import type { BoundHeads } from "./heads.js";

type KernelForm = Pick<KernelDescription, "weight" | "normalisation">;

/**
 * An attention that is a pair kernel: the backend computes it, or the reference where the backend declines.
 */
export function kernelAttention(
  name: string,
  traits: AttentionTraits,
  form: KernelForm,
  heads: BoundHeads,
  backend: Backend,
): Attention & Required<Pick<Attention, "beta" | "kernel">> {
  const whole = withReference(backend);
  let current: KernelDescription = { ...form, heads: [] };
  const kernel = (t: number): KernelDescription => {
    const now = heads.at(t);
    if (now !== current.heads) current = { ...form, heads: now };
    return current;
  };
  return {
    name,
    traits,
    heads: heads.count,
    breakpoints: heads.breakpoints,
    kernel,
    beta: (t, head) => heads.at(t)[head]!.beta,
    fieldAt(source, queries, mask, t, out) {
      whole.field(kernel(t), source, queries, mask, out);
    },
    fieldAtBatch: (batch, mask, t, out) => whole.fieldBatch?.(kernel(t), batch, mask, out) ?? false,
  };
}
