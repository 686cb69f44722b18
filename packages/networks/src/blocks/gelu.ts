import { normalCdf } from "@meanfield/core/foundation/special-functions";
import type { Activation } from "./feed-forward.js";

/**
 * x·Φ(x), Φ the standard normal distribution function: the GELU of BERT.
 * @accuracy 1e-14 (gelu.test.ts)
 * @source derived (definition)
 */
export const gelu: Activation = Object.freeze({ name: "gelu", apply: (x: number) => x * normalCdf(x) });

/**
 * ½x(1 + tanh(√(2/π)(x + 0.044715x³))): the GELU of GPT-2, within 5e-4 of the exact one.
 * @source derived (definition)
 */
export const geluTanh: Activation = Object.freeze({
  name: "gelu-tanh",
  apply: (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
});
