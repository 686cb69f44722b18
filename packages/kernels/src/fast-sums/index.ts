export type { FastMethodName } from "./contract.js";
export type { Keeper, Rates } from "./rates.js";
export { type FastSumsOptions, withFastSums } from "./with-fast-sums.js";
