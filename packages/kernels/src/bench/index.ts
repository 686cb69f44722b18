export { ensembleCase, normalsCase, productCase, softmaxCase, softmaxKernel } from "./cases.js";
export { type Measured, type MeasureOptions, measure } from "./measure.js";
export { type BenchRow, benchNative, type NativeBench, type NativeBenchSettings, type Roofline } from "./native.js";
export { leastTime, openRoofline, type PairRoofline } from "./roofline.js";
export type { BenchCase } from "./row.js";
export { type Timing, timeInTurns, timingOf, type Work } from "./samples.js";
