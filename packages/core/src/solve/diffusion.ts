/**
 * How the columns g_1 … g_m of a diffusion depend on the state: "additive" not at all; "diagonal" g_k moves component k
 * and depends on component k alone; "commutative" (∇g_j)g_k = (∇g_k)g_j for all j, k; "general" none of these.
 */
export type NoiseKind = "additive" | "diagonal" | "commutative" | "general";

/** How the stochastic integral is meant. */
export type Calculus = "ito" | "stratonovich";

/** The noise of dy = f(t, y) dt + G(t, y) dW with W a Brownian motion of dimension m. */
export interface Diffusion {
  /** m */
  readonly noiseDimension: number;
  readonly kind: NoiseKind;
  /** For additive noise both calculi are the same. */
  readonly calculus: Calculus;
  /** G(t, y)·increment → out (overwritten). Allocates nothing. @param increment m @param out the size of the state */
  apply(t: number, y: Float64Array, increment: Float64Array, out: Float64Array): void;
}
