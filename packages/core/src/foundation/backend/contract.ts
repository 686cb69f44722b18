import type { WeightedPoints } from "../shapes/index.js";

/** One attention head at one depth. Scores are β ⟨Qx, Ky⟩ = β yᵀAx with A = KᵀQ. */
export interface KernelHead {
  readonly beta: number;
  /** A = KᵀQ, shape [d, d]. */
  readonly queryKey: Float64Array;
  /** V, shape [d, d]. */
  readonly value: Float64Array;
}

/**
 * What a backend needs to know to compute Γ_μ(x) = Σ_h V_h ∫ y w(s_h(x,y)) dμ(y) [ / ∫ w(s_h(x,y)) dμ(y) ].
 */
export interface KernelDescription {
  /** w(s): e^{βs}, or e^{β(s−1)}. */
  readonly weight: "exponential" | "shifted-exponential";
  /** Divide by the visible weights, or by nothing (the masses of the points already sum to 1). */
  readonly normalisation: "partition" | "mass";
  readonly heads: readonly KernelHead[];
}

/** Which keys a query sees, and how strongly: a mask reduced to what a kernel needs. */
export interface Visibility {
  /** Every key is seen with weight 1; positions are not needed. */
  readonly dense: boolean;
  /** Log weight of a key at position `key` for a query at position `query`: 0 seen, −Infinity hidden. */
  logWeight(query: number, key: number): number;
}

/** Where a kernel writes; `field` is overwritten, the others only when given. */
export interface FieldOutput {
  /** Γ(x_i), shape [m, d]. */
  readonly field: Float64Array;
  /** log ∫ w dμ per head and query, shape [heads, m]. */
  readonly logPartition?: Float64Array;
  /** Entropy (nat) of the normalised weights per head and query, shape [heads, m]. */
  readonly entropy?: Float64Array;
}

/**
 * Something that computes attention kernels fast. Injected when a model is built, never global. The reference backend
 * is the definition; every other one passes foundation/backend/contract.test.ts.
 */
export interface Backend {
  readonly name: string;
  readonly precision: "f64" | "f32";
  readonly threads: number;
  /** @returns false when this kernel is not the backend's: the caller then uses the reference. */
  field(
    kernel: KernelDescription,
    source: WeightedPoints,
    queries: WeightedPoints,
    visibility: Visibility,
    out: FieldOutput,
  ): boolean;
}
