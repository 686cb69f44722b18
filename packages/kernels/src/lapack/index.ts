export { loadLapack } from "./load.js";
export { type LapackOptions, openLapack } from "./open-lapack.js";
