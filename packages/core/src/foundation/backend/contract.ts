import type { LinearAlgebra } from "../linear-algebra/contract.js";
import type { StreamKey } from "../random/index.js";
import type { WeightedPoints } from "../shapes/index.js";

/** One attention head at one depth. Its pairing of a query x with a key y is ⟨Qx, Ky⟩ = yᵀAx with A = KᵀQ. */
export interface KernelHead {
  readonly beta: number;
  /** A = KᵀQ, shape [d, d]. */
  readonly queryKey: Float64Array;
  /** V, shape [d, d]. */
  readonly value: Float64Array;
  /** KᵀK, shape [d, d]; needed by the weight `gaussian`. */
  readonly keyGram?: Float64Array;
  /** QᵀQ, shape [d, d]; needed by the weight `gaussian`. */
  readonly queryGram?: Float64Array;
  /** b of the weight `sigmoid`; default 0. */
  readonly bias?: number;
  /** g_j added to the score of key j (nat), shape [source.m]: a dual potential; exponential weights only. */
  readonly keyPotential?: Float64Array;
}

/**
 * How a score becomes a weight. With s = β⟨Qx, Ky⟩:
 * `exponential` e^s, `shifted-exponential` e^{s−β}, `gaussian` e^{−β|Qx−Ky|²}, `sigmoid` 1/(1+e^{−s−b}), `linear` s.
 */
export type KernelWeight = "exponential" | "shifted-exponential" | "gaussian" | "sigmoid" | "linear";

/**
 * What a backend needs to know to compute Γ_μ(x) = Σ_h V_h ∫ y w_h(x,y) dμ(y) [ / ∫ w_h(x,y) dμ(y) ].
 */
export interface KernelDescription {
  readonly weight: KernelWeight;
  /** Divide by the visible weights, or by nothing (the masses of the points already sum to 1). */
  readonly normalisation: "partition" | "mass";
  readonly heads: readonly KernelHead[];
  /** `f64`: float32 will not do, because the caller iterates to a tolerance below it. See `withReference`. */
  readonly precision?: "f64";
}

/** Which keys a query sees, and how strongly: a mask reduced to what a kernel needs. */
export interface Visibility {
  /** Every key is seen with weight 1; positions are not needed. */
  readonly dense: boolean;
  /** Log weight of a key at position `key` for a query at position `query`: 0 seen, −Infinity hidden. */
  logWeight(query: number, key: number): number;
  /**
   * λ where the log weight of every key seen is −λ(query − key), and the keys seen form one interval of positions.
   * Left out by a mask of another form, which then only the reference computes.
   */
  readonly decay?: number;
}

/** Where a kernel writes; everything given is overwritten, nothing else is computed. */
export interface FieldOutput {
  /** Γ(x_i), shape [m, d]. */
  readonly field?: Float64Array;
  /** log ∫ w dμ per head and query, shape [heads, m]; not of the weight `linear`, which has signs. */
  readonly logPartition?: Float64Array;
  /** Entropy (nat) of the normalised weights per head and query, shape [heads, m]; not of the weight `linear`. */
  readonly entropy?: Float64Array;
}

/** Many systems of the same size that do not see each other: an ensemble. Every system attends to itself. */
export interface PointBatch {
  /** Number of systems. */
  readonly count: number;
  /** Points in each. */
  readonly m: number;
  readonly d: number;
  /** Shape [count, m, d]. */
  readonly points: Float64Array;
  /** Shape [m], the same in every system; non-negative, sums to 1. */
  readonly weights: Float64Array;
  /** Shape [m], the same in every system. Needed under a mask. */
  readonly positions?: Float64Array;
}

/** Where a batch writes: the shapes of FieldOutput with [count] in front. */
export type BatchOutput = FieldOutput;

/** out_i += factor · Σ_j σ(a_j·x_i + bias_j) o_j: one perceptron layer. */
export interface PerceptronLayer {
  readonly activation: "relu" | "tanh" | "sigmoid" | "silu" | "linear";
  /** Number of units. */
  readonly width: number;
  /** a_j, shape [width, d]. */
  readonly input: Float64Array;
  /** Shape [width]. */
  readonly bias: Float64Array;
  /** o_j, shape [width, d]. */
  readonly output: Float64Array;
}

