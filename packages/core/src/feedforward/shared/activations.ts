import type { PerceptronLayer } from "../../foundation/backend/index.js";

/** Pointwise activations σ by the names an experiment file uses. */
export const activations = {
  relu: (s: number) => (s > 0 ? s : 0),
  tanh: (s: number) => Math.tanh(s),
  sigmoid: (s: number) => 1 / (1 + Math.exp(-s)),
  silu: (s: number) => s / (1 + Math.exp(-s)),
  linear: (s: number) => s,
} as const satisfies Record<PerceptronLayer["activation"], (s: number) => number>;

export type ActivationName = keyof typeof activations;
export const activationNames = Object.keys(activations) as [ActivationName, ...ActivationName[]];
