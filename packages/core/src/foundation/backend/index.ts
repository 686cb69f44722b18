export type { Backend, FieldOutput, KernelDescription, KernelHead, Visibility } from "./contract.js";
export { createReferenceBackend } from "./reference.js";
