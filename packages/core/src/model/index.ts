export { anisotropy, type IsotropicHead, isotropicHeads, isotropicHeadsOf } from "./isotropy.js";
export type { Model, ModelParts, Sign } from "./model.js";
export { createModel } from "./model.js";
export { noiseObstacle } from "./noise-obstacle.js";
