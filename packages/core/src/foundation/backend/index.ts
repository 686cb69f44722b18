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
  RowOperations,
  SummationReport,
  Visibility,
} from "./contract.js";
export { positionsOf } from "./positions.js";
export { createReferenceBackend } from "./reference.js";
export { withReference } from "./with-reference.js";
