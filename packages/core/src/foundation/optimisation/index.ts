export { checkGradient, type GradientCheck } from "./check-gradient.js";
export type {
  MinimisationOptions,
  MinimisationProblem,
  Minimum,
  OptimisationStatus,
  Root,
  RootOptions,
  RootProblem,
} from "./contract.js";
export { minimise } from "./minimise.js";
export { newtonKrylov } from "./newton-krylov.js";
