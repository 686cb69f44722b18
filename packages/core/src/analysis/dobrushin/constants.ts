/** Bounds of one head with scores |s| ≤ a and values of size v on the unit sphere. */
export interface HeadBounds {
  /** a = β|KᵀQ|, operator norm (1). */
  readonly score: number;
  /** v = |V|, operator norm (1). */
  readonly value: number;
  readonly normalisation: "partition" | "mass";
  /** Factor of the weights, 1 or e^{−β}. */
  readonly scale: number;
}

/** Lipschitz constants (1/depth) of the velocity P_xΓ_μ(x) in x and, by W₁, in μ. */
export interface Lipschitz {
  readonly position: number;
  readonly law: number;
}

/**
 * In x along geodesics: |PDΓξ − ⟨x,Γ⟩ξ| ≤ |DΓ| + |Γ|. In μ: the greatest slope in y of what is integrated.
 * Normalised: |DΓ| = |V Cov A| ≤ va, |Γ| ≤ v, and (Vy − Γ)e^s/Z has slope ≤ e^{2a}(v + 2va).
 * By mass: |DΓ| ≤ va e^a, |Γ| ≤ v e^a, and Vy e^s has slope ≤ v e^a(1 + a).
 * @source derived
 */
export function lipschitzOf({ score: a, value: v, normalisation, scale }: HeadBounds): Lipschitz {
  if (normalisation === "partition") return { position: v * (1 + a), law: v * (1 + 2 * a) * Math.exp(2 * a) };
  const both = scale * v * Math.exp(a) * (1 + a);
  return { position: both, law: both };
}
