export type {
  Backend,
  BackendActivity,
  BatchOutput,
  FieldOutput,
  KernelDescription,
  KernelHead,
  KernelWeight,
  PerceptronLayer,
  PointBatch,
  SummationReport,
  Visibility,
} from "./contract.js";
export { createReferenceBackend } from "./reference.js";
