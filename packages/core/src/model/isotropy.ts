import type { Attention } from "../attention/contract.js";
import type { KernelDescription, KernelHead, KernelWeight } from "../foundation/backend/index.js";
import { mergeBreakpoints } from "../foundation/parameters/index.js";
import type { Model } from "./model.js";

/** c where m = cI, or undefined. */
function multipleOfIdentity(m: Float64Array, d: number): number | undefined {
  const c = m[0]!;
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) if (m[i * d + j] !== (i === j ? c : 0)) return undefined;
  return c;
}

/** A head that sees inner products only: Γ(x) = value·∫ y w(⟨x, y⟩) dμ(y) [ / ∫ w dμ ] on the unit sphere. */
export interface IsotropicHead {
  readonly value: number;
  readonly normalisation: "partition" | "mass";
  /** w as a function of s = ⟨x, y⟩. */
  weight(s: number): number;
  /** rate and offset where w(s) = e^{rate·s + offset}. */
  readonly exponent?: { readonly rate: number; readonly offset: number };
}

type Form = Pick<IsotropicHead, "weight" | "exponent">;

const exponential = (rate: number, offset: number): Form => ({
  weight: (s) => Math.exp(rate * s + offset),
  exponent: { rate, offset },
});

/** w from the scales c of KᵀQ and g of QᵀQ + KᵀK. */
const forms: Readonly<Record<KernelWeight, (head: KernelHead, c: number, g: number) => Form>> = {
  exponential: ({ beta }, c) => exponential(beta * c, 0),
  "shifted-exponential": ({ beta }, c) => exponential(beta * c, -beta),
  gaussian: ({ beta }, c, g) => exponential(2 * beta * c, -beta * g),
  sigmoid: ({ beta, bias = 0 }, c) => ({ weight: (s) => 1 / (1 + Math.exp(-beta * c * s - bias)) }),
  linear: ({ beta }, c) => ({ weight: (s) => beta * c * s }),
};

function isotropicHead(kernel: KernelDescription, head: KernelHead, d: number): IsotropicHead | undefined {
  const c = multipleOfIdentity(head.queryKey, d);
  const value = multipleOfIdentity(head.value, d);
  const grams = [head.keyGram, head.queryGram].map((gram) => (gram ? multipleOfIdentity(gram, d) : 0));
  if (c === undefined || value === undefined || grams.includes(undefined)) return undefined;
  return { value, normalisation: kernel.normalisation, ...forms[kernel.weight](head, c, grams[0]! + grams[1]!) };
}

function headsAt(attention: Attention, t: number, d: number): readonly IsotropicHead[] | undefined {
  const kernel = attention.kernel?.(t);
  const heads = kernel?.heads.map((head) => isotropicHead(kernel, head, d));
  return heads === undefined || heads.includes(undefined) ? undefined : (heads as IsotropicHead[]);
}

/** Why the model does not act through inner products alone, or undefined when it does at every depth. */
export function anisotropy(model: Model): string | undefined {
  const { d } = model;
  const times = [0, ...mergeBreakpoints([model.breakpoints])];
  if (model.geometry.flat) return "inner products decide on the sphere only: write geometry: sphere";
  if (!model.mask.dense) return `under the mask ${model.mask.name} tokens are not exchangeable`;
  for (const t of times) {
    const turned = model.attention.find((one) => headsAt(one, t, d) === undefined);
    if (turned !== undefined) return `${turned.name} attention needs KᵀQ and V to be multiples of the identity`;
    const bent = model.feedforward.find((one) => {
      const map = one.affine?.(t);
      return map === undefined || map.b.some((value) => value !== 0) || multipleOfIdentity(map.W, d) === undefined;
    });
    if (bent !== undefined) return `the feed-forward ${bent.name} is not a multiple of the identity`;
  }
  return undefined;
}

/** `isotropicHeads` of a model, found anew only where a schedule changes a kernel. */
export function isotropicHeadsOf(model: Model): (t: number) => readonly IsotropicHead[] {
  const kernels = new Array<KernelDescription | undefined>(model.attention.length).fill(undefined);
  let heads: readonly IsotropicHead[] | undefined;
  return (t) => {
    for (let k = 0; k < kernels.length; k++) {
      const now = model.attention[k]!.kernel?.(t);
      if (now !== kernels[k]) heads = undefined;
      kernels[k] = now;
    }
    heads ??= isotropicHeads(model, t);
    return heads;
  };
}

/** All heads of the model at depth t, the sign of the model in their values. Only where there is no anisotropy. */
export function isotropicHeads(model: Model, t: number): readonly IsotropicHead[] {
  const sign = model.sign === "repel" ? -1 : 1;
  return model.attention.flatMap((one) =>
    headsAt(one, t, model.d)!.map((head) => ({ ...head, value: sign * head.value })),
  );
}
