export * from "./experiment/index.js";
export { InputError, SolveError } from "./foundation/errors/index.js";
export type { NdArray, WeightedPoints } from "./foundation/shapes/index.js";
export { createModel, type Model } from "./model/index.js";
export * from "./solve/index.js";
