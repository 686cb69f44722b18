/** Bounds of one head with scores |s| ≤ a|x||y| and values of size v|y|. */
export interface HeadBounds {
  /** a = β|KᵀQ|, operator norm (1). */
  readonly score: number;
  /** v = |V|, operator norm (1). */
  readonly value: number;
  readonly normalisation: "partition" | "mass";
  /** Factor of the weights, 1 or e^{−β}. */
  readonly scale: number;
}

/** Lipschitz constants (1/depth) of the velocity in x and, by W₁, in μ. */
export interface Lipschitz {
  readonly position: number;
  readonly law: number;
}

/**
 * On the unit sphere the velocity is P_xΓ_μ(x). In x along geodesics: |PDΓξ − ⟨x,Γ⟩ξ| ≤ |DΓ| + |Γ|. In μ: the greatest
 * slope in y of what is integrated. Normalised: |DΓ| = |V Cov A| ≤ va, |Γ| ≤ v, and (Vy − Γ)e^s/Z has slope ≤ e^{2a}(v + 2va).
 * By mass: |DΓ| ≤ va e^a, |Γ| ≤ v e^a, and Vy e^s has slope ≤ v e^a(1 + a).
 * @source derived
 */
export function lipschitzOf({ score: a, value: v, normalisation, scale }: HeadBounds): Lipschitz {
  if (normalisation === "partition") return { position: v * (1 + a), law: v * (1 + 2 * a) * Math.exp(2 * a) };
  const both = scale * v * Math.exp(a) * (1 + a);
  return { position: both, law: both };
}

/**
 * In R^d, laws and queries in the ball of radius R: the same with aR² for a, without the turn of the tangent space.
 * Normalised: |Cov| ≤ R². It is O(R²e^{2aR²}), as theory.md §1 has it.
 * @source derived
 */
export function lipschitzInBall({ score, value: v, normalisation, scale }: HeadBounds, radius: number): Lipschitz {
  const a = score * radius ** 2;
  if (normalisation === "partition") return { position: v * a, law: v * (1 + 2 * a) * Math.exp(2 * a) };
  return { position: scale * v * a * Math.exp(a), law: scale * v * (1 + a) * Math.exp(a) };
}

/** |Γ| in the ball of radius R, at most: how fast the ball grows. */
export function speedInBall({ score, value, normalisation, scale }: HeadBounds, radius: number): number {
  return value * radius * (normalisation === "partition" ? 1 : scale * Math.exp(score * radius ** 2));
}
