import type { Attention } from "../../attention/contract.js";
import type { KernelDescription, KernelHead, KernelWeight } from "../../foundation/backend/index.js";
import type { Model } from "../../model/index.js";

/** c where m = cI, or undefined. */
function multipleOfIdentity(m: Float64Array, d: number): number | undefined {
  const c = m[0]!;
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) if (m[i * d + j] !== (i === j ? c : 0)) return undefined;
  return c;
}

/** A head that sees inner products only: weight of a pair with ⟨x, y⟩ = s on the unit sphere, and value v. */
interface IsotropicHead {
  readonly value: number;
  weight(s: number): number;
}

/** The weight as a function of s = ⟨x, y⟩ of unit vectors; `kernel`, `key` and `query` are the scales of KᵀQ, KᵀK, QᵀQ. */
const weights: Readonly<
  Record<KernelWeight, (head: KernelHead, kernel: number, grams: number) => (s: number) => number>
> = {
  exponential:
    ({ beta }, c) =>
    (s) =>
      Math.exp(beta * c * s),
  "shifted-exponential":
    ({ beta }, c) =>
    (s) =>
      Math.exp(beta * (c * s - 1)),
  gaussian:
    ({ beta }, c, grams) =>
    (s) =>
      Math.exp(-beta * (grams - 2 * c * s)),
  sigmoid:
    ({ beta, bias = 0 }, c) =>
    (s) =>
      1 / (1 + Math.exp(-beta * c * s - bias)),
  linear:
    ({ beta }, c) =>
    (s) =>
      beta * c * s,
};

function isotropicHead({ weight }: KernelDescription, head: KernelHead, d: number): IsotropicHead | undefined {
  const kernel = multipleOfIdentity(head.queryKey, d);
  const value = multipleOfIdentity(head.value, d);
  const grams = [head.keyGram, head.queryGram].map((gram) => (gram ? multipleOfIdentity(gram, d) : 0));
  if (kernel === undefined || value === undefined || grams.includes(undefined)) return undefined;
  return { value, weight: weights[weight](head, kernel, grams[0]! + grams[1]!) };
}

function headsAt(attention: Attention, t: number, d: number): readonly IsotropicHead[] | undefined {
  const kernel = attention.kernel?.(t);
  const heads = kernel?.heads.map((head) => isotropicHead(kernel, head, d));
  return heads === undefined || heads.includes(undefined) ? undefined : (heads as IsotropicHead[]);
}

/** Why the model does not act through inner products alone, or undefined when it does at every depth. */
export function anisotropy(model: Model, times: readonly number[]): string | undefined {
  const { d } = model;
  if (model.geometry.flat) return "the overlap closes on the sphere only: write geometry: sphere";
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

/**
 * (⟨x_j, Γ(x_i)⟩ − ρ⟨x_i, Γ(x_i)⟩) for n equiangular unit tokens: Σ_h v w(ρ)(1 − ρ)((n − 1)ρ + 1)/Z, with
 * Z = w(1) + (n − 1)w(ρ), or n for weights that are not normalised.
 *
 * @source theory.md §3; several heads and other weights: derived
 */
export function overlapForce(model: Model, t: number, n: number, rho: number): number {
  let sum = 0;
  for (const attention of model.attention) {
    const partition = attention.kernel!(t).normalisation === "partition";
    for (const { value, weight } of headsAt(attention, t, model.d)!) {
      const other = weight(rho);
      sum += (value * other) / (partition ? weight(1) + (n - 1) * other : n);
    }
  }
  return (model.sign === "repel" ? -1 : 1) * sum * (1 - rho) * ((n - 1) * rho + 1);
}
