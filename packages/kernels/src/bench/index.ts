export { type BenchRow, benchNative, type NativeBench, type NativeBenchSettings, type Roofline } from "./native.js";
export { type Timing, timeInTurns, timingOf, type Work } from "./samples.js";
