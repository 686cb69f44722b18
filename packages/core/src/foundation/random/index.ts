export { type BrownianPath, brownianPath } from "./brownian.js";
export { type RandomMatrixKind, randomMatrix, uniformSphere } from "./matrices.js";
export { philox4x32 } from "./philox.js";
export { hashPurpose, type RandomStream, type StreamKey, type StreamStart, startStream, stream } from "./stream.js";