/**
 * What a backend does to many short rows at once, bit for bit as the loops of core. A method declines (false) what is not
 * its own; it has written nothing then.
 */
export interface RowOperations {
  /** x_i ← x_i/|x_i| for n rows of d coordinates, as the geometry sphere retracts. */
  normalize(x: Float64Array, n: number, d: number): boolean;
  /**
   * out_k = Σ_{i<j} w_i w_j [cos(x_i, x_j) > above] for every system k, as the observable overlap-fraction counts. Declines
   * rows whose squared length is outside (10⁻²⁰⁰, 10²⁰⁰).
   * @param out shape [batch.count]
   */
  alignedPairs(batch: PointBatch, above: number, out: Float64Array): boolean;
}

/** One method of summation a backend used, and what is certified of it. */
export interface SummationReport {
  /** "direct", "fourier", … */
  readonly method: string;
  /** The backend that computed it, where that is not the one the run names: the reference, for what that one declines. */
  readonly by?: string;
  /**
   * Sums over all pairs of a system: a field of one system, or a sweep for its log-partition alone, counts once whatever
   * the number of heads and queries; a batch counts its systems; one that several methods share counts for each of them.
   */
  readonly evaluations: number;
  /**
   * Greatest certified bound on |Γ̃ − Γ| / max_j |V_h x_j| over the keys that have mass; 0 where only rounding separates it from
   * the definition.
   */
  readonly bound: number;
  /** Queries that the method could not certify and the direct sum computed. */
  readonly fallBacks: number;
}

/** What a backend did since it was last asked; goes into the manifest. */
export interface BackendActivity {
  readonly summation: readonly SummationReport[];
  /** What is slower than it could be and why: no SIMD, a worker that died, … One sentence each. */
  readonly notices: readonly string[];
}

/**
 * Something that computes attention kernels fast. Injected when a model is built, never global. The reference backend
 * is the definition; every other one passes the contract suite in test/helpers/backend-contract.ts.
 *
 * A method may decline (false) what is not its own; it then has written nothing, and the caller uses the reference
 * (`withReference`).
 */
export interface Backend {
  readonly name: string;
  readonly precision: "f64" | "f32";
  readonly threads: number;
  /** What else decides the bits of its results: the instruction set. */
  readonly variant?: string;
  /** What its sums are certified to, and by which method ("auto" chooses); left out where all sums are direct. */
  readonly certifies?: { readonly accuracy: number; readonly method: string };
  /** `field` never declines; leave it out of a backend that is made of this one and may. */
  readonly complete?: true;
  /** Why the last call that returned false was declined: the end of a sentence "…: why." */
  declined?(): string;
  /** Γ at the queries. */
  field(
    kernel: KernelDescription,
    source: WeightedPoints,
    queries: WeightedPoints,
    visibility: Visibility,
    out: FieldOutput,
  ): boolean;
  /** Whether `fieldBatch` gives the bits of `field` system by system; otherwise it agrees to the rounding of its sums. */
  readonly exactBatches?: boolean;
  /** Γ of every system of an ensemble, the same bits of a system in every batch; `keyPotential` is not for batches. */
  fieldBatch?(kernel: KernelDescription, batch: PointBatch, visibility: Visibility, out: BatchOutput): boolean;
  /** out += factor · layer(x_i) for n points of shape [n, d]. */
  perceptron?(layer: PerceptronLayer, points: Float64Array, n: number, factor: number, out: Float64Array): boolean;
  /** The standard normals of stream(key).fillNormal(out), bit for bit. */
  normals?(key: StreamKey, out: Float64Array): boolean;
  readonly rows?: RowOperations;
  /** Products for the moments level; the project's own where left out. */
  readonly linearAlgebra?: LinearAlgebra;
  /** What it did since it was made or last asked. */
  activity?(): BackendActivity;
}
