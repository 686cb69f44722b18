export type { Model, ModelParts, Sign } from "./model.js";
export { createModel } from "./model.js";
