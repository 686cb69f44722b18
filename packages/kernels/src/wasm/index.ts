export { openWasm, type WasmBackend, type WasmOptions } from "./open-wasm.js";
export type { Precision, Simd } from "./simd.js";
